"""Routes that store what a caller sends without checking it."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.link.symbols import Symbol
from trustwright.review.model import Confidence, Observation, Route, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

RULE = Rule(
    __name__,
    title="Input not validated",
    finding="A route reads the body of a request and acts on it without a schema or any other check.",
    risk=(
        "Wrong, missing or malicious values are processed and stored; totals are wrong, and fields nobody meant are "
        "set."
    ),
    remediation=(
        "Describe the body in a schema, and refuse with 400 what does not fit it.",
        "Pass on only the fields that the schema names.",
        "Test the route with missing, extra and absurd values.",
    ),
    criteria=("PI1.2", "CC6.8"),
    controls=("PIN-01",),
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    population="routes that read a body",
    gap="{unmet} of {examined} routes act on unchecked input",
)

_BODY: Final = re.compile(
    r"\b(req|request|ctx\.request)\.(body|form|json|data|POST|get_json)\b|\bawait\s+(req|request)\.(json|formData|form|body)\(|"
    r"\bctx\.request\.body\b|@Body\(|\bformData\b"
)
_CHECKS: Final = re.compile(
    r"\b(safeParse(Async)?|parse(Async)?|validate(Async|Sync|OrReject)?|validationResult|is_valid|full_clean|model_validate(_json)?|"
    r"parse_obj|validate_on_submit|assertIs|checkSchema|constructEvent|verify\w*Signature|deserialize|check_body|celebrate|matchedData)\s*\("
)
_BY_HAND: Final = re.compile(r"\bisinstance\s*\(|\btypeof\s+\w|\bArray\.isArray\s*\(|\bint\s*\(")
_REFUSES: Final = re.compile(r"\b(400|422|BAD_REQUEST|BadRequest\w*|UNPROCESSABLE\w*|FORBIDDEN|403)|\babort\s*\(")
_HANDED_ON: Final = re.compile(
    r"\.(dispatch|handle|process|execute|perform|run|submit)\w*\([^()]*\b(payload|data|body|form|req|request)\b",
    re.IGNORECASE,
)
_FLAGS: Final = re.compile(
    r"\b(if|elif)\b[^:{\n]*request\.(POST|form)(\.get\([^()\n]*\)|\[[^\]\n]*\])[^\n]*|request\.(POST|form)\.get\([\"']next[\"'][^()\n]*\)"
)
"""A button that was pressed, and where to go next: read, and not acted on."""
_NAMED_CHECK: Final = re.compile(r"^(validate|is_?[Vv]alid|check|ensure|assert|sanitize)\w*$")
_NOT_CHECKS: Final = re.compile(r"\b(JSON|Date|url|qs|path)\.parse\s*\(")
_SCHEMAS: Final = frozenset(
    {
        "pydantic.BaseModel",
        "sqlmodel.SQLModel",
        "msgspec.Struct",
        "marshmallow.Schema",
        "rest_framework.serializers.Serializer",
        "rest_framework.serializers.ModelSerializer",
        "django.forms.Form",
        "django.forms.ModelForm",
        "flask_wtf.FlaskForm",
        "wtforms.Form",
    }
)
_VALIDATORS: Final = ("class-validator", "nestjs-zod", "zod")
_MANUAL: Final = 2
"""Conditions on the body that refuse with 400 or 422 from which a route counts as checked by hand."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each state-changing route whose handler reads a body."""
    for route in project.routes:
        handler = _handler(project, route) if route.changes_state else None
        if handler is None:
            continue
        code, function = handler
        typed = _typed(project, code, function)
        text = code.source(function.start, function.end)
        place = route.declared.location
        if typed is not None:
            yield (
                met(place)
                if typed
                else unknown(place, f"Whether the body's type of {route.name} is checked is not settled.")
            )
        elif _BODY.search(_FLAGS.sub("", text)) or _takes_anything(code, function):
            own = _own_check(project, code, function)
            if _checked(project, route, text) or own:
                yield met(place)
            elif own is False:
                yield unknown(place, f"What the check in {route.name} looks at could not be found.")
            elif _BY_HAND.search(text) and _REFUSES.search(text):
                yield unknown(place, f"{route.name} looks at parts of the body itself; whether at all is not settled.")
            elif _HANDED_ON.search(text):
                yield unknown(place, f"{route.name} hands the body on; whether it is checked there is not settled.")
            else:
                yield unmet(
                    place, f"{route.name} acts on the body of the request without checking it against anything."
                )


