"""Permissions to do everything: in cloud policies, Kubernetes roles and the tokens of workflows."""

import re
from collections.abc import Iterable, Iterator

from trustwright.review.link.delivery import Pipeline
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.tree import Tree

RULE = Rule(
    __name__,
    title="Wildcard permission",
    finding="A role, policy or token may do everything, or everything with a kind of resource.",
    risk=(
        "Whoever takes over the least thing that holds the permission holds all that it opens; least privilege exists "
        "on paper only, and an access review has nothing to review."
    ),
    remediation=(
        "List the actions that are used (the provider's access log or access analyser tells) and grant those.",
        "Name the resources; where an action takes none, give it a statement of its own.",
        "Give people and deployments roles made for their task instead of administrator roles.",
        "In workflows, set `permissions: {}` at the top and let each job ask for what it needs.",
    ),
    criteria=("CC6.3", "CC6.1"),
    controls=("ACC-08", "ACC-02"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="grants of permission",
    gap="{unmet} of {examined} grants are wildcards",
    triggers=("PolicyStatement", "ManagedPolicy"),
)

_LARGEST_POLICY = 100_000  # bytes; AWS takes no policy above 20,480 characters
_HARMLESS_SERVICES = frozenset(
    {"logs", "cloudwatch", "xray", "ec2messages", "ssmmessages", "cloudtrail", "tag", "health"}
)
_ESCALATING = frozenset({"iam:passrole", "sts:assumerole", "secretsmanager:getsecretvalue", "iam:createaccesskey"})
_ADMINISTRATOR = re.compile(r"(AdministratorAccess|PowerUserAccess|IAMFullAccess)$")
_FULL_ACCESS = re.compile(r"policy/(?:[\w-]+/)?(\w+FullAccess)$")
_BOUNDARY = re.compile(r"boundary|boundaries|\bscps?\b|service_control", re.IGNORECASE)
_READING_VERBS = frozenset({"get", "list", "watch"})
_WIDE_ROLES = frozenset({"roles/owner", "roles/editor"})
_WIDE_AZURE_ROLES = frozenset({"Owner", "Contributor", "User Access Administrator"})
_EVERYBODY_GROUPS = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated"})


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each statement, role, binding or workflow that grants something."""
    for resource in project.resources:
        if _only_limits(resource):
            continue
        yield from _granted(resource, _behind_network(resource, project.resources))
    yield from _policy_files(project)
    for pipeline in project.pipelines:
        yield from _tokens(pipeline)
    for code in project.production():
        yield from _written(code)


def _only_limits(resource: Resource) -> bool:
    """Tell a permissions boundary or an organization's policy: they cap what others grant and grant nothing."""
    words = f"{resource.kind} {resource.name} {resource.location.path}"
    return "organizations_policy" in words or _BOUNDARY.search(words) is not None


def _behind_network(resource: Resource, resources: Iterable[Resource]) -> bool:
    """Tell whether what a policy guards is reached from inside a private network only."""
    guarded = [resource]
    if resource.kind == "aws_iam_policy_document":
        guarded = [other for other in resources if other.references(resource)]
    return any(one.at("vpc_options") is not None for one in guarded)


def _granted(resource: Resource, behind_network: bool) -> Iterator[Observation]:
    path, kind = resource.location.path, resource.kind
    if kind == "aws_iam_policy_document":
        for statement in resource.each("statement"):
            yield from _statement(path, statement, behind_network)
    elif kind.startswith(("aws_", "alicloud_")):
        yield from _statements(path, resource.properties, behind_network)
        yield from _managed(resource)
    elif kind in {"kubernetes_role", "kubernetes_cluster_role"}:
        for rule in resource.each("rules"):
            yield _cluster_rule(resource, rule)
    elif kind in {"kubernetes_role_binding", "kubernetes_cluster_role_binding"}:
        yield _binding(resource)
    elif kind.startswith("google_") and kind.endswith(("_iam_member", "_iam_binding")):
        yield _google(resource)
    elif kind == "azurerm_role_definition":
        yield _azure_definition(resource)
    elif kind == "azurerm_role_assignment":
        yield _azure_assignment(resource)


# --- policies of AWS, and those that look like them -------------------------------------------------------------------


def _statements(path: str, tree: Tree, behind_network: bool = False) -> Iterator[Observation]:
    """Judge every statement of the policies anywhere in a tree."""
    for part in tree.walk():
        for statement in part.each("Statement") if part.is_mapping else ():
            if statement.is_mapping:
                yield from _statement(path, statement, behind_network)


def _policy_files(project: Project) -> Iterator[Observation]:
    """Judge policies that stand in JSON files of their own."""
    templates = {resource.location.path for resource in project.resources}
    for path in sorted(project.corpus.paths(".json")):
        file = project.corpus.files[path]
        if path in templates or file.role != "production" or file.size > _LARGEST_POLICY:
            continue
        text = project.corpus.read(path)
        if b'"Statement"' in text and b'"Effect"' in text and (tree := project.corpus.json(path)) is not None:
            yield from _statements(path, tree)


def _first(statement: Tree, *keys: str) -> Tree | None:
    return next((found for key in keys if (found := statement.at(key)) is not None), None)


def _statement(path: str, statement: Tree, behind_network: bool = False) -> Iterator[Observation]:
    """Judge one statement, written as JSON or as Terraform's policy document."""
    effect = _first(statement, "Effect", "effect")
    if effect is not None and effect.text == "Deny":
        return
    actions = _first(statement, "Action", "actions")
    excepted = _first(statement, "NotAction", "not_actions")
    written = actions or excepted
    if written is None:
        return
    place = Location(path, written.line, written.end_line)
    principal = _first(statement, "Principal", "principals")
    condition = _first(statement, "Condition", "condition")
    names = tuple(item.text.lower() for item in written.each() if not item.unresolved)
    if not names and not written.known:
        yield unknown(place, "The actions of this statement are not settled by the files.")
    elif principal is not None:
        severity = Severity.MEDIUM if behind_network else None
        yield from _to_others(place, names, principal, limited=condition is not None, severity=severity)
    elif all(name.startswith("sts:assumerolewith") for name in names):
        return
    else:
        resources = _first(statement, "Resource", "resources")
        everything = resources is not None and any(item.text == "*" for item in resources.each())
        yield _to_holder(
            place, names, everything=everything, excepted=excepted is not None, limited=condition is not None
        )


def _to_holder(
    place: Location, actions: Iterable[str], *, everything: bool, excepted: bool, limited: bool
) -> Observation:
    """Judge what a statement lets its holder do; ``limited`` when it has a condition."""
    if excepted:
        return unmet(place, "Everything but the listed actions is allowed.") if everything else met(place)
    if "*" in actions or "*:*" in actions:
        if everything:
            severity = Severity.HIGH if limited else Severity.CRITICAL
            return unmet(place, "Every action on every resource is allowed.", severity=severity)
        return unmet(place, "Every action is allowed on the named resources.", severity=Severity.MEDIUM)
    if not everything:
        return met(place)
    services = sorted({name.partition(":")[0] for name in actions if name.endswith(":*")})
    wide = [name for name in services if name not in _HARMLESS_SERVICES]
    if services:
        detail = f"Every action of {', '.join(wide or services)} is allowed on every resource."
        return unmet(place, detail, severity=Severity.HIGH if wide and not limited else Severity.MEDIUM)
    escalating = sorted(set(actions) & _ESCALATING)
    if escalating and not limited:
        return unmet(place, f"{', '.join(escalating)} is allowed on every resource.", severity=Severity.MEDIUM)
    return met(place)


def _to_others(
    place: Location, actions: Iterable[str], principal: Tree, *, limited: bool, severity: Severity | None
) -> Iterator[Observation]:
    """Judge a policy attached to a resource: whom it lets in. Reading a public bucket is another rule's."""
    everybody = any(tree.text == "*" for tree in principal.walk() if tree.is_scalar)
    if everybody and not limited and not all(name.startswith(("s3:get", "s3:list")) for name in actions):
        yield unmet(place, f"Everybody is allowed {', '.join(sorted(actions))}.", severity=severity)
    elif not everybody and not all(name.startswith("sts:") for name in actions):
        yield met(place)


def _managed(resource: Resource) -> Iterator[Observation]:
    """Judge the provider's own policies that a resource attaches."""
    for tree in (*resource.each("policy_arn"), *resource.each("managed_policy_arns"), *resource.each("policy_arns")):
        place = Location(resource.location.path, tree.line)
        administrator, full = _ADMINISTRATOR.search(tree.text), _FULL_ACCESS.search(tree.text)
        if administrator:
            yield unmet(place, f"{resource.name} gets {administrator[1]}.", severity=Severity.CRITICAL)
        elif full:
            yield unmet(place, f"{resource.name} gets {full[1]}: every action on every resource of a service.")
        elif tree.text.startswith("arn:aws:iam::aws:policy"):
            yield met(place)


# --- Kubernetes, Google, Azure ----------------------------------------------------------------------------------------


def _cluster_rule(resource: Resource, rule: Tree) -> Observation:
    place = Location(resource.location.path, rule.line, rule.end_line)
    if not rule.known:
        return unknown(place, f"A rule of the role {resource.name} is not settled by the files.")
    verbs, resources = set(rule.texts("verbs")), set(rule.texts("resources"))
    cluster = resource.kind == "kubernetes_cluster_role"
    where = "the cluster" if cluster else "its namespace"
    if "*" in verbs and "*" in resources:
        severity = Severity.CRITICAL if cluster else Severity.HIGH
        return unmet(place, f"The role {resource.name} may do everything in {where}.", severity=severity)
    if "*" in resources:
        severity = Severity.HIGH if "" in rule.texts("apiGroups") or "*" in rule.texts("apiGroups") else Severity.MEDIUM
        doing = "read" if verbs <= _READING_VERBS else "change"
        return unmet(place, f"The role {resource.name} may {doing} every resource in {where}.", severity=severity)
    if "*" in verbs:
        severity = Severity.HIGH if "secrets" in resources else Severity.LOW
        return unmet(
            place, f"The role {resource.name} may do everything with {', '.join(sorted(resources))}.", severity=severity
        )
    return met(place)


def _binding(resource: Resource) -> Observation:
    place = resource.line_of("roleRef")
    role = resource.text_at("roleRef", "name")
    names = {subject.text_at("name") for subject in resource.each("subjects")}
    everybody = sorted(names & _EVERYBODY_GROUPS)
    if everybody and role != "system:public-info-viewer":
        return unmet(place, f"{everybody[0]} gets the role {role}.", severity=Severity.CRITICAL)
    if role == "cluster-admin":
        whom = ", ".join(sorted(names)) or "its subjects"
        return unmet(place, f"{whom} may do everything in the cluster (cluster-admin).", severity=Severity.CRITICAL)
    return met(place)


def _google(resource: Resource) -> Observation:
    place, role = resource.line_of("role"), resource.at("role")
    if role is None or role.unresolved:
        return unknown(place, f"Which role {resource.name} grants is not settled by the files.")
    if role.text in _WIDE_ROLES:
        return unmet(place, f"{resource.name} grants {role.text}: nearly everything in the project.")
    return met(place)


def _azure_definition(resource: Resource) -> Observation:
    place = resource.line_of("permissions", "actions")
    if "*" in resource.properties.texts("permissions", "actions"):
        return unmet(place, f"The role {resource.name} may do everything.", severity=Severity.CRITICAL)
    return met(place)


def _azure_assignment(resource: Resource) -> Observation:
    place, role = resource.line_of("role_definition_name"), resource.at("role_definition_name")
    if role is None or role.unresolved:
        return unknown(place, f"Which role {resource.name} assigns is not settled by the files.")
    if role.text in _WIDE_AZURE_ROLES:
        return unmet(place, f"{resource.name} assigns the role {role.text}.")
    return met(place)


# --- workflows and code -----------------------------------------------------------------------------------------------


def _tokens(pipeline: Pipeline) -> Iterator[Observation]:
    """Judge the token of a workflow and of each job that asks for another."""
    if pipeline.system != "github-actions":
        return
    path = pipeline.location.path
    asked = [tree for tree in (pipeline.permissions, *(job.permissions for job in pipeline.jobs)) if tree is not None]
    for tree in asked:
        place = Location(path, tree.line)
        if tree.text == "write-all":
            yield unmet(place, "The workflow's token may change everything in the repository.")
        else:
            yield met(place)
    if pipeline.permissions is None and any(job.permissions is None for job in pipeline.jobs):
        detail = f"The workflow {pipeline.name} asks for no permissions, so its token gets the repository's default."
        yield unknown(pipeline.location, detail)


def _written(code: Code) -> Iterator[Observation]:
    """Judge policies that a program makes (AWS CDK)."""
    for call in code.calls_named("PolicyStatement"):
        made = code.call(call)
        options = made if code.is_python else made.argument(0)
        actions = options.get("actions") if options is not None else None
        resources = options.get("resources") if options is not None else None
        if actions is None or actions.kind != "array":
            continue
        names = [item.text.lower() for item in actions.arguments if item.text]
        everything = resources is not None and any(item.text == "*" for item in resources.arguments)
        limited = options is not None and options.get("conditions") is not None
        if names:
            yield _to_holder(code.location(call.start), names, everything=everything, excepted=False, limited=limited)
    for call in code.calls_named("fromAwsManagedPolicyName", "from_aws_managed_policy_name"):
        name = code.call(call).argument(0)
        found = _ADMINISTRATOR.search(name.text or "") if name is not None else None
        if found:
            yield unmet(code.location(call.start), f"A role gets {found[1]}.", severity=Severity.CRITICAL)
        else:
            yield met(code.location(call.start))
