"""URL patterns of Django as OpenAPI paths: converters and groups of regular expressions become ``{name}``."""

import re

_CONVERTER = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_SPACE = re.compile(r"\s+")
_CLASSES = frozenset("dwsDWSbBAZ")
_QUANTIFIER = re.compile(r"[*+?][?+]?|\{\d*,?\d*\}[?+]?")


def from_route(text: str) -> str:
    """Return the route of ``path()`` with ``{name}`` for each converter."""
    return _CONVERTER.sub(lambda match: "{" + _SPACE.sub("", match[1]) + "}", text)


def from_regex(text: str) -> str:
    """Return the regular expression of ``re_path()`` as a path; each group is one ``{name}``.

    An optional part is shown as if it were there; of alternatives the first is shown. What matches freely outside of
    a group is ``{any}``.
    """
    shown, _ = _sequence(text, 0, [0])
    return re.sub(r"(\{\})+", "{any}", shown)


def _sequence(text: str, at: int, unnamed: list[int]) -> tuple[str, int]:
    """Read up to the end or an unmatched ``)``; return what it shows and where it ended."""
    shown: list[str] = []
    first: str | None = None
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            first = "".join(shown) if first is None else first
            shown, at = [], at + 1
            continue
        piece, at = _piece(text, at, unnamed)
        quantifier = _QUANTIFIER.match(text, at)
        if quantifier is not None:
            at = quantifier.end()
            if quantifier[0][0] == "?" and piece == "/":
                piece = ""
            elif quantifier[0][0] in "*+" and piece and not piece.startswith("{"):
                piece = "{}"
        shown.append(piece)
    return ("".join(shown) if first is None else first), at


def _piece(text: str, at: int, unnamed: list[int]) -> tuple[str, int]:
    """Read one character, class or group."""
    if text[at] == "(":
        return _group(text, at, unnamed)
    if text[at] == "[":
        end = text.find("]", at + (3 if text[at + 1 : at + 2] == "^" else 2))
        return "{}", (end if end >= 0 else len(text) - 1) + 1
    if text[at] == "{" and (braces := re.match(r"\{[^{}]*\}", text[at:])) is not None:
        return braces[0], at + braces.end()
    if text[at] == "\\" and at + 1 < len(text):
        escaped = text[at + 1]
        return ("" if escaped in "bBAZ" else "{}" if escaped in _CLASSES else escaped), at + 2
    free = text[at] == "." and _QUANTIFIER.match(text, at + 1) is not None  # a lone dot is meant as one
    return ("" if text[at] in "^$" else "{}" if free else text[at]), at + 1


def _group(text: str, at: int, unnamed: list[int]) -> tuple[str, int]:
    named = re.match(r"\(\?P<(\w+)>", text[at:])
    plain = re.match(r"\(\?[:\w-]*:", text[at:])
    around = re.match(r"\(\?(<?[=!]|[aiLmsux]+(?=\)))", text[at:])
    opening = named or plain or around
    inside, end = _sequence(text, at + (opening.end() if opening is not None else 1), unnamed)
    if named is not None:
        return "{" + named[1] + "}", end + 1
    if around is not None:
        return "", end + 1
    if plain is not None:
        return inside, end + 1
    unnamed[0] += 1
    return "{arg" + str(unnamed[0]) + "}", end + 1
