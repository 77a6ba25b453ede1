"""Dependencies that nothing watches for known vulnerabilities."""

from collections.abc import Iterator, Sequence

from trustwright.review.link.dependency_watch import DependencySet, Watch, dependency_sets, services, watches
from trustwright.review.link.pipelines import unread_pipelines
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="No dependency scanning",
    finding="Nothing in the repository watches these dependencies: no update bot and no scan in a pipeline.",
    risk=(
        "Most intrusions through software use vulnerabilities that were published long before. Without a watch nobody "
        "learns of them, and there is no record of the time it took to fix one."
    ),
    remediation=(
        "Switch on Dependabot or Renovate for every folder with dependencies.",
        "Scan in the pipeline too (`npm audit`, pip-audit, OSV-Scanner, Trivy), and fail it from a stated severity on.",
        "Run the scan on a schedule, and keep the results: vulnerabilities are found in old code as well.",
    ),
    criteria=("CC7.1",),
    controls=("OPS-02", "OPS-03"),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="sets of dependencies",
    gap="{unmet} of {examined} sets of dependencies are watched by nothing",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each set of dependencies that is installed together."""
    sets = dependency_sets(project.manifests, project.corpus)
    found = watches(project.corpus, project.pipelines)
    for one in sets:
        yield _judge(one, sets, found, project)


def _judge(one: DependencySet, sets: Sequence[DependencySet], found: Sequence[Watch], project: Project) -> Observation:
    """Say what watches a set; a scanner of one ecosystem sees one folder, known only where there is one."""
    covering = [watch for watch in found if watch.covers(one)]
    alone = sum(other.ecosystem == one.ecosystem for other in sets) == 1
    firm = [watch for watch in covering if watch.act is None or not watch.act.by_name]
    if any(watch.folders is not None or not watch.ecosystem or watch.act is None or alone for watch in firm):
        return met(one.location)
    where = f"the {one.ecosystem} packages of {one.folder or 'the root folder'}"
    if covering:
        return unknown(one.location, f"Whether {covering[0].name} looks at {where} is not settled in the files.")
    partly = next((watch for watch in found if watch.touches(one)), None)
    if partly is not None:
        return unknown(one.location, f"{partly.name} watches a part of {where}; what watches the rest is not seen.")
    outside = services(project.corpus)
    if outside or unread_pipelines(project.corpus.files):
        who = " or ".join(outside) or "a pipeline that is not read"
        return unknown(one.location, f"Nothing in the files watches {where}; {who} may.")
    return unmet(one.location, f"Nothing watches {where} for vulnerabilities: neither an update bot nor a pipeline.")
