"""The rules of branches and environments that are kept as code: who must approve before a change goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source import yaml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

_SETTINGS: Final = (".github/settings.yml", ".github/settings.yaml")
_RULESETS: Final = frozenset({"github_repository_ruleset", "github_organization_ruleset"})
_BRANCHES: Final = frozenset({"github_branch_protection", "github_branch_protection_v3"})
# What the Terraform provider takes when a block for reviews does not say how many.
_DEFAULT_APPROVALS: Final = 1


@dataclass(frozen=True, slots=True)
class Protection:
    """What a file says must happen before a change gets into a branch.

    Attributes:
        location: where the rule stands: the number of approvals, or the whole rule when it states none.
        name: what it protects, in words.
        repository: the repository it is for, as written; empty when it is for the one it stands in.
        approvals: how many people must approve; 0 when nobody must, None when the files do not settle it.
        owners: whether one of them must own the code.
        checks: whether the pipeline must have passed; None when the files do not settle it.
        force_pushes: whether history may be overwritten.
        in_force: False when the rule is switched off or only tried out.
        about_reviews: False for a rule that concerns other things (tags, deletions) and says nothing of reviews.
    """

    location: Location
    name: str
    repository: str = ""
    approvals: int | None = 0
    owners: bool = False
    checks: bool | None = False
    force_pushes: bool = False
    in_force: bool = True
    about_reviews: bool = True


def protections(resources: Sequence[Resource], corpus: Corpus) -> tuple[Protection, ...]:
    """Return the branch rules that Terraform and the settings file of the repository state, by place.

    Each is the documented meaning of the GitHub and GitLab providers' resources and of the Settings app's file.
    """
    found = list(_of_settings(corpus))
    for resource in resources:
        if resource.existing:
            continue
        if resource.kind in _BRANCHES:
            found.append(_branch(resource))
        elif resource.kind in _RULESETS and resource.text_at("target") in {"branch", ""}:
            found.append(_ruleset(resource))
        elif resource.kind == "gitlab_project_approval_rule":
            found.append(_gitlab_approval(resource))
        elif resource.kind == "gitlab_branch_protection":
            found.append(_gitlab_branch(resource))
    return tuple(sorted(found, key=lambda one: (one.location, one.name)))


def environment_reviewed(name: str, resources: Sequence[Resource]) -> tuple[bool | None, Location | None]:
    """Tell whether a deployment to the environment ``name`` waits for a person, as far as Terraform says, and where.

    None when no file declares the environment's rules, or when they depend on more than the files.
    """
    for resource in resources:
        if resource.existing or resource.text_at("environment").casefold() != name.casefold():
            continue
        if resource.kind == "github_repository_environment":
            reviewers = resource.at("reviewers")
            settled = reviewers is None or not reviewers.unresolved
            return (reviewers is not None if settled else None), resource.line_of("reviewers")
        if resource.kind in {"gitlab_project_protected_environment", "gitlab_group_protected_environment"}:
            count = resource.at("required_approval_count")
            asks = resource.at("approval_rules") is not None or (count is not None and bool(count.number))
            return asks or resource.at("deploy_access_levels") is not None, resource.location
    return None, None


def _branch(resource: Resource) -> Protection:
    """Read GitHub's classic branch protection."""
    branch = resource.text_at("pattern") or resource.text_at("branch")
    repository = resource.text_at("repository_id") or resource.text_at("repository")
    reviews = resource.at("required_pull_request_reviews")
    forced = resource.at("allows_force_pushes")
    owners = resource.at("required_pull_request_reviews", "require_code_owner_reviews")
    approvals: int | None = 0
    if reviews is not None:
        approvals = _count(resource.at("required_pull_request_reviews", "required_approving_review_count"))
    return Protection(
        location=_line(resource, "required_pull_request_reviews", "required_approving_review_count"),
        name=f"the branch {branch} of {repository}",
        repository=repository,
        approvals=approvals,
        owners=owners is not None and owners.truth is True,
        checks=_stated(resource.at("required_status_checks")),
        force_pushes=forced is not None and forced.truth is True,
    )


