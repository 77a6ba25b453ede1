"""What a test of a route's path comes to: the four answers, and the comparisons that give them.

A path is in OpenAPI style; its parameters may hold any text without a slash.
"""

import re
from enum import Enum


class Truth(Enum):
    """What a condition comes to: ``FREE`` depends on who asks alone, ``UNCLEAR`` on the route in a way not decided."""

    TRUE = "true"
    FALSE = "false"
    FREE = "free"
    UNCLEAR = "unclear"


NOT = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}
"""What is known once a condition is turned round; what is not known stays so."""


def both(truths: list[Truth]) -> Truth:
    """Join by ``and``: one that never holds decides, one that always holds adds nothing."""
    if Truth.FALSE in truths:
        return Truth.FALSE
    left = [truth for truth in truths if truth is not Truth.TRUE]
    return Truth.UNCLEAR if Truth.UNCLEAR in left else Truth.FREE if left else Truth.TRUE


def either(truths: list[Truth]) -> Truth:
    """Join by ``or``."""
    joined = both([NOT.get(truth, truth) for truth in truths])
    return NOT.get(joined, joined)


def equals(known: str, text: str, is_path: bool) -> Truth:
    """Compare; a path with parameters may equal every text of its shape."""
    if known == text:
        return Truth.TRUE
    if is_path and "{" in known:
        shape = "".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", known))
        return Truth.UNCLEAR if re.fullmatch(shape, text) else Truth.FALSE
    return Truth.FALSE


def starts(known: str, text: str) -> Truth:
    """Compare the beginning; a parameter in it may hold anything."""
    fixed = known.partition("{")[0]
    if fixed.startswith(text):
        return Truth.TRUE
    return Truth.UNCLEAR if fixed != known and text.startswith(fixed) else Truth.FALSE


def ends(known: str, text: str) -> Truth:
    """Compare the end; a parameter in it may hold anything."""
    fixed = known.rpartition("}")[2]
    if fixed.endswith(text):
        return Truth.TRUE
    return Truth.UNCLEAR if fixed != known and text.endswith(fixed) else Truth.FALSE


def contains(known: str, text: str) -> Truth:
    """Look for a text in a path; a parameter could hold any text without a slash."""
    if text in known:
        return Truth.TRUE
    return Truth.UNCLEAR if "{" in known and "/" not in text else Truth.FALSE


def matches(known: str, patterns: list[str], *, whole: bool) -> Truth:
    """Try regular expressions on a path; a malformed one decides nothing."""
    sample = re.sub(r"\{[^}]*\}", "x", known)
    try:
        found = [re.fullmatch(one, sample) if whole else re.search(one, sample) for one in patterns]
    except re.error:
        return Truth.UNCLEAR
    return Truth.TRUE if any(found) else Truth.FALSE


def matches_globs(known: str, globs: list[str]) -> Truth:
    """Try globs on a path: ``*`` is any text without a slash, ``**`` any; other signs decide nothing."""
    if any(re.search(r"[!?{}()\[\]+@\\]", one) for one in globs):
        return Truth.UNCLEAR
    parts = {"/**": "(/.*)?", "**": ".*", "*": "[^/]*"}
    patterns = [
        "".join(parts.get(part, re.escape(part)) for part in re.split(r"(/\*\*|\*\*|\*)", one)) for one in globs
    ]
    return matches(known, patterns, whole=True)
