"""Reads a repository's infrastructure: Terraform, CloudFormation, Kubernetes and compose files become resources."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from trustwright.review.link import cloudformation, compose, kubernetes, terraform
from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Gap
from trustwright.review.source import hcl, json, yaml
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

_TERRAFORM: Final = re.compile(r"\.(?:tf|tofu|tfvars)$")
_TERRAFORM_JSON: Final = re.compile(r"\.(?:tf|tofu)\.json$")
_DATA: Final = re.compile(r"\.(?:ya?ml|json|template)$|(?:^|/)Kustomization$")
# Data files that never describe infrastructure and are many.
_OTHERS: Final = re.compile(
    r"(?:^|/)(?:\.github|\.vscode|locales?|i18n|translations|__snapshots__)/"
    r"|(?:^|/)(?:package|package-lock|components|tsconfig[\w.-]*)\.json$|(?:^|/)pnpm-lock\.yaml$"
)
_HELM: Final = re.compile(r"^(?P<chart>.*?)(?:^|/)templates/")


def is_candidate(path: str) -> bool:
    """Tell by its path alone whether a file may describe infrastructure."""
    return bool(_TERRAFORM.search(path) or (_DATA.search(path) and not _OTHERS.search(path)))


def looks_like(path: str, data: bytes) -> bool:
    """Tell by a look at its bytes whether a candidate is worth parsing."""
    return (
        bool(_TERRAFORM.search(path) or _TERRAFORM_JSON.search(path))
        or compose.is_file(path)
        or kubernetes.looks_like(data)
        or cloudformation.looks_like(data)
    )


def resources(documents: Iterable[tuple[str, bytes]]) -> tuple[tuple[Resource, ...], tuple[Gap, ...]]:
    """Return the resources of a repository, sorted by place, and what could not be read.

    ``documents`` are path and bytes of the files that ``is_candidate`` and ``looks_like`` accept.
    """
    configurations: dict[str, hcl.Document] = {}
    trees: list[tuple[str, Tree]] = []
    errors: list[SourceError] = []
    for path, data in sorted(documents):
        try:
            if _TERRAFORM.search(path):
                configurations[path] = hcl.parse(path, data)
            elif _TERRAFORM_JSON.search(path):
                configurations[path] = hcl.from_json(json.parse(path, data))
            elif looks_like(path, data):
                parsed = (json.parse(path, data),) if path.endswith(".json") else yaml.parse(path, data)
                trees.extend((path, tree) for tree in parsed if tree.is_mapping)
        except SourceError as error:
            errors.append(error)
    found, gaps = terraform.resources(configurations)
    patches = kubernetes.patches(trees)
    for path, tree in trees:
        if cloudformation.is_template(tree):
            found.extend(cloudformation.resources(path, tree))
        elif kubernetes.is_object(tree):
            found.extend(kubernetes.resources(path, tree) if path not in patches else ())
        elif compose.is_file(path):
            found.extend(compose.resources(path, tree))
    ordered = sorted(kubernetes.connected(found), key=lambda one: (one.location, one.kind, one.name))
    return tuple(ordered), (*gaps, *_gaps(errors))


def _gaps(errors: Iterable[SourceError]) -> Iterator[Gap]:
    """Yield a gap for each file, and one for all templates of a Helm chart together."""
    charts: Counter[str] = Counter()
    for error in errors:
        chart = _HELM.match(error.path)
        if chart and error.kind == "not-understood":
            charts[chart["chart"]] += 1
        else:
            yield error.gap()
    for folder, count in sorted(charts.items()):
        yield Gap(
            "not-understood", folder, "a Helm chart's templates, which are read only once they are rendered", count
        )
