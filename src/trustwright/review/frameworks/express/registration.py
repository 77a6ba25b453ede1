"""Goes through what was registered on Express applications, in order, and makes routes of it."""

import re
from dataclasses import dataclass

from trustwright.review.frameworks.express import resources
from trustwright.review.frameworks.express.answers import Answers
from trustwright.review.frameworks.express.chains import ANY, Guard, Layer, Layers, Registered, answered
from trustwright.review.frameworks.express.guarding import Guarding
from trustwright.review.link.assembly.handlers import Handler
from trustwright.review.link.assembly.interest import Interest
from trustwright.review.link.assembly.paths import ANYTHING, Path, from_regex, from_text
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Condition, Dynamic, External, Module, Thing, Use, Written
from trustwright.review.model import DeclaredRoute, Gap, Location

_VERBS = ("get", "post", "put", "patch", "delete", "options", "head", "del", "all")
METHODS: dict[str, str] = {name: {"del": "DELETE", "all": ANY}.get(name, name.upper()) for name in _VERBS}
METHODS |= {f"{name}Async": method for name, method in METHODS.items()}
"""Express's methods and those of wrappers that add ``getAsync`` and its like."""

USES = frozenset({"use", "useAsync"})
INTEREST = Interest(
    makers={
        "express": "application", "express.default": "application", "express.Router": "router",
        "express.default.Router": "router", "express-promise-router": "router",
        "express-promise-router.default": "router", "@awaitjs/express.Router": "router",
        "express-async-router.AsyncRouter": "router", "@root/async-router.Router": "router",
        "@modelcontextprotocol/sdk/server/express.js.createMcpExpressApp": "application",
        "@modelcontextprotocol/sdk/server/express.createMcpExpressApp": "application",
    },
    methods=frozenset({*METHODS, *USES, "route", "param"}),
    verbs=frozenset(METHODS),
    branches={"route": "route"},
    outside=resources.FUNCTIONS,
    passes=frozenset({"@awaitjs/express.addAsync", "@awaitjs/express.decorateApp", "@awaitjs/express.decorateRouter"}),
    triggers=("express", "finale-rest", "async-router"),
)  # fmt: skip

_NAMES_A_PATH = re.compile(r"(path|prefix|url|base|endpoint|mount|root)s?$|^config\b|^process\.env", re.IGNORECASE)
Parameters = dict[str, tuple[Guard, ...]]


