"""Access policies of the cloud: what a resource's policy allows to whom, wherever the policy is written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source import json
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

_GAP: Final = re.compile(r"\$\{[^{}]*\}")
_NO_LIMIT: Final = frozenset({"aws:SecureTransport", "aws:UserAgent", "aws:Referer", "s3:x-amz-acl"})
"""Condition keys that anybody can satisfy."""


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """One statement of a policy.

    Attributes:
        location: where it stands.
        allows: False for a statement that denies.
        principals: who it is about: account numbers, ARNs, services; ``*`` is everybody.
        actions: what it allows; ``not`` before one that it leaves out.
        resources: what it is about, as far as the files settle it.
        conditions: the keys it depends on (``aws:SourceIp``).
        settled: False when part of it is not known from the files.
    """

    location: Location
    allows: bool
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]
    settled: bool = True

    @property
    def is_public(self) -> bool:
        """True when it allows something to everybody; that a request must be encrypted limits nobody."""
        return self.allows and "*" in self.principals and not set(self.conditions) - _NO_LIMIT


def policy(resource: Resource, name: str, resources: Sequence[Resource]) -> tuple[PolicyStatement, ...] | None:
    """Return the statements of the policy in a property; None when there is none or the files do not settle it.

    The policy may be a mapping, JSON in a text, or a reference to an ``aws_iam_policy_document``.
    """
    tree = resource.at(name)
    if tree is None:
        return None
    if tree.is_mapping:
        return tuple(_statements(tree, resource.location.path))
    if tree.unresolved:
        document = _document(tree.unresolved, resource, resources)
        if document is not None:
            return tuple(_declared(document))
    text = tree.text.strip()
    start = text.find("{")
    if start < 0 or ("Statement" not in text):
        return None
    try:
        parsed = json.parse(resource.location.path, _GAP.sub("unsettled", text[start : text.rfind("}") + 1]).encode())
    except SourceError:
        return None
    return tuple(_statements(parsed, resource.location.path, tree.line - 1))


def _document(expression: str, resource: Resource, resources: Sequence[Resource]) -> Resource | None:
    match = re.search(r"aws_iam_policy_document\.([\w-]+)", expression)
    if match is None:
        return None
    return next(
        (
            other
            for other in resources
            if other.kind == "aws_iam_policy_document" and other.name == match[1] and other.scope == resource.scope
        ),
        None,
    )


def _statements(tree: Tree, path: str, shift: int = 0) -> Iterator[PolicyStatement]:
    """Read a policy in the words of the service."""
    for item in tree.each("Statement"):
        principal = item.at("Principal")
        named = [one for one in principal.walk() if one.is_scalar] if principal is not None else []
        actions = [*item.texts("Action"), *(f"not {text}" for text in item.texts("NotAction"))]
        conditions = item.at("Condition")
        keys = tuple(key for test in conditions.children() for key, _ in test.items()) if conditions is not None else ()
        yield PolicyStatement(
            Location(path, item.line + shift, item.end_line + shift),
            item.text_at("Effect") != "Deny",
            tuple(one.text for one in named if not one.unresolved),
            tuple(actions),
            item.texts("Resource"),
            keys,
            settled=not item.unresolved and not any(one.unresolved for one in named),
        )


def _declared(document: Resource) -> Iterator[PolicyStatement]:
    """Read a policy in the words of Terraform's policy document."""
    for item in document.each("statement"):
        principals = [one for block in item.each("principals") for one in block.each("identifiers")]
        yield PolicyStatement(
            Location(document.location.path, item.line, item.end_line),
            item.text_at("effect") != "Deny",
            tuple(one.text for one in principals if not one.unresolved),
            (*item.texts("actions"), *(f"not {text}" for text in item.texts("not_actions"))),
            item.texts("resources"),
            tuple(block.text_at("variable") for block in item.each("condition")),
            settled=not item.unresolved and not any(one.unresolved for one in principals),
        )
