"""Middleware that turns anonymous requests away before any view runs, and the paths and views it lets through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from trustwright.review.frameworks.django.classes import Classes
from trustwright.review.frameworks.django.conditions import around
from trustwright.review.frameworks.django.configuration import Site, Written
from trustwright.review.frameworks.django.refusals import of_anonymous
from trustwright.review.frameworks.django.texts import HOLE, Texts
from trustwright.review.link.known import known_guards
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import GuardUse
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_DJANGO = "django.contrib.auth.middleware.LoginRequiredMiddleware"
_MAY_REQUIRE_LOGIN = re.compile(r"login_?required|require_?login|stronghold|global_?login", re.IGNORECASE)
_RUN = ("__call__", "process_request", "process_view")
_NEUTRAL = frozenset(
    {"any", "all", "re", "bool", "str", "len", "hasattr", "isinstance", "resolve", "reverse", "None", "self"}
)
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class _Gate:
    """A middleware that asks for a signed-in user, and what it lets through."""

    use: GuardUse
    name: str
    exempt: tuple[str, ...]
    marks: tuple[str, ...]
    unsettled: bool


class Gates:
    """The middleware of a site that asks every request for a signed-in user."""

    def __init__(self, symbols: Symbols, classes: Classes, texts: Texts, site: Site | None) -> None:
        """Read the site's middleware."""
        self._symbols = symbols
        self._classes = classes
        self._texts = texts
        self._site = site
        self._gates: list[_Gate] = []
        self._doubts: list[str] = []
        for name in ("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
            for item in site.items(name) if site is not None else ():
                self._read(item)

    def _read(self, item: Written) -> None:
        dotted = item.expression.text or ""
        module, _, name = dotted.rpartition(".")
        path = self._symbols.modules.resolve(item.code.path, module) if module else None
        if path is not None:
            symbol = self._symbols.exported(path, name)
            if symbol.kind in {"class", "function"}:
                self._gates += self._gate(symbol, name)
            return
        reference = item.code.reference(item.expression.start, item.expression.end)
        entry = known_guards().find(dotted)
        if entry is not None and entry.provides:
            verdict = entry.verdict(item.code.location(item.expression.start))
            use = GuardUse(reference, "global", verdict)
            self._gates.append(_Gate(use, dotted, (), ("login_not_required",), unsettled=False))
        elif entry is None and _MAY_REQUIRE_LOGIN.search(dotted):
            self._doubts.append(
                f"{dotted} may ask for a login before any view, and is not in the table of known guards"
            )

    def _gate(self, symbol: Symbol, name: str) -> Iterator[_Gate]:
        """Read a middleware of the repository; one that only restricts users who are signed in is no gate."""
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            found = [(symbol.code, symbol.function)]
            start = symbol.function.start + len("def ")
        elif symbol.code is not None and symbol.klass is not None:
            lineage = self._classes.lineage(symbol.code, symbol.klass)
            methods = [self._classes.method(lineage, method) for method in _RUN]
            found = [method for method in methods if method is not None]
            start = symbol.klass.start + len("class ")
        else:
            return
        for code, function in found:
            for refusal in of_anonymous(code, function):
                exempt, marks, unsettled = self._exemptions(code, function, refusal.start)
                reference = symbol.code.reference(start, start + len(name.encode()))
                yield _Gate(GuardUse(reference, "global"), name, exempt, marks, unsettled)
                return

    def _exemptions(self, code: Code, function: Function, at: int) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Return the texts that the conditions of a refusal compare with, the marks they ask views for, and doubt."""
        texts: list[str] = []
        marks: list[str] = []
        unsettled = False
        conditions = [condition for condition, _ in around(code, at, function.body_start)]
        conditions += [
            code.expression(branch.condition_start, branch.condition_end)
            for branch in code.within(code.facts.branches, function.body_start, at)
            if branch.end <= at and code.within(code.facts.returns, branch.then_start, branch.then_end)
        ]
        for condition in conditions:
            asked = [item for item in condition.walk() if item.name in {"getattr", "hasattr"}]
            marks += [item.arguments[1].text or "" for item in asked if len(item.arguments) > 1]
            for text in self._strings(code, condition, 0):
                unsettled = unsettled or text is None
                if text is not None and text.strip("/^$") and text not in marks:
                    texts.append(text)
        return tuple(dict.fromkeys(texts)), tuple(marks), unsettled

    def _strings(self, code: Code, value: Expression, depth: int) -> Iterator[str | None]:
        """Yield the texts an expression is made of; ``None`` for what cannot be settled."""
        if depth > _MAX_DEPTH:
            yield None
        elif (text := self._texts.constant(code, value)) is not None:
            yield text
        elif value.kind == "template":
            shown = self._texts.shown(code, value)
            yield re.sub(f"^\\^?{HOLE}[^{HOLE}]*{HOLE}/?", "", shown) if shown.count(HOLE) <= 2 else None
        elif setting := self._texts.setting_name(code, value):
            values = self._site.values(setting) if self._site is not None else []
            if not values and setting.isupper():
                yield None
            for given in values:
                yield from self._strings(given.code, given.expression, depth + 1)
        elif value.kind == "name":
            yield from self._named(code, value, depth)
        elif value.kind == "call":
            yield from self._called(code, value, depth)
        elif value.kind == "other":
            listed = re.search(r"\bin\s+(.+?)\s*$", code.source(value.start, value.end), re.DOTALL)
            if listed is not None:
                start = value.start + len(code.source(value.start, value.end)[: listed.start(1)].encode())
                yield from self._strings(code, code.expression(start, start + len(listed[1].encode())), depth + 1)
        else:
            for item in value.arguments:
                yield from self._strings(code, item, depth + 1)

    def _called(self, code: Code, value: Expression, depth: int) -> Iterator[str | None]:
        if value.name in {"getattr", "hasattr"} or value.last_name in {"strip", "lstrip", "rstrip", "split"}:
            return
        owner = value.name.rpartition(".")[0]
        head = owner.partition(".")[0]
        own = owner.startswith("self.") and not owner.startswith("self.request")
        if own or (owner and head not in _NEUTRAL | {"request", "settings"}):
            named = Expression("name", value.start, value.start + len(owner.encode()), name=owner)
            yield from self._strings(code, named, depth + 1)
        for item in value.arguments:
            yield from self._strings(code, item, depth + 1)

    def _named(self, code: Code, value: Expression, depth: int) -> Iterator[str | None]:
        head = value.name.partition(".")[0]
        if head == "request" or value.name.startswith("self.request") or (head in _NEUTRAL and head != "self"):
            return
        plain = value.name.removeprefix("self.")
        given = [
            item
            for items in (code.facts.assignments, code.facts.additions)
            for item in items
            if item.target in {value.name, plain} and item.value_end
        ]
        for item in given:
            written = code.value(item)
            if "request" not in code.source(item.value_start, item.value_end):
                yield from self._strings(code, written, depth + 1)
        if given:
            return
        binding = code.binding(head, value.start)
        if binding is None or binding.kind in {"parameter", "function", "class"} or "user" in value.name:
            return
        symbol = self._symbols.name(code, value.name, value.start)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            yield from self._strings(symbol.code, symbol.expression, depth + 1)
        elif symbol.kind not in {"external", "function", "class", "module"}:
            yield None

    # --- per route ------------------------------------------------------------------------------------------------

    def before(
        self, path: str, name: str, marks: frozenset[str], *, rest: bool
    ) -> tuple[tuple[GuardUse, ...], tuple[str, ...]]:
        """Return the guards that run before a view, and why more may run.

        Args:
            path: the route's path in OpenAPI style.
            name: the URL's name.
            marks: the names of the view's decorators, and the attributes they set on it.
            rest: True for views of Django REST framework, which Django's own middleware leaves alone.
        """
        guards = []
        for gate in self._gates:
            own = gate.name == _DJANGO
            if (
                (own and rest)
                or marks & set(gate.marks)
                or any(_lets_through(text, path, name) for text in gate.exempt)
            ):
                continue
            doubt = f"which paths {gate.name} lets through was not settled" if gate.unsettled else ""
            guards.append(GuardUse(gate.use.reference, "global", gate.use.verdict, (), doubt))
        return tuple(guards), tuple(self._doubts)

    @property
    def marks(self) -> frozenset[str]:
        """The attributes by which views ask to be let through."""
        return frozenset(mark for gate in self._gates for mark in gate.marks if mark)


def marked(symbols: Symbols, code: Code, owner: Function, wanted: frozenset[str]) -> frozenset[str]:
    """Return those of the wanted attributes that a view's decorators set on it."""
    found = set[str]()
    for item in code.decorators_of(owner) if wanted else ():
        symbol = symbols.name(code, item.name, item.start)
        if symbol.code is not None and symbol.function is not None:
            body = symbol.code.source(symbol.function.body_start, symbol.function.body_end)
            found |= {mark for mark in wanted if re.search(rf"\.{re.escape(mark)}\s*=\s*True", body)}
    return frozenset(found)


def _lets_through(text: str, path: str, name: str) -> bool:
    """Tell whether an exemption, a path, prefix, regular expression or URL name, covers a route."""
    if name and text in {name, name.rpartition(":")[2]}:
        return True
    if text.startswith("/") and path.startswith(text.rstrip("$")):
        return True
    pattern = _compiled(text)
    return pattern is not None and pattern.match(path.lstrip("/")) is not None


@cache
def _compiled(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text.removeprefix("^").removeprefix("/"))
    except re.error:
        return None
