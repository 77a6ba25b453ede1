"""Runs a review: files, facts, routes, rules, findings, assessment."""

from collections.abc import Callable, Iterable
from pathlib import Path

from trustwright.catalog import load_catalog
from trustwright.review.assessment import applies, assess, worst_first
from trustwright.review.findings import Findings
from trustwright.review.frameworks import NOT_UNDERSTOOD, all_frameworks
from trustwright.review.link.actions import Actions
from trustwright.review.link.audit_trails import AuditTrails
from trustwright.review.link.consequences import Effects
from trustwright.review.link.corpus import Corpus
from trustwright.review.link.guards import Guards
from trustwright.review.link.known import known_guards
from trustwright.review.link.verdicts import Verdicts
from trustwright.review.model import Gap, Review, Route, RuleResult, Target
from trustwright.review.project import Project
from trustwright.review.rules import checks
from trustwright.review.settings import Settings
from trustwright.review.source.discovery import Discovery, SourceFile, discover, printable, role_of
from trustwright.review.source.reading import FileFacts, Prefilter, cache_path, gaps_of, read_files

Progress = Callable[[str, int, int], None]


def review(
    root: Path,
    settings: Settings,
    *,
    jobs: int = 0,
    cache: bool = True,
    prefilter: bool = True,
    found: Discovery | None = None,
    progress: Progress | None = None,
) -> Review:
    """Review a folder.

    Args:
        root: the folder, which exists.
        settings: what the company set.
        jobs: processes; 0 lets the engine choose. The result does not depend on it.
        cache: whether facts of unchanged files may be taken from an earlier run, and kept for the next.
        prefilter: False parses every source file; the result is the same, later.
        found: the folder's files, when they were listed already.
        progress: called with what is being done, how many are done and how many there are.
    """
    found = found or discover(root, settings.why_left_out)
    project, read = examine(root, settings, found, jobs=jobs, cache=cache, prefilter=prefilter, progress=progress)
    catalog = load_catalog()
    findings = Findings(project.corpus, settings, project.secrets)
    results: list[RuleResult] = []
    wanted = [item for item in checks() if applies(item[0], catalog, settings.categories)]
    for done, (rule, check) in enumerate(wanted):
        if progress is not None:
            progress("checking", done, len(wanted))
        results.append(findings.result(rule, check(project)))
    gaps = [*found.gaps, *gaps_of(read), *project.gaps, *project.corpus.gaps, *findings.gaps]
    gaps += _left_out(found.files, read)
    gaps += _frameworks_not_understood(project)
    return Review(
        target=_target(root, found, read, project.routes),
        criteria=assess(results, catalog, settings.categories),
        results=tuple(results),
        findings=tuple(sorted((one for result in results for one in result.findings), key=worst_first)),
        suppressions=tuple(findings.suppressions),
        routes=project.routes,
        gaps=tuple(sorted(set(gaps))),
        complete=not any(gap.kind in {"unreadable", "capped"} and role_of(gap.path) == "production" for gap in gaps),
        categories=settings.categories,
    )


def examine(
    root: Path,
    settings: Settings,
    found: Discovery,
    *,
    jobs: int = 0,
    cache: bool = True,
    prefilter: bool = True,
    progress: Progress | None = None,
) -> tuple[Project, list[FileFacts]]:
    """Read a folder and judge its routes, without checking any rule; the arguments are those of :func:`review`."""
    source = [file for file in found.files if file.language and file.role == "production"]
    admitted = Prefilter(_triggers() if prefilter else None)
    path = cache_path(root, admitted) if cache else None
    read = read_files(root, source, admitted, jobs=jobs, path=path, progress=progress)
    project = Project(Corpus(root, found.files, read), settings)
    project.routes = tuple(_routes(project))
    return project, read


def _triggers() -> tuple[bytes, ...]:
    """Return the texts that any rule or framework looks for, the shortest first: they are the likeliest to be there.

    One that holds another is left out: the other admits the same files.
    """
    texts = {text for rule, _ in checks() for text in rule.triggers}
    texts |= {text for framework in all_frameworks() for text in framework.triggers}
    least = [text for text in texts if not any(other != text and other in text for other in texts)]
    return tuple(sorted((text.encode() for text in least), key=lambda text: (len(text), text)))


def _routes(project: Project) -> Iterable[Route]:
    actions = Actions(project.symbols, project.settings.audit_helpers)
    effects = Effects(actions, AuditTrails(project.symbols, actions))
    verdicts = Verdicts(project.symbols, Guards(project.symbols, known_guards()), effects, project.settings)
    declared = {route for framework in all_frameworks() for route in framework.routes(project)}
    for route in sorted(declared, key=lambda item: (item.path, item.method, item.location, item.framework)):
        yield verdicts.route(route)


def _frameworks_not_understood(project: Project) -> list[Gap]:
    names = {NOT_UNDERSTOOD[item.name] for item in project.manifests.dependencies if item.name in NOT_UNDERSTOOD}
    return [Gap("not-understood", "", f"routes declared with {name} are not read yet") for name in sorted(names)]


def _left_out(files: Iterable[SourceFile], read: Iterable[FileFacts]) -> list[Gap]:
    """Count the source files that were not reviewed because of what they are."""
    counts: dict[str, int] = {}
    for file in files:
        if file.language and file.role != "production":
            counts[file.role] = counts.get(file.role, 0) + 1
    for facts in read:
        if facts.role != "production":
            counts[facts.role] = counts.get(facts.role, 0) + 1
    return [Gap("left-out", "", f"{role} source files", count) for role, count in sorted(counts.items())]


def _target(root: Path, found: Discovery, read: list[FileFacts], routes: tuple[Route, ...]) -> Target:
    languages: dict[str, int] = {}
    by_path = {file.path: file.language for file in found.files}
    for facts in read:
        language = {"tsx": "typescript"}.get(by_path[facts.path], by_path[facts.path])
        languages[language] = languages.get(language, 0) + facts.lines
    return Target(
        name=printable(root.resolve().name),
        commit=found.commit,
        files=len(found.files),
        lines=sum(languages.values()),
        languages=dict(sorted(languages.items())),
        frameworks=tuple(sorted({route.declared.framework for route in routes})),
    )
