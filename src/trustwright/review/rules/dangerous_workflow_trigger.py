"""Workflows that run a stranger's code or text with the repository's own rights."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.delivery import Job, Pipeline, Step
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Dangerous workflow trigger",
    finding=(
        "A workflow that strangers can start with the repository's rights runs their code, or puts their text into a "
        "script."
    ),
    risk=(
        "Anybody with an account can open a pull request or an issue and thereby read the repository's secrets, push "
        "code or publish a release, past every review."
    ),
    remediation=(
        "Build and test pull requests on `pull_request`, which has neither secrets nor write access.",
        "Under `pull_request_target`, `workflow_run` and `issue_comment`, check out nothing from the pull request.",
        "Pass titles, branch names and messages to scripts through `env:`, never through `${{ }}` in the script.",
        "Give the token only the permissions that the job needs.",
    ),
    criteria=("CC8.1", "CC6.1"),
    controls=("CHG-05", "ACC-10"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="workflows and local actions",
    gap="{unmet} places in {examined} workflows run a stranger's code or text",
)

# Events that strangers cause and that run with the repository's token and secrets.
_PRIVILEGED: Final = frozenset(
    {"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment"}
)
# What the pull request's author wrote, by the event that carries it. A branch's name alone is looked up in the
# repository itself, where strangers cannot push; a commit, a pull request's ref or their own repository is theirs.
_FOREIGN_REF: Final[Mapping[str, re.Pattern[str]]] = {
    "pull_request_target": re.compile(r"github\.event\.pull_request\.(?:head\.sha|merge_commit_sha)|refs/pull/"),
    "workflow_run": re.compile(r"github\.event\.workflow_run\.(?:head_sha|head_commit|pull_requests)|refs/pull/"),
    "issue_comment": re.compile(r"refs/pull/"),
}
_FOREIGN_REPOSITORY: Final = re.compile(
    r"pull_request\.head\.repo\b|workflow_run\.head_repository|outputs\.[\w.-]*head[\w-]*repo", re.IGNORECASE
)
_FOREIGN_OUTPUT: Final = re.compile(
    r"(?:steps|needs)\.[\w-]*(?:pr|pull|comment)[\w-]*\.outputs\.[\w.-]*sha", re.IGNORECASE
)
_FOREIGN_FETCH: Final = re.compile(r"\bgh\s+pr\s+checkout\b|git\s+(?:fetch|pull)\s[^\n]*\bpull/[^\n]*head")
# Conditions that hold for one event only, by what its payload has.
_EVENT_NAME: Final = re.compile(r"github\.event_name\s*==\s*['\"](\w+)")
_PAYLOADS: Final[Mapping[str, re.Pattern[str]]] = {
    "pull_request_target": re.compile(r"github\.event\.pull_request\b(?!\s*==\s*null)"),
    "workflow_run": re.compile(r"github\.event\.workflow_run\b(?!\s*==\s*null)"),
    "issue_comment": re.compile(r"github\.event\.(?:issue|comment)\b"),
}
# Commands that run what lies in the checkout: its scripts, its build, its dependencies' install scripts.
_EXECUTES: Final = re.compile(
    r"^\s*(?:\w+=\S+\s+|sudo\s+)*(?:"
    r"(?:npm|pnpm|yarn|bun)(?!\s+(?:view|info|config|login|pack|audit|-v|--version))"
    r"(?!\s+(?:i|install|add|global)\s+(?:-g|--global|--location=global|--prefix|add))(?:\s|$)|npx\s|bunx\s|"
    r"(?:pip3?|uv pip|python3? -m pip)\s+install\s+(?:-r|-e|\.)|"
    r"(?:uv|poetry|pipenv|bundle|composer)\s+(?:sync|install|run|exec)|go\s+(?:build|test|run|generate)|"
    r"(?:make|mvn|gradle|\./\S+|tox|nox|pytest|rake|cargo|dotnet|cmake|bazel|nx|turbo|just)(?:\s|$)|"
    r"docker\s+(?:compose\s+)?(?:build|buildx|up|run)|docker-compose\s|"
    r"(?:python3?|node|bash|sh|deno run)\s+[\w./-]+\.(?:py|m?js|ts|sh)\b)",
    re.MULTILINE,
)
# What only trusted people or the repository's own branches pass.
_TRUSTED: Final = re.compile(
    r"head\.repo\.full_name\s*==\s*github\.repository|github\.repository\s*==\s*github\.event\.[\w.]*head\.?_?repo"
    r"|head_repository\.(?:full_name|id|fork|owner\.login)|head\.repo\.fork\s*(?:==\s*false|!=\s*true)|!\s*github\.event\.pull_request\.head\.repo\.fork"
    r"|author_association|github\.event\.workflow_run\.event\s*(?:==\s*'(?:push|schedule|workflow_dispatch|release)'|!=\s*'pull_request')"
    r"|(?:github\.actor|github\.triggering_actor|user\.login)\s*==|permission|pull_request\.merged\b",
    re.IGNORECASE,
)
# Actions that act on the checkout with the secrets they are given.
_SECRET_USER: Final = re.compile(r"claude-code|codex|gemini|sonar|cypress|docker/build-push|setup-", re.IGNORECASE)
_LABELLED: Final = re.compile(r"\.labels?\b|label\.name", re.IGNORECASE)
# Texts that strangers write, by the events that carry them; as an expression in a script they become part of it.
_PULLS: Final = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")
_PERSON: Final = r"(?:message|author\.(?:name|email))"
_TEXTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"github\.head_ref", _PULLS),
    (r"github\.event\.pull_request\.(?:title|body|head\.(?:ref|label|repo\.default_branch))", _PULLS),
    (r"github\.event\.review\.body", ("pull_request_review",)),
    (r"github\.event\.issue\.(?:title|body)", ("issues", "issue_comment")),
    (r"github\.event\.discussion\.(?:title|body)", ("discussion", "discussion_comment")),
    (r"github\.event\.comment\.body", ("issue_comment", "discussion_comment", "pull_request_review_comment")),
    (rf"github\.event\.(?:head_commit|commits\[?\S*?)\.{_PERSON}", ("push",)),
    (rf"github\.event\.workflow_run\.(?:head_branch|display_title|head_commit\.{_PERSON})", ("workflow_run",)),
)
_TEXT: Final = re.compile(r"\$\{\{[^}]*?\b(?:" + "|".join(f"({text})" for text, _ in _TEXTS) + r")\b[^}]*\}\}")
_COMPARED: Final = re.compile(r"==|!=|contains\(|startsWith\(|endsWith\(")
_SCRIPTED: Final = {"actions/github-script": "script"}


def check(project: Project) -> Iterator[Observation]:
    """Yield the dangerous places of each workflow and local action, or one observation that it has none."""
    for pipeline in project.pipelines:
        if pipeline.system in {"github-actions", "github-action"}:
            found = [*_foreign_code(pipeline), *_foreign_text(pipeline, project.corpus)]
            yield from found or (met(Location(pipeline.location.path, 1)),)


def _foreign_code(pipeline: Pipeline) -> Iterator[Observation]:
    """Object to a checkout of the pull request's code where the event gives it the repository's rights."""
    for job in pipeline.jobs:
        for at, step in enumerate(job.steps):
            events = [event for event in _events(pipeline, job, step) if _takes_foreign(step, event)]
            after = [
                one
                for one in job.steps[at + 1 :]
                if one.run or one.uses.startswith("./") or _SECRET_USER.search(one.uses)
            ]
            if not events or not after or _TRUSTED.search(f"{job.if_}\n{step.if_}"):
                continue
            gate = " once somebody has set a label" if _LABELLED.search(job.if_ + step.if_) else ""
            gate = gate or (f" once the environment {job.environment} lets it" if job.environment else "")
            runs = any(_EXECUTES.search(one.run) or one.uses.startswith("./") for one in after)
            powerful = runs and not gate and (_uses_secrets(pipeline, job) or _may_write(pipeline, job))
            detail = (
                f"Started by {' and '.join(events)}, the job {job.id} checks out the pull request's code and goes on "
                f"with the repository's rights{gate}."
            )
            severity = Severity.CRITICAL if powerful else Severity.HIGH
            yield unmet(Location(step.location.path, step.location.line), detail, severity=severity)
            break


def _events(pipeline: Pipeline, job: Job, step: Step) -> tuple[str, ...]:
    """Return the privileged events for which a step runs, as far as the conditions before it tell."""
    events = [event for event in _FOREIGN_REF if pipeline.starts_on(event)]
    for condition in (job.if_, step.if_):
        named = set(_EVENT_NAME.findall(condition))
        named |= {event for event, payload in _PAYLOADS.items() if payload.search(condition)}
        events = [event for event in events if not named or event in named]
    return tuple(sorted(events))


def _takes_foreign(step: Step, event: str) -> bool:
    if step.uses.startswith("actions/checkout@") and step.with_ is not None:
        ref, repository = step.with_.text_at("ref"), step.with_.text_at("repository")
        foreign = _FOREIGN_REF[event].search(ref) or _FOREIGN_OUTPUT.search(ref)
        return bool(foreign or _FOREIGN_REPOSITORY.search(repository))
    return bool(_FOREIGN_FETCH.search(step.run))


def _uses_secrets(pipeline: Pipeline, job: Job) -> bool:
    values = [tree for tree in (pipeline.env, job.env) if tree is not None]
    for step in job.steps:
        values += [tree for tree in (step.env, step.with_) if tree is not None]
    texts = [value.text for tree in values for value in tree.walk()] + [step.run for step in job.steps]
    return any(re.search(r"\bsecrets\.(?!GITHUB_TOKEN\b)\w", text) for text in texts)


def _may_write(pipeline: Pipeline, job: Job) -> bool:
    """Tell whether the token may write; one that says nothing may, unless the organisation's default forbids it."""
    asked: Tree | None = job.permissions if job.permissions is not None else pipeline.permissions
    if asked is None:
        return True
    return "write" in asked.text or any(value.text == "write" for _, value in asked.items())


