"""What runs before a Fastify handler: hooks of the context, then those of the route, phase by phase."""

import re
from dataclasses import dataclass

from trustwright.review.link.assembly.exemptions import Exemptions
from trustwright.review.link.assembly.handlers import Handler, Handlers
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.truth import Known, unknown
from trustwright.review.link.assembly.values import Condition, Member, Use, Written
from trustwright.review.link.conditions import Asked, Conditions
from trustwright.review.link.values import Values
from trustwright.review.model import GuardUse

PHASES = ("onRequest", "preParsing", "preValidation", "preHandler")
"""The hooks that run before a handler, in order."""

_HOOKING = frozenset({"@fastify/bearer-auth", "fastify-bearer-auth"})
"""Plugins of others that check every request of the context they are registered in."""

_ADDS_GUARDS = re.compile(r"\b(onRequest|preParsing|preValidation|preHandler)\b")
_ROUTE_CONFIG = re.compile(r"\.(?:routeOptions\.config|context\.config|routeConfig)\.(\w+)$")
_MAX_DEPTH = 6
"""Decorators that stand for one another, and options spread into one another."""

Decorators = dict[str, Written]


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook of a context: its phase, its function, where it belongs, the ``if``s it was added under."""

    phase: str
    function: Written
    scope: str
    conditions: frozenset[Condition]


class Guarding:
    """Finds the guards of routes."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly that evaluates hooks and options."""
        self._assembly = assembly
        self._handlers = Handlers(assembly)
        self._conditions = Conditions(Values(assembly.symbols))
        self._exemptions = Exemptions(assembly.symbols)

    def hooks(self, use: Use, scope: str) -> list[Hook]:
        """Return the hooks that one ``addHook`` adds."""
        if len(use.arguments) < 2:
            return []
        phase = self._assembly.texts.part(use.arguments[0])
        return [Hook(phase, item, scope, use.conditions) for item in self._handlers.flat(use.arguments[1:2])]

    def added_by(self, use: Use, plugin: str) -> list[Hook]:
        """Return the hook that registering a plugin of others adds, if it is one that checks requests."""
        if plugin not in _HOOKING:
            return []
        return [Hook("onRequest", use.arguments[0], "router", use.conditions)]

    def handler(self, written: Written, decorators: Decorators) -> Handler:
        """Return what a handler expression leads to."""
        return self._handlers.of(self._decorated(self._assembly.origin(written), decorators))

    def of(
        self, hooks: list[Hook], decorators: Decorators, options: Written | None, conditions: frozenset[Condition]
    ) -> tuple[tuple[GuardUse, ...], tuple[str, ...]]:
        """Return a route's guards in the order in which they run, and what may hide more of them."""
        found: list[GuardUse] = []
        known = self._configured(options)
        for phase in PHASES:
            for hook in hooks:
                if hook.phase == phase:
                    doubts = hook.conditions - conditions
                    guards = self._guards(hook.function, decorators, hook.scope, known)
                    found += [self._handlers.doubted(guard, doubts) for guard in guards]
            own = self._assembly.entry(options, phase) if options is not None else None
            for item in self._handlers.flat([own] if own is not None else []):
                found += self._guards(item, decorators, "route", known)
        return tuple(dict.fromkeys(found)), tuple(self._unresolved(hooks, options))

    def asked(self, guards: tuple[GuardUse, ...], method: str, path: str) -> tuple[GuardUse, ...]:
        """Return guards as they stand before one route, where they ask for its method or path."""
        asked = Asked(method, path)
        return tuple(self._exemptions.applied(self._conditions.applied(guard, asked), path) for guard in guards)

    def _unresolved(self, hooks: list[Hook], options: Written | None) -> list[str]:
        reasons = []
        for hook in hooks:
            code, expression = hook.function.code, hook.function.expression
            handler = self._handlers.of(hook.function) if hook.phase == "onRoute" else None
            if handler is not None and _ADDS_GUARDS.search(code.source(expression.start, expression.end)):
                reasons.append("an onRoute hook may add guards to this route")
        if options is not None and not self._is_known(options):
            reasons.append("the route's options are made at run time")
        return list(dict.fromkeys(reasons))

    def _is_known(self, options: Written, depth: int = 0) -> bool:
        value = self._assembly.value(options)
        if not isinstance(value, Written) or value.expression.kind != "object":
            return False
        spreads = [Written(item, value.frame) for key, item in value.expression.entries if key == "..."]
        return depth < _MAX_DEPTH and all(self._is_known(item, depth + 1) for item in spreads)

    def _configured(self, options: Written | None) -> Known:
        """Return what the route's ``config`` says to a hook that asks for it."""
        config = self._assembly.entry(options, "config") if options is not None else None
        complete = options is None or (self._is_known(options) and (config is None or self._is_known(config)))

        def said(name: str) -> bool | None:
            match = _ROUTE_CONFIG.search(name)
            if match is None:
                return None
            entry = self._assembly.entry(config, match[1]) if config is not None else None
            if entry is None:
                return False if complete else None
            return self._assembly.truth.of(entry)

        return said

    def _guards(
        self, written: Written, decorators: Decorators, scope: str, known: Known = unknown
    ) -> tuple[GuardUse, ...]:
        """Return what is to be judged of one hook: decorators followed, ``fastify.auth([...])`` taken apart."""
        written = self._decorated(self._assembly.origin(written), decorators)
        expression = written.expression
        if expression.kind == "call" and expression.last_name == "auth" and expression.arguments:
            listed = self._handlers.flat([Written(expression.arguments[0], written.frame)])
            if len(listed) == 1 or "and" in written.code.source(expression.arguments[0].end, expression.end):
                return tuple(guard for item in listed for guard in self._guards(item, decorators, scope, known))
        handler = self._handlers.of(written)
        return self._handlers.guards(handler, scope, known) + self._asked_of_request(handler, decorators, scope)

    def _asked_of_request(self, handler: Handler, decorators: Decorators, scope: str) -> tuple[GuardUse, ...]:
        """Return what a hook leaves to functions that ``decorateRequest`` put on the request, whenever it runs."""
        if handler.closure is None:
            return ()
        code, function = handler.closure.frame.code, handler.closure.function
        names = self._handlers.parameters(handler.closure)
        found: tuple[GuardUse, ...] = ()
        for call in code.calls_in(function.body_start, function.body_end):
            head, _, name = call.callee.partition(".")
            around = [item for item in code.branches_around(call.start) if item.start >= function.start]
            if names and head == names[0] and name in decorators and not around:
                found += self._handlers.guards(self._handlers.of(self._assembly.origin(decorators[name])), scope)
        return found

    def _decorated(self, written: Written, decorators: Decorators) -> Written:
        """Follow ``fastify.authenticate``, or a call of it, to what ``decorate`` was given."""
        for _ in range(_MAX_DEPTH):
            value = self._assembly.value(written)
            name = value.name.removesuffix("()") if isinstance(value, Member) else ""
            if name not in decorators:
                return written
            written = self._assembly.origin(decorators[name])
        return written
