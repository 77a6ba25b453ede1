"""Infrastructure as it is described in files: one shape for Terraform, CloudFormation, Kubernetes and compose."""

from collections.abc import Iterable
from dataclasses import dataclass

from trustwright.review.model import Location
from trustwright.review.source.tree import Tree


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that a file asks to be created.

    Attributes:
        kind: Terraform's type name, also for CloudFormation (``aws_db_instance``); ``kubernetes_<kind>`` in snake case
            for Kubernetes objects; ``compose_service`` for docker-compose. A data source of Terraform keeps
            its type (``aws_iam_policy_document``); a state backend is ``terraform_backend_<type>``.
        name: the name it has in the file.
        properties: a mapping in Terraform's snake case; a value that the files do not settle is unresolved.
        location: where it is declared.
        origin: ``terraform``, ``cloudformation``, ``kubernetes`` or ``compose``.
        scope: the folder (Terraform) or file in which its name is unique.
        targets: scope, kind and name of every resource that its properties name.
        existing: True for a data source of Terraform: it is looked up, not created; its settings are not stated here.
    """

    kind: str
    name: str
    properties: Tree
    location: Location
    origin: str
    scope: str
    targets: frozenset[tuple[str, str, str]] = frozenset()
    existing: bool = False

    def at(self, *path: str | int) -> Tree | None:
        """Return the property at ``path``: None when absent; check ``unresolved`` before judging its value."""
        return self.properties.at(*path)

    def each(self, *path: str | int) -> tuple[Tree, ...]:
        """Return the items of a list or repeated block at ``path``; a single thing counts as a list of one."""
        return self.properties.each(*path)

    def text_at(self, *path: str | int) -> str:
        """Return the text at ``path``, or an empty string."""
        return self.properties.text_at(*path)

    def line_of(self, *path: str | int) -> Location:
        """Return the place of the property at ``path``, or of the resource when it is absent."""
        found = self.properties.at(*path)
        return self.location if found is None else Location(self.location.path, found.line, found.end_line)

    def references(self, other: "Resource") -> bool:
        """Tell whether a property of this resource names ``other``."""
        return (other.scope, other.kind, other.name) in self.targets

    @property
    def address(self) -> str:
        """The resource's name as its own tool writes it."""
        return f"{self.kind}.{self.name}"


def related(resource: Resource, kind: str, resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return the resources of ``kind`` that ``resource`` names or that name it, in the order given.

    A bucket's encryption, versioning or logging is a resource of its own in Terraform: this finds it.
    """
    return tuple(
        other
        for other in resources
        if other.kind == kind and (other.references(resource) or resource.references(other))
    )