def _ruleset(resource: Resource) -> Protection:
    """Read a ruleset; one without a rule for pull requests says nothing of reviews."""
    reviews = resource.at("rules", "pull_request")
    enforcement = resource.at("enforcement")
    repository = resource.text_at("repository")
    count = resource.at("rules", "pull_request", "required_approving_review_count")
    owners = resource.at("rules", "pull_request", "require_code_owner_review")
    return Protection(
        location=_line(resource, "rules", "pull_request", "required_approving_review_count"),
        name=f"the ruleset {resource.text_at('name') or resource.name}" + (f" of {repository}" if repository else ""),
        repository=repository or resource.kind,
        approvals=0 if count is None and not (reviews and reviews.unresolved) else _count(count),
        owners=owners is not None and owners.truth is True,
        checks=_stated(resource.at("rules", "required_status_checks")),
        in_force=enforcement is None or bool(enforcement.unresolved) or enforcement.text == "active",
        about_reviews=reviews is not None,
    )


def _gitlab_approval(resource: Resource) -> Protection:
    name = resource.text_at("name") or resource.name
    return Protection(
        location=_line(resource, "approvals_required"),
        name=f"the approval rule {name} of {resource.text_at('project')}",
        repository=resource.text_at("project"),
        approvals=_count(resource.at("approvals_required")),
    )


def _gitlab_branch(resource: Resource) -> Protection:
    """Read a protected branch of GitLab; approvals are rules of their own there."""
    forced = resource.at("allow_force_push")
    owners = resource.at("code_owner_approval_required")
    owned = owners is not None and owners.truth is True
    return Protection(
        location=_line(resource, "allow_force_push"),
        name=f"the branch {resource.text_at('branch')} of {resource.text_at('project')}",
        repository=resource.text_at("project"),
        approvals=1 if owned else None,
        owners=owned,
        force_pushes=forced is not None and forced.truth is True,
        about_reviews=owned,
    )


def _of_settings(corpus: Corpus) -> Iterator[Protection]:
    """Read the file of GitHub's Settings app: branch rules in the shape of GitHub's own interface."""
    for path in _SETTINGS:
        if path not in corpus.files:
            continue
        try:
            tree = yaml.first(path, corpus.read(path))
        except SourceError:
            continue  # the same file is reported where pipelines and infrastructure are read
        for branch in tree.each("branches") if tree is not None else ():
            if branch.at("protection") is not None:
                yield _settings_branch(path, branch)
        for ruleset in tree.each("rulesets") if tree is not None else ():
            yield _settings_ruleset(path, ruleset)


def _settings_branch(path: str, branch: Tree) -> Protection:
    reviews = branch.at("protection", "required_pull_request_reviews")
    stated = reviews is not None and (reviews.is_mapping or reviews.truth is True)
    count = branch.at("protection", "required_pull_request_reviews", "required_approving_review_count")
    owners = branch.at("protection", "required_pull_request_reviews", "require_code_owner_reviews")
    forced = branch.at("protection", "allow_force_pushes")
    checks = branch.at("protection", "required_status_checks")
    return Protection(
        location=Location(path, (count or reviews or branch).line),
        name=f"the branch {branch.text_at('name')}",
        approvals=_count(count) if stated else 0,
        owners=owners is not None and owners.truth is True,
        checks=checks is not None and (checks.is_mapping or checks.truth is True),
        force_pushes=forced is not None and forced.truth is True,
    )


def _settings_ruleset(path: str, ruleset: Tree) -> Protection:
    rules = {rule.text_at("type"): rule for rule in ruleset.each("rules")}
    reviews = rules.get("pull_request")
    count = reviews.at("parameters", "required_approving_review_count") if reviews is not None else None
    return Protection(
        location=Location(path, (count or reviews or ruleset).line),
        name=f"the ruleset {ruleset.text_at('name')}",
        approvals=0 if count is None else _count(count),
        checks="required_status_checks" in rules,
        in_force=ruleset.text_at("enforcement") in {"active", ""},
        about_reviews=reviews is not None and ruleset.text_at("target") in {"branch", ""},
    )


def _count(tree: Tree | None) -> int | None:
    if tree is None:
        return _DEFAULT_APPROVALS
    return None if tree.unresolved or tree.number is None else int(tree.number)


def _stated(tree: Tree | None) -> bool | None:
    return tree is not None if tree is None or not tree.unresolved else None


def _line(resource: Resource, *path: str) -> Location:
    """Return the first line of the property, or of what it would stand in."""
    for end in range(len(path), 0, -1):
        found = resource.at(*path[:end])
        if found is not None:
            return Location(resource.location.path, found.line)
    return Location(resource.location.path, resource.location.line)