@dataclass(frozen=True, slots=True)
class _Place:
    """A thing where it is mounted: below which path, within which others, under which ``if``s."""

    thing: Thing
    prefix: Path
    around: tuple[Thing, ...]
    conditions: frozenset[Condition]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What answers requests; ``passes_on`` tells whether it may leave that to others (``None``: not known)."""

    method: str
    path: Path
    handler: Handler | None
    name: str
    passes_on: bool | None


class Registration:
    """The routes of all applications of an assembly."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly, whose set-up code has run."""
        self._assembly = assembly
        self._handlers = Answers(assembly)
        self._guarding = Guarding(assembly.symbols, self._handlers)
        self._layers = Layers()
        self._registered: list[Registered] = []
        self._mounted: set[Thing] = set()
        self._found: list[DeclaredRoute] = []
        self.gaps: list[Gap] = []

    def routes(self) -> list[DeclaredRoute]:
        """Return the routes, each once however many applications register it alike."""
        return list(dict.fromkeys(self._found))

    def walk_all(self) -> None:
        """Walk every application that is not mounted in another; tell which routers were never mounted."""
        things = self._assembly.things
        for thing in [item for item in things if item.kind == "application"]:
            self._mark(thing)
        for thing in [item for item in things if item.kind == "application" and item not in self._mounted]:
            self._layers, self._registered = Layers(), []
            self._walk(_Place(thing, Path(), (), frozenset()))
            self._found += answered(self._registered)
        for thing in things:
            if thing.kind == "router" and thing not in self._mounted and thing.uses:
                what = "routes are declared here on a router that was not found mounted anywhere"
                self.gaps.append(Gap("not-understood", _line(thing.uses[0]).path, what))

    def _mark(self, thing: Thing) -> None:
        """Note what is mounted below a thing, so that only outermost applications are walked."""
        for use in thing.uses:
            if use.method in USES:
                for written in self._handlers.flat(use.arguments):
                    child = self._thing(written)
                    if child is not None and child not in self._mounted:
                        self._mounted.add(child)
                        self._mark(child)

    # --- walking ------------------------------------------------------------------------------------------------

    def _walk(self, place: _Place) -> None:
        if place.thing in place.around:
            return
        parameters = self._parameters(place.thing)
        for use in place.thing.uses:
            if use.method in USES:
                self._use(place, use)
            elif use.method in METHODS:
                if len(use.arguments) > 1:
                    paths = self._below(place.prefix, use.arguments[0])
                    self._chain(place, use, paths, use.arguments[1:], parameters)
            elif use.gives is not None and use.arguments:
                paths = self._below(place.prefix, use.arguments[0])
                for inner in use.gives.uses:
                    if inner.method in METHODS:
                        self._chain(place, inner, paths, inner.arguments, parameters)
            elif use.method in resources.FUNCTIONS:
                library = use.method.partition(".")[0]
                for action, method, path in resources.generated(self._assembly, use):
                    answer = _Answer(method, place.prefix / path, None, f"{action} by {library}", None)
                    self._add(place, use, answer)

    def _parameters(self, thing: Thing) -> Parameters:
        """Return what ``router.param("id", check)`` runs, by the parameter's name."""
        found: Parameters = {}
        for use in thing.uses:
            if use.method == "param" and len(use.arguments) > 1:
                name = self._assembly.texts.part(use.arguments[0])
                found[name] = (*found.get(name, ()), (self._handlers.of(use.arguments[1]), _scope(thing)))
        return found

    def _use(self, place: _Place, use: Use) -> None:
        paths, rest = self._split(use)
        handlers = self._handlers.flat(rest)
        for path in paths or [Path()]:
            whole = place.prefix / path
            for written in handlers:
                child = self._thing(written)
                if child is not None:
                    around = (*place.around, place.thing)
                    self._walk(_Place(child, whole, around, place.conditions | use.conditions))
                elif isinstance(self._assembly.value(written), Dynamic):
                    what = "what is mounted here is chosen at run time"
                    self.gaps.append(Gap("not-understood", _line(use).path, what))
                else:
                    answers = bool(paths) and written is handlers[-1]
                    self._attach(place, use, whole, self._handlers.of(written), may_answer=answers)

    def _attach(self, place: _Place, use: Use, path: Path, handler: Handler, *, may_answer: bool) -> None:
        """Take a handler given to ``use``: a guard for what follows, or itself the answer to what lies below."""
        if self._handlers.handles_errors(handler):
            return
        method = self._handlers.answers(handler)
        if method is not None:
            below = path if path.wild else path / Path((ANYTHING,))
            self._add(place, use, _Answer(method, below, handler, handler.name, None))
        elif may_answer and not path.wild and self._handlers.answers_alone(handler):
            self._add(place, use, _Answer(ANY, path, handler, handler.name, False))
        else:
            guards = ((handler, _scope(place.thing)),)
            self._layers.add(Layer(path, path, False, ANY, guards, place.conditions | use.conditions))

    def _chain(
        self, place: _Place, use: Use, paths: list[Path], arguments: tuple[Written, ...], parameters: Parameters
    ) -> None:
        """Take ``get(path, guard, guard, handler)``."""
        chain = [self._handlers.of(written) for written in self._handlers.flat(arguments)]
        chain = [handler for handler in chain if not self._handlers.handles_errors(handler)]
        if not chain:
            return
        method, last = METHODS[use.method], chain[-1]
        own = tuple((handler, "route") for handler in chain[:-1])
        passes = self._handlers.passes_on(last)
        conditions = place.conditions | use.conditions
        for path in paths:
            if not (path.wild and (method == "OPTIONS" or self._handlers.says_not_found(last))):
                asked = tuple(guard for name in path.parameters for guard in parameters.get(name, ()))
                before = Layer(path, place.prefix, True, method, asked + own, conditions)
                self._add(place, use, _Answer(method, path, last, last.name, passes), before)
            if passes is not False:
                guards = (*own, (last, _scope(place.thing)))
                self._layers.add(Layer(path, place.prefix, True, method, guards, conditions))

    def _add(self, place: _Place, use: Use, answer: _Answer, own: Layer | None = None) -> None:
        layers = self._layers.over(answer.path, answer.method)
        route = DeclaredRoute(
            method=answer.method,
            path=str(answer.path),
            framework="express",
            location=self._where(use),
            handler=answer.handler.body if answer.handler is not None else None,
            handler_name=answer.name,
            guards=self._guarding.of(
                [*layers, own] if own is not None else layers,
                answer.method,
                answer.path,
                place.conditions | use.conditions,
            ),
        )
        self._registered.append(Registered(route, answer.path, answer.passes_on))

    # --- arguments ----------------------------------------------------------------------------------------------

    def _thing(self, written: Written) -> Thing | None:
        value = self._assembly.value(written)
        if isinstance(value, Module):
            value = self._assembly.names.exported(value.code, "default")
        return value if isinstance(value, Thing) else None

    def _split(self, use: Use) -> tuple[list[Path], tuple[Written, ...]]:
        """Take the path, if there is one, off the arguments of ``use``."""
        if not use.arguments:
            return [], ()
        first = use.arguments[0]
        paths = self._paths(first)
        named = paths is None and len(use.arguments) > 1 and _NAMES_A_PATH.search(first.expression.name)
        if named and isinstance(self._assembly.value(first), External | None):
            paths = [from_text(self._assembly.texts.part(first))]
        return (paths, use.arguments[1:]) if paths is not None else ([], use.arguments)

    def _below(self, prefix: Path, written: Written) -> list[Path]:
        found = self._paths(written)
        return [prefix / path for path in (found or [from_text(self._assembly.texts.part(written))])]

    def _paths(self, written: Written) -> list[Path] | None:
        """Return the paths an expression gives: a string, a pattern, or a list of them; ``None`` when it is no path."""
        expression = written.expression
        source = written.code.source(expression.start, min(expression.end, expression.start + 1))
        if expression.kind == "other" and source == "/":
            return [from_regex(written.code.source(expression.start, expression.end))]
        if expression.kind == "array":
            inner = [self._paths(item) for item in self._assembly.lists.written(written) or ()]
            return [path for paths in inner if paths for path in paths] or None
        text = self._assembly.texts.of(written)
        if text is not None:
            return [from_text(text)]
        value = self._assembly.value(written)
        return self._paths(value) if isinstance(value, Written) and value.expression is not expression else None

    def _where(self, use: Use) -> Location:
        """Return where a route is declared: the call, or the call of a helper that was given the path."""
        if use.arguments and use.gives is None:
            first = use.arguments[0]
            origin = self._assembly.origin(first)
            if origin is not first and origin.expression.kind in {"string", "template"}:
                return origin.code.location(origin.expression.start)
        return _line(use)


def _line(use: Use) -> Location:
    """Return the line of the method's name, which in a chain is not the line where the call begins."""
    callee = use.call.expression.callee
    at = callee.end - 1 if callee is not None else use.call.expression.start
    return use.call.code.location(at)


def _scope(thing: Thing) -> str:
    return "application" if thing.kind == "application" else "router"