def _foreign_text(pipeline: Pipeline, corpus: Corpus) -> Iterator[Observation]:
    """Object to a stranger's text in a script, where the shell or Node would run what it says."""
    lines = corpus.read(pipeline.location.path).decode("utf-8", "replace").split("\n")
    for job in pipeline.jobs:
        for step in job.steps:
            found = [(match, _carriers(match, pipeline)) for match in _TEXT.finditer(_script(step))]
            match, events = next(
                ((one, carriers) for one, carriers in found if carriers and not _COMPARED.search(one[0])), (None, ())
            )
            if match is None or _TRUSTED.search(f"{job.if_}\n{step.if_}"):
                continue
            here = range(step.location.line, min(step.location.end_line, len(lines)) + 1)
            line = next((number for number in here if match[0] in lines[number - 1]), step.location.line)
            privileged = [event for event in events if event in _PRIVILEGED]
            rights = f" with the rights of {' and '.join(privileged)}" if privileged else ""
            detail = (
                f"The script of the job {job.id} has {match[match.lastindex or 0]} written into it: what a stranger "
                f"puts there runs as part of the script{rights}."
            )
            severity = Severity.CRITICAL if _may_write(pipeline, job) else Severity.HIGH
            place = Location(pipeline.location.path, line)
            yield unmet(place, detail, severity=severity if privileged else Severity.MEDIUM)


def _carriers(match: re.Match[str], pipeline: Pipeline) -> tuple[str, ...]:
    """Return the events of a pipeline that carry the text; a called workflow and an action get their caller's."""
    _, events = _TEXTS[(match.lastindex or 1) - 1]
    if pipeline.system == "github-action" or pipeline.starts_on("workflow_call"):
        return ("workflow_call",)
    return tuple(event for event in events if pipeline.starts_on(event))


def _script(step: Step) -> str:
    name = step.uses.partition("@")[0].lower()
    if name in _SCRIPTED and step.with_ is not None:
        return step.with_.text_at(_SCRIPTED[name])
    return step.run
