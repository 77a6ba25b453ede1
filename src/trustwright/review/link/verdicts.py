"""From declared routes to the route map: each with its verdicts and the places they rest on."""

import re

from trustwright.review.link.actions import Action, Actions
from trustwright.review.link.guards import Guards
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.weighing import NOTHING, combine
from trustwright.review.model import (
    Access,
    Audit,
    DeclaredRoute,
    Deletion,
    GuardVerdict,
    Location,
    Route,
    Verdict,
)
from trustwright.review.settings import Settings
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "SUBSCRIPTION", "WEBSOCKET"})
_SENSITIVE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(words, re.IGNORECASE))
    for what, words in (
        ("changes who may do what", r"role|permission|grant|privilege|polic(y|ies)\b|member|invit"),
        ("changes credentials", r"password|api-?_?key|token|secret|credential|mfa|2fa|totp|passkey|session"),
        ("changes a user account", r"users?\b|accounts?\b|profile|impersonat"),
        ("moves money", r"payment|payout|refund|charge|transfer|withdraw|wallet|invoice|billing|subscription"),
        ("approves, refunds or blocks", r"approv|reject|refund|suspend|\bban\b|deactivat"),
        ("is an administrative action", r"\badmin|settings|config"),
    )
)
_EXPORTS = "exports data"
_EXPORT = re.compile(r"export|download|dump|backup|report", re.IGNORECASE)
_DELETE_NAME = re.compile(r"delete|destroy|remove|erase|purge", re.IGNORECASE)
_OWNED = re.compile(
    r"(user|owner|author|creator|created_?by|account|customer|organi[sz]ation|org|tenant|workspace|team|company)"
    r"_?(id)?(__\w+)?[\"']?\s*(:|={1,3}|,)\s*\(?(await )?"
    r"(?P<whose>req(uest)?\.(user|auth|session)|self\.request\.user|session|current_?user|ctx\.|"
    r"context\.|user\.(id|sub)|auth\.|g\.user|me\.|this\.request\.user|principal|claims|locals|"
    r"organi[sz]ation_?id\b|user_?id\b)",
    re.IGNORECASE,
)
_OWN_PATH = re.compile(r"/(me|self|myself|my)(/[\w-]+)*/?$", re.IGNORECASE)
_CALLER = re.compile(
    r"\b(current_?user|req(uest)?\.(user|auth)|self\.request\.user|g\.user|ctx\.user)\b", re.IGNORECASE
)


