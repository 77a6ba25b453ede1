"""An enum is a constant object: route paths and metadata keys are often its members."""

from trustwright.review.source import javascript
from trustwright.review.source.code import Code

TEXT = b"export const enum Key { Auth = 'auth_route', 'odd-name' = `x`, Counted }\nconst enumerated = a\n"


def test_an_enum_reads_like_an_object() -> None:
    code = Code("key.ts", "typescript", "production", javascript.extract(TEXT, "typescript"), lambda: TEXT)
    enum = next(item for item in code.facts.assignments if item.target == "Key")
    entries = code.value(enum).entries
    assert [(name, value.text) for name, value in entries] == [("Auth", "auth_route"), ("odd-name", "x")]
    assert [TEXT[value.start : value.end] for _, value in entries] == [b"'auth_route'", b"`x`"]
    assert code.value(code.facts.assignments[-1]).name == "a"


def test_javascript_still_parses() -> None:
    assert javascript.extract(b"const a = 1", "javascript").assignments[0].target == "a"
