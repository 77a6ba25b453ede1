"""Reads a repository's infrastructure: Terraform, CloudFormation, Kubernetes and docker-compose become resources."""

import re
from collections.abc import Iterable
from typing import Final

from trustwright.review.link import terraform
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Gap
from trustwright.review.source import hcl
from trustwright.review.source.errors import SourceError

_TERRAFORM: Final = re.compile(r"\.(?:tf|tofu|tfvars)$")


def is_candidate(path: str) -> bool:
    """Tell by its path alone whether a file may describe infrastructure."""
    return bool(_TERRAFORM.search(path))


def resources(documents: Iterable[tuple[str, bytes]]) -> tuple[tuple[Resource, ...], tuple[Gap, ...]]:
    """Return the resources of a repository, sorted by place, and what could not be read.

    ``documents`` are path and bytes of the files that ``is_candidate`` accepts.
    """
    configurations: dict[str, hcl.Document] = {}
    gaps: list[Gap] = []
    for path, data in sorted(documents):
        try:
            if _TERRAFORM.search(path):
                configurations[path] = hcl.parse(path, data)
        except SourceError as error:
            gaps.append(error.gap())
    found, more = terraform.resources(configurations)
    return tuple(sorted(found, key=lambda one: (one.location, one.kind, one.name))), (*gaps, *more)