class Verdicts:
    """Judges routes."""

    def __init__(self, symbols: Symbols, guards: Guards, actions: Actions, settings: Settings) -> None:
        """Take the resolver, the judge of guards, the reader of actions and the company's declared public routes."""
        self._symbols = symbols
        self._guards = guards
        self._actions = actions
        self._settings = settings

    def route(self, declared: DeclaredRoute) -> Route:
        """Judge one route."""
        handler = self._handler(declared)
        inside = self._guards.handler(*handler, declared.unreached) if handler is not None else NOTHING
        outside = combine([self._guards.use(use) for use in declared.guards])
        both = combine([outside, inside])
        actions = self._actions.of(*handler, unreached=declared.unreached) if handler is not None else ()
        before = tuple(
            action for use in declared.guards for action in self._guard_actions(use.reference.path, use.reference.start)
        )
        changes = declared.method not in _SAFE_METHODS or any(a.kind != "audit" for a in actions)
        found = handler is not None or declared.ready_made
        deletion = self._deletion(declared, found, actions)
        sensitive = self._sensitive(declared, changes, deletion.value)
        return Route(
            declared=declared,
            authentication=self._authentication(declared, found, both),
            authorization=self._authorization(declared, handler, both),
            audit=self._audit(declared, found, sensitive, before, actions),
            deletion=deletion,
            changes_state=changes,
            sensitive=sensitive,
        )

    def _handler(self, declared: DeclaredRoute) -> tuple[Code, Function] | None:
        if declared.handler is None:
            return None
        code = self._symbols.corpus.code(declared.handler.path)
        if code is None:
            return None
        function = code.function_at(declared.handler.start)
        if function is not None:
            return code, function
        symbol = self._symbols.expression(code, code.expression(declared.handler.start, declared.handler.end))
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            return symbol.code, symbol.function
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return self._wrapped(symbol.code, symbol.expression.start, symbol.expression.end)
        return None

    def _wrapped(self, code: Code, start: int, end: int) -> tuple[Code, Function] | None:
        """Return the handler inside ``wrap(async (req, res) => ...)`` or ``wrap(handler)``."""
        value = code.expression(start, end)
        for item in value.arguments:
            symbol = self._symbols.expression(code, item)
            if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
                return symbol.code, symbol.function
        if value.kind == "call" and value.callee is not None:
            made = self._symbols.name(code, value.name, value.start)
            if made.kind == "function" and made.code is not None and made.function is not None:
                return made.code, made.function
        return None

    def _guard_actions(self, path: str, start: int) -> tuple[Action, ...]:
        """Return the audit events that a guard or middleware writes."""
        code = self._symbols.corpus.code(path)
        if code is None:
            return ()
        function = code.function_at(start)
        if function is None:
            return ()
        return tuple(action for action in self._actions.of(code, function, 2) if action.kind == "audit")

    def _public(self, declared: DeclaredRoute) -> Location | None:
        entry = self._settings.public_route(declared.method, declared.path)
        if entry is None:
            return None
        return self._settings.place(f"public_routes.{self._settings.public_routes.index(entry)}.pattern")

    def _authentication(self, declared: DeclaredRoute, found: bool, both: GuardVerdict) -> Verdict[Access]:
        if both.authentication is Access.ENFORCED:
            return Verdict(Access.ENFORCED, both.evidence)
        public = self._public(declared)
        if public is not None:
            return Verdict(Access.DECLARED_PUBLIC, (public,))
        return self._open(declared, found, both.authentication, both)

    def _open(self, declared: DeclaredRoute, found: bool, value: Access, both: GuardVerdict) -> Verdict[Access]:
        if value is Access.UNKNOWN:
            return Verdict(Access.UNKNOWN, both.evidence or (declared.location,), both.reason)
        if declared.unresolved:
            return Verdict(Access.UNKNOWN, (declared.location,), "; ".join(declared.unresolved))
        if not found:
            return Verdict(Access.UNKNOWN, (declared.location,), "the handler could not be found")
        return Verdict(Access.ABSENT, (declared.location,))

    def _authorization(
        self, declared: DeclaredRoute, handler: tuple[Code, Function] | None, both: GuardVerdict
    ) -> Verdict[Access]:
        if both.authorization is Access.ENFORCED:
            return Verdict(Access.ENFORCED, both.evidence)
        if both.authentication is not Access.ENFORCED and (public := self._public(declared)) is not None:
            return Verdict(Access.DECLARED_PUBLIC, (public,))
        if handler is not None and both.authentication is not Access.ABSENT:
            code, function = handler
            at = self._owned(code, function, declared.path)
            if at is not None:
                return Verdict(Access.ENFORCED, (code.location(at),), "limited to what belongs to the caller")
        return self._open(declared, handler is not None or declared.ready_made, both.authorization, both)

    @staticmethod
    def _owned(code: Code, function: Function, path: str) -> int | None:
        """Return where a handler limits itself to what belongs to the caller; an id out of the path says nothing.

        What hangs below ``/me`` and names nothing else is the caller's own when the handler uses the caller.
        """
        body = code.source(function.body_start, function.body_end)
        asked = {*re.findall(r"{(\w+)}", path), *(item.name for item in code.parameters(function))}
        for match in _OWNED.finditer(body):
            if match["whose"] not in asked or not match["whose"].lower().endswith("id"):
                return function.body_start + len(body[: match.start()].encode())
        if _OWN_PATH.search(path):
            caller = _CALLER.search(body)
            return function.body_start + len(body[: caller.start()].encode()) if caller is not None else None
        return None

    def _deletion(self, declared: DeclaredRoute, found: bool, actions: tuple[Action, ...]) -> Verdict[Deletion]:
        for kind, value in (("hard-delete", Deletion.HARD), ("soft-delete", Deletion.SOFT)):
            places = tuple(dict.fromkeys(action.location for action in actions if action.kind == kind))
            if places:
                return Verdict(value, places)
        if declared.method == "DELETE" or _DELETE_NAME.search(declared.handler_name):
            reason = "what the handler deletes could not be followed" if found else "the handler could not be found"
            return Verdict(Deletion.UNKNOWN, (declared.location,), reason)
        return Verdict(Deletion.NONE)

    def _sensitive(self, declared: DeclaredRoute, changes: bool, deletion: Deletion) -> str:
        if deletion in {Deletion.HARD, Deletion.SOFT} or declared.method == "DELETE":
            return "deletes data"
        name = f"{declared.path} {declared.handler_name}"
        if changes and declared.method not in _SAFE_METHODS:
            return next((why for why, pattern in _SENSITIVE if pattern.search(name)), "")
        return _EXPORTS if _EXPORT.search(name) else ""

    def _audit(
        self,
        declared: DeclaredRoute,
        found: bool,
        sensitive: str,
        before: tuple[Action, ...],
        actions: tuple[Action, ...],
    ) -> Verdict[Audit]:
        audits = [index for index, action in enumerate(actions) if action.kind == "audit"]
        places = tuple(dict.fromkeys(action.location for action in (*before, *actions) if action.kind == "audit"))
        if not sensitive and not audits:
            return Verdict(Audit.NOT_NEEDED)
        if not found:
            return Verdict(Audit.UNKNOWN, (declared.location,), "the handler could not be found")
        acts = [index for index, action in enumerate(actions) if action.kind != "audit"]
        if not audits and not before:
            return Verdict(Audit.ABSENT, tuple(actions[index].location for index in acts[:1]) or (declared.location,))
        if not acts and sensitive == _EXPORTS:
            return Verdict(Audit.BEFORE, places)  # what it reads is sent when it returns
        first, last = (acts[0], acts[-1]) if acts else (-1, -1)
        is_before = bool(before) or (bool(acts) and any(index < first for index in audits))
        is_after = any(index > last for index in audits) or (bool(acts) and any(index > first for index in audits))
        if is_before and is_after:
            return Verdict(Audit.BEFORE_AND_AFTER, places)
        return Verdict(Audit.BEFORE if is_before else Audit.AFTER, places)
