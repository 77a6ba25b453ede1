"""Audit events that no handler writes itself: interceptors, middleware, signals, hooks of an ORM, libraries.

Where such a thing covers a route, nobody may say that the route leaves no trace. It covers all models, or some; and it
may leave a record or a route out, in which case what it does for a route is an open question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from trustwright.review.link.actions import Action, Actions
from trustwright.review.link.interceptors import Interceptors
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import GuardUse, Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Function

TRIGGERS: Final = (
    *("post_save", "post_delete", "pre_delete", "m2m_changed", "HistoricalRecords", "auditlog", "easyaudit"),
    *("reversion", "pghistory", "__versioned__", "listens_for", "APP_INTERCEPTOR", "UseInterceptors", "SetMetadata"),
    *("useGlobalInterceptors", "$use(", "$extends", "EventSubscriber", "addHook"),
)
"""Texts without which a source file sets up none of what is looked for here."""

_SIGNAL: Final = re.compile(r"\b(post_save|post_delete|pre_delete|pre_save|m2m_changed)\b")
_ABOUT_RECORD: Final = re.compile(r"isinstance|hasattr|getattr|sender|_meta|__name__|model\b|MODELS|in\s+[A-Z_]{4,}")
_MAPPER_EVENTS: Final = re.compile(r"(after|before)_(delete|update|insert|flush|commit|bulk_delete|bulk_update)$")
_SUBSCRIBED: Final = ("afterRemove", "afterUpdate", "afterInsert", "afterSoftRemove")
_MIDDLEWARE_METHODS: Final = (
    *("dispatch", "__call__", "process_response", "process_request", "process_view", "use", "handle"),
)
_HANDS_ON: Final = re.compile(r"\b(call_next|get_response|next)\s*\(|\.on\(\s*['\"](finish|close)['\"]")
_REGISTERING: Final = frozenset({"reversion.register", "pghistory.track", "auditlog.registry.auditlog.register"})
_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Trail:
    """Something that writes audit events for others.

    Attributes:
        location: where the event is written, or where a library is told to.
        what: what it is, for a sentence.
        models: the models it covers, in lower case; ``None`` for all.
        sure: False when it may leave a record or a route out.
        early: True when it writes before the handler runs.
    """

    location: Location
    what: str
    models: frozenset[str] | None = None
    sure: bool = True
    early: bool = False


class AuditTrails:
    """Finds what writes audit events around handlers and models."""

    def __init__(self, symbols: Symbols, actions: Actions) -> None:
        """Take the resolver and the reader of actions."""
        self._symbols = symbols
        self._actions = actions
        self._interceptors = Interceptors(symbols, actions)

    # --- around handlers ----------------------------------------------------------------------------------------

    def around(self, code: Code, function: Function, method: str) -> list[Trail]:
        """Return the interceptors that write audit events around a handler for this HTTP method."""
        return [
            Trail(one.location, f"the interceptor {one.name}", sure=one.sure)
            for one in self._interceptors.around(code, function, method)
        ]

    def before(self, uses: tuple[GuardUse, ...]) -> list[Trail]:
        """Return the middleware among what runs before a handler that writes audit events."""
        found: list[Trail] = []
        for use in uses:
            expression = self._symbols.corpus.expression(use.reference)
            if expression is None:
                continue
            for code, function in self._bodies(*expression):
                event = self._event(code, function)
                if event is not None:
                    head = code.source(function.body_start, _offset(code, event))
                    early = _HANDS_ON.search(head) is None
                    found.append(Trail(event.location, "middleware", sure=not use.doubt, early=early))
        return found

    def _bodies(self, code: Code, value: Expression) -> list[tuple[Code, Function]]:
        function = code.function_at(value.start)
        if function is not None:
            return [(code, function)]
        symbol = self._symbols.name(code, value.name, value.start) if value.kind == "call" else None
        symbol = symbol if symbol is not None and symbol.kind == "function" else self._symbols.expression(code, value)
        if symbol.code is not None and symbol.kind == "function" and symbol.function is not None:
            return [(symbol.code, symbol.function)]
        if symbol.code is not None and symbol.kind in {"class", "instance"} and symbol.klass is not None:
            methods = [self._symbols.class_member(symbol.code, symbol.klass, name) for name in _MIDDLEWARE_METHODS]
            return [(one.code, one.function) for one in methods if one.code is not None and one.function is not None]
        return []

    def _event(self, code: Code, function: Function) -> Action | None:
        """Return the audit event that a function writes, itself or two calls away."""
        return next((item for item in self._actions.of(code, function, _DEPTH) if item.kind == "audit"), None)

    # --- on models ----------------------------------------------------------------------------------------------

    @cached_property
    def on_models(self) -> tuple[Trail, ...]:
        """What writes audit events whenever records of a model, or of all models, change."""
        found: list[Trail] = []
        for code in self._symbols.corpus.production():
            found += self._in_classes(code)
            found += self._in_calls(code)
            if code.is_python:
                found += self._signals(code)
                found += self._in_settings(code)
        return tuple(found)

    def _in_classes(self, code: Code) -> Iterator[Trail]:
        for item in code.facts.assignments:
            klass = code.enclosing_class(item.start)
            if klass is None or not item.value_end:
                continue
            if item.target == "__versioned__":
                yield Trail(code.location(item.start), "SQLAlchemy-Continuum", frozenset({klass.name.lower()}))
            elif code.source(item.value_start, item.value_start + 40).startswith(("HistoricalRecords(", "history.H")):
                yield Trail(code.location(item.start), "django-simple-history", frozenset({klass.name.lower()}))
        for decorator in code.facts.decorators:
            if code.qualified(decorator.name) in _REGISTERING:
                owner = next((one for one in code.facts.classes if one.start == decorator.owner), None)
                if owner is not None:
                    what = code.qualified(decorator.name).partition(".")[0]
                    yield Trail(code.location(decorator.start), what, frozenset({owner.name.lower()}))
            elif decorator.name.rpartition(".")[2] == "EventSubscriber":
                yield from self._subscriber(code, decorator.owner)

    def _subscriber(self, code: Code, owner: int) -> Iterator[Trail]:
        klass = next((one for one in code.facts.classes if one.start == owner), None)
        for name in _SUBSCRIBED if klass is not None else ():
            method = code.method(klass, name) if klass is not None else None
            event = self._event(code, method) if method is not None else None
            if klass is not None and event is not None:
                yield Trail(event.location, f"the subscriber {klass.name}", sure=code.method(klass, "listenTo") is None)
                return

    def _in_calls(self, code: Code) -> Iterator[Trail]:
        for call in code.calls_named("$use", "$extends", "addHook"):
            inside = code.calls_in(call.arguments_start, call.arguments_end)
            functions = [f for f in code.facts.functions if call.start < f.start < call.end]
            event = next((found for f in functions if (found := self._event(code, f)) is not None), None)
            if event is not None and inside:
                yield Trail(event.location, f"what {call.callee.rpartition('.')[2]} adds to the ORM")
        for call in code.calls_named("register"):
            if code.target(call) in _REGISTERING:
                first = code.call(call).argument(0)
                if first is not None and first.kind == "name":
                    what = code.target(call).partition(".")[0]
                    yield Trail(code.location(call.start), what, frozenset({first.last_name.lower()}))
        for call in code.calls_named("track()", "register()"):
            first = code.call(call).argument(0)
            if first is not None and code.target(call) in {"pghistory.track()", "reversion.register()"}:
                what = code.target(call).partition(".")[0]
                yield Trail(code.location(call.start), what, frozenset({first.last_name.lower()}))
        for call in code.calls_named("listen"):
            yield from self._listener(code, call, code.call(call).argument(2))

    def _listener(self, code: Code, call: Call, handler: Expression | None) -> Iterator[Trail]:
        """Yield what listens to changes in SQLAlchemy: on a model's mapper, or on every session."""
        made = code.call(call)
        target, event = made.argument(0), made.argument(1)
        if handler is None or target is None or event is None or not _MAPPER_EVENTS.match(event.text or ""):
            return
        symbol = self._symbols.expression(code, handler)
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            yield from self._heard(symbol.code, symbol.function, target)

    def _heard(self, code: Code, function: Function, target: Expression) -> Iterator[Trail]:
        written = self._event(code, function)
        if written is not None:
            every = re.search(r"session|mapper|engine|Base$", target.name, re.IGNORECASE) is not None
            models = None if every else frozenset({target.last_name.lower()})
            sure = not any(_ABOUT_RECORD.search(text) for text in _leaves_early(code, function))
            yield Trail(written.location, f"the listener {function.name}", models, sure)

    def _signals(self, code: Code) -> Iterator[Trail]:
        """Yield the receivers of Django's model signals and SQLAlchemy's events that write audit events."""
        for decorator in code.facts.decorators:
            name = decorator.name.rpartition(".")[2]
            function = code.function_at(decorator.owner)
            if function is None or name not in {"receiver", "listens_for"}:
                continue
            value = code.expression(decorator.start, decorator.end)
            if name == "listens_for" and len(value.arguments) > 1:
                if _MAPPER_EVENTS.match(value.arguments[1].text or ""):
                    yield from self._heard(code, function, value.arguments[0])
            elif name == "receiver" and _SIGNAL.search(code.source(decorator.start, decorator.end)):
                yield from self._received(code, function, value.get("sender"))
        for call in code.calls_named("connect"):
            if not _SIGNAL.search(call.callee):
                continue
            made = code.call(call)
            handler = made.argument(0, "receiver")
            symbol = self._symbols.expression(code, handler) if handler is not None else None
            if symbol is not None and symbol.code is not None and symbol.function is not None:
                yield from self._received(symbol.code, symbol.function, made.get("sender"))

    def _received(self, code: Code, function: Function, sender: Expression | None) -> Iterator[Trail]:
        event = self._event(code, function)
        if event is None:
            return
        named = sender.last_name or (sender.text or "").rpartition(".")[2] if sender is not None else ""
        models = frozenset({named.lower()}) if named else None
        always = not any(_ABOUT_RECORD.search(text) for text in _leaves_early(code, function))
        sure = models is not None or (sender is None and always)
        yield Trail(event.location, f"the signal handler {function.name}", models, sure)

    def _in_settings(self, code: Code) -> Iterator[Trail]:
        """Yield libraries and middleware that Django's settings switch on for every model or request."""
        for item in code.facts.assignments:
            if item.target == "AUDITLOG_INCLUDE_ALL_MODELS" and code.source(item.value_start, item.value_end) == "True":
                yield Trail(code.location(item.start), "django-auditlog")
            elif item.target in {"MIDDLEWARE", "INSTALLED_APPS"} and item.value_end:
                for entry in code.value(item).walk():
                    if entry.text is None:
                        continue
                    if entry.text.startswith("easyaudit"):
                        yield Trail(code.location(entry.start), "django-easy-audit")
                    elif item.target == "MIDDLEWARE":
                        yield from self._middleware(code, entry.text)

    def _middleware(self, code: Code, dotted: str) -> Iterator[Trail]:
        module, _, name = dotted.rpartition(".")
        path = self._symbols.modules.resolve(code.path, module)
        symbol = self._symbols.exported(path, name) if path is not None else None
        if symbol is None or symbol.code is None or symbol.klass is None:
            return
        for method in _MIDDLEWARE_METHODS:
            found = self._symbols.class_member(symbol.code, symbol.klass, method)
            event = self._event(found.code, found.function) if found.code and found.function else None
            if event is not None:
                yield Trail(event.location, f"the middleware {name}", sure=False)
                return


def _leaves_early(code: Code, function: Function) -> Iterator[str]:
    """Yield the conditions under which a function returns before its end."""
    for branch in code.within(code.facts.branches, function.body_start, function.body_end):
        inner = code.enclosing_function(branch.start)
        left = code.within(code.facts.returns, branch.then_start, branch.then_end)
        if left and inner is not None and inner.start == function.start:
            yield code.source(branch.condition_start, branch.condition_end)


def _offset(code: Code, event: Action) -> int:
    """Return where an event is written, or the end of the file when another file writes it."""
    if event.location.path != code.path:
        return len(code.text)
    line = sum(len(text) + 1 for text in code.text.split(b"\n")[: event.location.line - 1])
    return max(line, code.text.find(event.subject.encode(), line))
