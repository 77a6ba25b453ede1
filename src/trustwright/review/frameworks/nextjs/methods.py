"""API pages: one default export answers every method, and asks which it is."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trustwright.review.frameworks.nextjs.handlers import Handler, Handlers
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.symbols import Symbol
from trustwright.review.model import DeclaredRoute, GuardUse, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_METHODS = "GET|POST|PUT|PATCH|DELETE"
_COMPARED = re.compile(
    rf"""\bmethod\s*[!=]==?\s*["'`]({_METHODS})["'`]|["'`]({_METHODS})["'`]\s*[!=]==?\s*[\w.]*method\b"""
)
_LISTED = re.compile(r"\[([^\]]*)\]\s*\.includes\(\s*[\w.?!]*method\b")
_SWITCH = re.compile(r"switch\s*\(\s*[\w.?!]*\bmethod\b[^)]*\)\s*\{")
_CASE = re.compile(r"""\bcase\s+["'`](\w+)["'`]\s*:|\bdefault\s*:""")
_QUOTED = re.compile(rf"""["'`]({_METHODS})["'`]""")
_CHAINED = frozenset({"get", "post", "put", "patch", "delete", "all", "use"})
_CONNECT = ("next-connect",)


def api_page(handlers: Handlers, conditions: Conditions, path: str, url: str) -> Iterator[DeclaredRoute]:
    """Yield the routes of one file below ``pages/api`` that serves ``url``, one for each method it tells apart."""
    code = handlers.symbols.corpus.code(path)
    exported = next((item for item in code.facts.exports if item.exported == "default"), None) if code else None
    if code is None:
        return
    symbol = handlers.symbols.exported(path, "default")
    if exported is None and symbol.kind == "unknown":
        return
    place = code.location(exported.start if exported is not None else 0)
    if symbol.kind == "external" and symbol.name.startswith(_CONNECT):
        yield from _connected(handlers, code, url)
        return
    mapped = list(_mapped(handlers, symbol))
    for method, entry in mapped:
        yield _route(method, url, place, entry)
    if mapped:
        return
    opened = handlers.open(symbol, "default") if symbol.kind != "unknown" else Handler(None, "default")
    found = _function(handlers, opened)
    for method in _methods(*found) if found is not None else ["ANY"]:
        route = _route(method, url, place, opened)
        if found is not None:
            code, function = found
            unreached = (*conditions.reach(*found, Asked(method, url)).unreached, *_other_cases(*found, method))
            route = replace(route, handler=code.reference(function.start, function.end), unreached=unreached)
        yield route


def _route(method: str, url: str, place: Location, opened: Handler) -> DeclaredRoute:
    return DeclaredRoute(
        method=method,
        path=url,
        framework="nextjs",
        location=place,
        handler=opened.reference,
        handler_name=opened.name,
        guards=opened.guards,
        unresolved=opened.unresolved,
    )


def _mapped(handlers: Handlers, symbol: Symbol) -> Iterator[tuple[str, Handler]]:
    """Yield the handlers of ``wrapper({ GET: ..., POST: ... })`` by method, the wrapper as their outermost guard."""
    code, value = symbol.code, symbol.expression
    if code is None or value is None or value.kind != "call" or value.callee is None:
        return
    outer = GuardUse(code.reference(value.callee.start, value.callee.end), "route")
    for item in value.arguments:
        for key, entry in item.entries if item.kind == "object" else ():
            if _QUOTED.fullmatch(f"'{key}'"):
                opened = handlers.open(handlers.symbols.expression(code, entry), key)
                yield key, replace(opened, guards=(outer, *opened.guards))


def _function(handlers: Handlers, opened: Handler) -> tuple[Code, Function] | None:
    """Return the function that answers: the handler, or the one it hands its request and response on to."""
    code = handlers.symbols.corpus.code(opened.reference.path) if opened.reference is not None else None
    function = code.function_at(opened.reference.start) if code is not None and opened.reference is not None else None
    if code is None or function is None:
        return None
    names = [item.name for item in code.parameters(function)[:2]]
    branches = code.within(code.facts.branches, function.body_start, function.body_end)
    for value in handlers.values.returned(code, function) if not branches else ():
        if value.kind == "call" and [item.name for item in value.arguments] == names and len(names) > 1:
            symbol = handlers.symbols.name(code, value.name, value.start)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                return symbol.code, symbol.function
    return code, function


def _methods(code: Code, function: Function) -> list[str]:
    """Return the methods that a handler compares the request's with, in their usual order."""
    text = code.source(function.body_start, function.body_end)
    found = {name for match in _COMPARED.findall(text) for name in match if name}
    found |= {name for match in _LISTED.findall(text) for name in _QUOTED.findall(match)}
    found |= {name for case in _cases(code, function) for name in case[0]}
    return [name for name in _METHODS.split("|") if name in found] or ["ANY"]


def _cases(code: Code, function: Function) -> list[tuple[frozenset[str], int, int]]:
    """Return the cases of switches over the method: their names (none for ``default``) and what runs for them."""
    text = code.text[function.body_start : function.body_end].decode("latin-1")
    found = []
    for switch in _SWITCH.finditer(text):
        end = _closing(text, switch.end())
        labels = [
            match for match in _CASE.finditer(text, switch.end(), end) if _depth(text, switch.end(), match.start()) == 0
        ]
        names: set[str] = set()
        for label, after in zip(labels, [*(item.start() for item in labels[1:]), end], strict=True):
            names |= {label[1]} if label[1] else set()
            if text[label.end() : after].strip():
                shift = function.body_start
                found.append((frozenset(names), shift + label.end(), shift + after))
                names = set()
    return found


def _closing(text: str, at: int) -> int:
    """Return where the block that is open at an offset ends."""
    depth = 1
    for index in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def _depth(text: str, start: int, end: int) -> int:
    return text.count("{", start, end) - text.count("}", start, end)


def _other_cases(code: Code, function: Function, method: str) -> Iterator[Reference]:
    """Yield what of switches over the method does not run for one of the methods."""
    cases = _cases(code, function)
    named = any(method in names for names, _, _ in cases)
    for names, start, end in cases:
        if method not in names and (names or named) and method != "ANY":
            yield code.reference(start, end)


def _connected(handlers: Handlers, code: Code, url: str) -> Iterator[DeclaredRoute]:
    """Yield the routes of ``createRouter().use(auth).get(handler)``, chained or one statement each."""
    before: list[GuardUse] = []
    calls = sorted(code.calls_named(*_CHAINED), key=lambda call: call.arguments_start)
    for call in calls:
        value = code.call(call)
        items = [item for item in value.arguments if item.kind not in {"string", "template"}]
        if code.enclosing_function(call.start) is not None or not items:
            continue
        uses = [GuardUse(code.reference(item.start, item.end), "route") for item in items]
        last = call.callee.rpartition(".")[2]
        if last == "use":
            before += [replace(use, scope="router") for use in uses]
            continue
        opened = handlers.open(handlers.symbols.expression(code, items[-1]), last)
        route = _route("ANY" if last == "all" else last.upper(), url, code.location(call.arguments_start), opened)
        yield replace(route, guards=(*before, *uses[:-1], *opened.guards))
