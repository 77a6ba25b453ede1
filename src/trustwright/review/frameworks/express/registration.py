"""Goes through what was registered on Express applications, in order, and makes routes of it."""

import re

from trustwright.review.frameworks.express import resources
from trustwright.review.frameworks.express.answers import Answers
from trustwright.review.frameworks.express.chains import ANY, Layer, Layers, Registered, answered
from trustwright.review.link.assembly.evaluation import Interest
from trustwright.review.link.assembly.handlers import Handler
from trustwright.review.link.assembly.paths import ANYTHING, Path, from_regex, from_text
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Dynamic, External, Module, Thing, Use, Written
from trustwright.review.model import DeclaredRoute, Gap, GuardUse, Location, Reference

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
    },
    methods=frozenset({*METHODS, *USES, "route", "param"}),
    branches={"route": "route"},
    outside=resources.FUNCTIONS,
    passes=frozenset({"@awaitjs/express.addAsync", "@awaitjs/express.decorateApp", "@awaitjs/express.decorateRouter"}),
    triggers=("express", "finale-rest", "async-router"),
)  # fmt: skip

_NAMES_A_PATH = re.compile(r"(path|prefix|url|base|endpoint|mount|root)s?$|^config\b|^process\.env", re.IGNORECASE)
Parameters = dict[str, tuple[GuardUse, ...]]


class Registration:
    """The routes of all applications of an assembly."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly, whose set-up code has run."""
        self._assembly = assembly
        self._handlers = Answers(assembly)
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
            self._walk(thing, Path(), ())
            self._found += answered(self._registered)
        for thing in things:
            if thing.kind == "router" and thing not in self._mounted and thing.uses:
                what = "routes are declared here on a router that was not found mounted anywhere"
                self.gaps.append(Gap("not-understood", _place(thing.uses[0]).path, what))

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

    def _walk(self, thing: Thing, prefix: Path, around: tuple[Thing, ...]) -> None:
        if thing in around:
            return
        parameters = self._parameters(thing)
        for use in thing.uses:
            if use.method in USES:
                self._use(thing, use, prefix, around)
            elif use.method in METHODS:
                if len(use.arguments) > 1:
                    self._chain(thing, use, self._below(prefix, use.arguments[0]), use.arguments[1:], parameters)
            elif use.gives is not None and use.arguments:
                paths = self._below(prefix, use.arguments[0])
                for inner in use.gives.uses:
                    if inner.method in METHODS:
                        self._chain(thing, inner, paths, inner.arguments, parameters)
            elif use.method in resources.FUNCTIONS:
                for action, method, path in resources.generated(self._assembly, use):
                    self._add(use, method, prefix / path, None, f"{action} by {use.method.partition('.')[0]}", (), None)

    def _parameters(self, thing: Thing) -> Parameters:
        """Return what ``router.param("id", check)`` runs, by the parameter's name."""
        found: Parameters = {}
        for use in thing.uses:
            if use.method == "param" and len(use.arguments) > 1:
                name = self._assembly.texts.part(use.arguments[0])
                found[name] = found.get(name, ()) + self._handlers.guards(
                    self._handlers.of(use.arguments[1]), _scope(thing)
                )
        return found

    def _use(self, thing: Thing, use: Use, prefix: Path, around: tuple[Thing, ...]) -> None:
        paths, rest = self._split(use)
        handlers = self._handlers.flat(rest)
        for path in paths or [Path()]:
            whole = prefix / path
            for written in handlers:
                child = self._thing(written)
                if child is not None:
                    self._walk(child, whole, (*around, thing))
                elif isinstance(self._assembly.value(written), Dynamic):
                    what = "what is mounted here is chosen at run time"
                    self.gaps.append(Gap("not-understood", _place(use).path, what))
                else:
                    answers = bool(paths) and written is handlers[-1]
                    self._attach(thing, use, whole, self._handlers.of(written), may_answer=answers)

    def _attach(self, thing: Thing, use: Use, path: Path, handler: Handler, *, may_answer: bool) -> None:
        """Take a handler given to ``use``: a guard for what follows, or itself the answer to what lies below."""
        if self._handlers.handles_errors(handler):
            return
        method = self._handlers.answers(handler)
        if method is not None:
            below = path if path.wild else path / Path((ANYTHING,))
            self._add(use, method, below, handler.body, handler.name, (), None)
        elif may_answer and not path.wild and self._handlers.answers_alone(handler):
            self._add(use, ANY, path, handler.body, handler.name, (), False)
        else:
            self._layers.add(Layer(path, False, ANY, self._handlers.guards(handler, _scope(thing)), use.conditions))

    def _chain(
        self, thing: Thing, use: Use, paths: list[Path], arguments: tuple[Written, ...], parameters: Parameters
    ) -> None:
        """Take ``get(path, guard, guard, handler)``."""
        chain = [self._handlers.of(written) for written in self._handlers.flat(arguments)]
        chain = [handler for handler in chain if not self._handlers.handles_errors(handler)]
        if not chain:
            return
        method, last = METHODS[use.method], chain[-1]
        own = tuple(guard for handler in chain[:-1] for guard in self._handlers.guards(handler, "route"))
        passes = self._handlers.passes_on(last)
        for path in paths:
            if not (path.wild and (method == "OPTIONS" or self._handlers.says_not_found(last))):
                asked = tuple(guard for name in path.parameters for guard in parameters.get(name, ()))
                self._add(use, method, path, last.body, last.name, asked + own, passes)
            if passes is not False:
                guards = own + self._handlers.guards(last, _scope(thing))
                self._layers.add(Layer(path, True, method, guards, use.conditions))

    def _add(
        self,
        use: Use,
        method: str,
        path: Path,
        handler: Reference | None,
        name: str,
        own: tuple[GuardUse, ...],
        passes: bool | None,
    ) -> None:
        before = [
            self._handlers.doubted(guard, layer.conditions - use.conditions)
            for layer in self._layers.over(path, method)
            for guard in layer.guards
        ]
        route = DeclaredRoute(
            method=method,
            path=str(path),
            framework="express",
            location=self._where(use),
            handler=handler,
            handler_name=name,
            guards=tuple(dict.fromkeys((*before, *own))),
        )
        self._registered.append(Registered(route, path, passes))

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
        return _place(use)


def _place(use: Use) -> Location:
    """Return the line of the method's name, which in a chain is not the line where the call begins."""
    callee = use.call.expression.callee
    at = callee.end - 1 if callee is not None else use.call.expression.start
    return use.call.code.location(at)


def _scope(thing: Thing) -> str:
    return "application" if thing.kind == "application" else "router"
