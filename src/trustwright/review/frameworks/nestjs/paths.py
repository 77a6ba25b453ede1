"""Nest's path patterns: written in OpenAPI style, joined, and compared."""

import re

_NAMED = re.compile(r":(\w+)(?:\((?:[^()]|\([^()]*\))*\))?[?*+]?")
_BRACED_WILDCARD = re.compile(r"\{/?\*(\w*)\}")
_OPTIONAL = re.compile(r"\{(/[^{}]*(?:\{\w+\}[^{}]*)*)\}")
_WILDCARD = re.compile(r"\(\.\*\)|\*(\w*)")
WILD = "wildcard"


def openapi(pattern: str) -> str:
    r"""Write a pattern as an OpenAPI path without slashes at its ends.

    ``users/:id(\d+)`` is ``users/{id}``; ``*`` and ``*splat`` are ``{wildcard}``; optional parts are taken as there.
    """
    text = _NAMED.sub(r"{\1}", pattern)
    text = _BRACED_WILDCARD.sub(f"/{{{WILD}}}", text)
    text = _OPTIONAL.sub(r"\1", text)
    text = _WILDCARD.sub(f"{{{WILD}}}", text)
    return "/".join(part for part in text.split("/") if part)


def joined(*parts: str) -> str:
    """Join patterns that are in OpenAPI style already."""
    return "/" + "/".join(part.strip("/") for part in parts if part.strip("/"))


def covers(pattern: str, path: str, *, below: bool) -> bool:
    """Tell whether a pattern in OpenAPI style matches a path, or with ``below`` anything under it too."""
    wanted = [part for part in pattern.split("/") if part]
    given = [part for part in path.split("/") if part]
    for index, part in enumerate(wanted):
        if part == f"{{{WILD}}}":
            return True
        if index >= len(given) or not (part.startswith("{") or part == given[index]):
            return False
    return below or len(wanted) == len(given)