def _handler(project: Project, route: Route) -> tuple[Code, Function] | None:
    reference = route.declared.handler
    code = project.corpus.code(reference.path) if reference is not None else None
    if code is None or reference is None:
        return None
    function = code.function_at(reference.start)
    if function is not None:
        return code, function
    symbol = project.symbols.expression(code, code.expression(reference.start, reference.end))
    if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
        return symbol.code, symbol.function
    return None


def _checked(project: Project, route: Route, text: str) -> bool:
    """Tell whether a handler, or something before it, checks the body."""
    before = ""
    for use in route.declared.guards:
        code = project.corpus.code(use.reference.path)
        before += code.source(use.reference.start, use.reference.end) + "\n" if code is not None else ""
    whole = _NOT_CHECKS.sub("", text)
    if _CHECKS.search(whole) or re.search(r"valid|schema|celebrate|\bbody\(|\bcheck\(", before, re.IGNORECASE):
        return True
    return len(re.findall(r"\b(400|422|BAD_REQUEST|BadRequest|UNPROCESSABLE)", text)) >= _MANUAL


def _own_check(project: Project, code: Code, function: Function) -> bool | None:
    """Tell whether the handler calls a check of the repository's own that decides something.

    False when it calls something named like a check whose body is not here, ``None`` when it calls none.
    """
    answer: bool | None = None
    for call in code.calls_in(function.body_start, function.body_end):
        if _NAMED_CHECK.match(call.callee.rpartition(".")[2]):
            symbol = project.symbols.name(code, call.callee, call.start)
            if symbol.code is not None and symbol.function is not None:
                inner = symbol.function
                if symbol.code.within(symbol.code.facts.branches, inner.body_start, inner.body_end):
                    return True
            answer = False
    return answer


def _typed(project: Project, code: Code, function: Function) -> bool | None:
    """Tell whether a parameter's type is a schema that is checked; ``None`` when no parameter is a body."""
    for item in code.parameters(function):
        marked = any(decorator.last_name == "Body" for decorator in item.decorators)
        if item.annotation is None or item.annotation.kind != "name":
            continue
        named = (
            item.annotation.arguments[0]
            if item.annotation.name == "Annotated" and item.annotation.arguments
            else item.annotation
        )
        symbol = project.symbols.name(code, named.name.partition("[")[0], max(0, function.start - 1))
        if code.is_python and _is_schema(project, symbol):
            return True
        if marked:
            return _has_validators(symbol)
        if code.is_python and item.default is not None and item.default.last_name in {"Body", "Form"}:
            return None if item.annotation.name in {"dict", "Any", "list", "object"} else True
    return None


def _takes_anything(code: Code, function: Function) -> bool:
    """Tell whether a parameter takes any body as it comes: ``payload: dict = Body()``."""
    return code.is_python and any(
        item.default is not None and item.default.kind == "call" and item.default.name in {"Body", "fastapi.Body"}
        for item in code.parameters(function)
    )


def _is_schema(project: Project, symbol: Symbol) -> bool:
    if symbol.kind not in {"class", "instance"} or symbol.code is None or symbol.klass is None:
        return False
    return bool(project.symbols.external_bases(symbol.code, symbol.klass) & _SCHEMAS)


def _has_validators(symbol: Symbol) -> bool:
    return symbol.code is not None and any(module.startswith(_VALIDATORS) for module in symbol.code.modules)
