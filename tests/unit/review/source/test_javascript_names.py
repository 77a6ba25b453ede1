"""Names in TypeScript: an enum is a constant object, and what a comment among parameters says is none of them."""

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


def test_a_comment_among_parameters_names_none() -> None:
    text = b"import { wrap } from './wrap'\nconst f = ({ a }: { /** see {@link wrap} */ a: string }) => wrap(a)\n"
    code = Code("f.ts", "typescript", "production", javascript.extract(text, "typescript"), lambda: text)
    wrap, parameter = code.binding("wrap", len(text) - 8), code.binding("a", len(text) - 8)
    assert wrap is not None
    assert wrap.kind == "import"
    assert parameter is not None
    assert parameter.kind == "parameter"
