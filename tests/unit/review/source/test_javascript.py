"""Facts and expressions of JavaScript and TypeScript."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.source import javascript
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Facts


def code_of(text: str, language: str = "typescript") -> Code:
    """Read one file held in memory."""
    data = text.encode()
    return Code("a.ts", language, "production", javascript.extract(data, language), lambda: data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import D, {e as F} from 'm'", {"D": ("m", "default"), "F": ("m", "e")}),
        ("import * as N from 'm'", {"N": ("m", "*")}),
        ("const {a, b: c} = require('m')", {"a": ("m", "a"), "c": ("m", "b")}),
        ("const x = require('m').y", {"x": ("m", "y")}),
        ("import q = require('m')", {"q": ("m", "*")}),
        ("async function f() { const z = await import('m') }", {"z": ("m", "*")}),
    ],
)
def test_imports(text: str, expected: dict[str, tuple[str, str]]) -> None:
    """Every way to bring a name in."""
    found = {item.local: (item.module, item.name) for item in code_of(text).facts.imports}
    assert found == expected


def test_exports() -> None:
    """Declarations, lists, re-exports and default exports."""
    text = "export const a = 1; export { b as c, d } from './x'; export * from './y'; export default function e() {}"
    found = {(item.exported, item.local, item.module) for item in code_of(text).facts.exports}
    assert found == {("a", "a", ""), ("c", "b", "./x"), ("d", "d", "./x"), ("*", "*", "./y"), ("default", "e", "")}


def test_calls_have_dotted_names() -> None:
    """Chains, computed members, optional chaining and new."""
    text = "z.object({}).parse(x); a?.b!['c'](1); new Foo.Bar(); (await db.user).delete({}); a[i](2)"
    names = [call.callee for call in code_of(text).facts.calls]
    assert set(names) == {"z.object().parse", "z.object", "a.b.c", "Foo.Bar", "db.user.delete", "a[]"}


def test_decorators_belong_to_what_they_stand_before() -> None:
    """Class, method and field decorators; those of parameters belong to no definition."""
    code = code_of(
        "@C('x') export class A { @F() f: string; constructor(@Inject('k') q: Q) {} @Get(':id') find(@Body() b) {} }"
    )
    klass = code.facts.classes[0]
    assert [item.name for item in code.decorators_of(klass)] == ["C"]
    methods = {item.name: [d.name for d in code.decorators_of(item)] for item in code.functions_in(klass)}
    assert methods == {"constructor": [], "find": ["Get"]}
    assert [d.name for item in code.attributes_of(klass) for d in code.decorators_of(item)] == ["F"]


def test_expressions_keep_values_and_places() -> None:
    """Objects, strings, numbers, booleans, templates, spreads, functions, awaits."""
    code = code_of("f({a: 1, 'b-c': `t${x}`, d, ...e, m() {}, n: !0}, 'y\\n', async () => {}, await g(2), null)")
    call = code.call(code.calls_named("f")[0])
    options = call.arguments[0]
    assert [key for key, _ in options.entries] == ["a", "b-c", "d", "...", "m", "n"]
    inserted = options.get("b-c")
    assert inserted is not None
    assert (inserted.kind, inserted.value) == ("template", "t{}")
    assert [item.kind for item in call.arguments] == ["object", "string", "function", "call", "null"]
    assert call.arguments[1].text == "y\n"
    assert code.source(call.arguments[3].start, call.arguments[3].end) == "g(2)"


def test_scopes() -> None:
    """The innermost binding wins; a parameter hides what is outside."""
    text = "const u = 1; function f(u) { return u } function g() { const u = 2; return u }"
    code = code_of(text)
    inside_f, inside_g = text.index("return u"), text.rindex("return u")
    assert (found := code.binding("u", inside_f)) is not None
    assert found.kind == "parameter"
    assert (found := code.binding("u", inside_g)) is not None
    assert found.assignment is not None
    assert code.source(found.assignment.value_start, found.assignment.value_end) == "2"


def test_catches_and_branches() -> None:
    """A catch knows its try; an if knows what it tests."""
    code = code_of("try { a() } catch (e) { b() } if (!x) { throw new E() }")
    caught = code.facts.catches[0]
    assert code.source(caught.try_start, caught.start).startswith("try")
    assert caught.caught == "e"
    branch = code.facts.branches[0]
    assert code.source(branch.condition_start, branch.condition_end) == "(!x)"


def test_what_cannot_be_parsed_is_told() -> None:
    """An error names its line, and the rest is still read."""
    facts = javascript.extract(b"const a = 1\nconst = = ;\nfoo()\n", "typescript")
    assert facts.error_lines
    assert any(call.callee == "foo" for call in facts.calls)


@given(st.binary(max_size=400), st.sampled_from(["javascript", "typescript", "tsx"]))
def test_any_bytes_give_facts(data: bytes, language: str) -> None:
    """No input raises, and every fact lies within the file."""
    facts = javascript.extract(data, language)
    assert isinstance(facts, Facts)
    for call in facts.calls:
        assert 0 <= call.start <= call.end <= len(data)


@given(st.text(alphabet="({[]})=>;'`$.,abc \n:!&|?async await function class return new import export", max_size=200))
def test_any_text_can_be_asked_about(text: str) -> None:
    """Expressions, parameters and bindings of broken code answer something, and never raise."""
    code = code_of(text, "tsx")
    for call in code.facts.calls:
        code.call(call)
        code.binding("a", call.start)
    for function in code.facts.functions:
        code.parameters(function)
