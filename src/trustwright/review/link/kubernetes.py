"""Kubernetes manifests become resources: every object, with its pod and containers in one place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import normpath
from typing import Final

from trustwright.review.link.infrastructure import Resource
from trustwright.review.model import Location
from trustwright.review.source.tree import Tree

_WORD_END: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_KUSTOMIZATION: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
# Where the pod stands in each kind of object that makes one.
_PODS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Rollout": ("spec", "template", "spec"),
}
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
# Where objects name others: path of the name, path of the kind or the kind itself.
_REFERENCES: Final = (
    (("roleRef", "name"), ("roleRef", "kind"), ""),
    (("spec", "scaleTargetRef", "name"), ("spec", "scaleTargetRef", "kind"), ""),
    (("spec", "targetRef", "name"), ("spec", "targetRef", "kind"), ""),
    (("pod", "serviceAccountName"), (), "ServiceAccount"),
)
_SELECTORS: Final = (("spec", "podSelector", "matchLabels"), ("spec", "selector", "matchLabels"), ("spec", "selector"))


def looks_like(data: bytes) -> bool:
    """Tell whether a YAML or JSON file may hold Kubernetes objects."""
    return b"apiVersion" in data and b"kind" in data


def is_object(tree: Tree) -> bool:
    """Tell whether a parsed document is a Kubernetes object."""
    version = tree.at("apiVersion")
    return version is not None and version.is_scalar and tree.text_at("kind")[:1].isupper()


def patches(documents: Iterable[tuple[str, Tree]]) -> frozenset[str]:
    """Return the files that kustomizations use as patches: parts of objects, which must not be judged as whole ones."""
    found: set[str] = set()
    for path, tree in documents:
        if path.rpartition("/")[2] not in _KUSTOMIZATION:
            continue
        named = [*tree.texts("patchesStrategicMerge"), *(one.text_at("path") for one in tree.each("patches"))]
        named.extend(one.text_at("path") for one in tree.each("patchesJson6902"))
        found.update(normpath(f"{path.rpartition('/')[0]}/{name}").lstrip("/") for name in named if name)
    return frozenset(found)


def resources(path: str, tree: Tree) -> Iterator[Resource]:
    """Yield the objects of a parsed document; a List's items one by one. The scope is the file's folder.

    ``properties`` are the object as written, and besides ``pod``, the pod it makes, and ``containers``, all containers
    of that pod.
    """
    if tree.text_at("kind") == "List":
        for item in tree.each("items"):
            if is_object(item):
                yield from resources(path, item)
        return
    kind = tree.text_at("kind")
    entries = dict(tree.items())
    pod = tree.at(*_PODS[kind]) if kind in _PODS else None
    if pod is not None and pod.is_mapping:
        containers = tuple(one for key in _CONTAINERS for one in pod.each(key))
        entries["pod"] = pod
        entries["containers"] = Tree(containers, pod.line, pod.end_line)
    properties = Tree(entries, tree.line, tree.end_line)
    scope = path.rpartition("/")[0]
    targets = frozenset(_targets(properties, scope))
    name = tree.text_at("metadata", "name") or tree.text_at("metadata", "generateName")
    place = Location(path, tree.line, tree.end_line)
    yield Resource(kind_name(kind), name, properties, place, "kubernetes", scope, targets)


def kind_name(kind: str) -> str:
    """Return the kind of the resource that an object of this Kubernetes kind becomes."""
    return f"kubernetes_{_WORD_END.sub('_', kind).lower()}"


def _targets(tree: Tree, scope: str) -> Iterator[tuple[str, str, str]]:
    for name, kind, fixed in _REFERENCES:
        if found := tree.text_at(*name):
            yield scope, kind_name(fixed or tree.text_at(*kind)), found
    for volume in tree.each("pod", "volumes"):
        for key, field, kind_ in (("secret", "secretName", "Secret"), ("configMap", "name", "ConfigMap")):
            if found := volume.text_at(key, field):
                yield scope, kind_name(kind_), found
    for rule in tree.each("spec", "rules"):
        for path in rule.each("http", "paths"):
            if found := path.text_at("backend", "service", "name") or path.text_at("backend", "serviceName"):
                yield scope, "kubernetes_service", found


def connected(found: Sequence[Resource]) -> list[Resource]:
    """Return the resources with selectors followed: a service, policy or budget names the pods its labels select."""
    makers: dict[str, list[tuple[Resource, dict[str, str]]]] = {}
    for resource in found:
        if resource.origin == "kubernetes" and resource.at("pod") is not None:
            makers.setdefault(resource.scope, []).append((resource, _labels(resource)))

    def selected(resource: Resource) -> Resource:
        if resource.origin != "kubernetes" or resource.at("pod") is not None:
            return resource
        wanted = next((labels for path in _SELECTORS if (labels := _texts(resource.at(*path)))), {})
        extra = {
            (maker.scope, maker.kind, maker.name)
            for maker, labels in makers.get(resource.scope, ())
            if wanted and wanted.items() <= labels.items()
        }
        return replace(resource, targets=resource.targets | extra) if extra else resource

    return [selected(resource) for resource in found]


def _labels(resource: Resource) -> dict[str, str]:
    """Return the labels of the pods that a resource makes."""
    for path in (("spec", "jobTemplate", "spec", "template"), ("spec", "template"), ()):
        if labels := _texts(resource.at(*path, "metadata", "labels")):
            return labels
    return {}


def _texts(tree: Tree | None) -> dict[str, str]:
    return {key: value.text for key, value in tree.items() if value.is_scalar} if tree else {}
