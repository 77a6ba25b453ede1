"""Judges guards: what runs before a handler is read, and counts only when it refuses.

A guard's name is never evidence. Its body is found across files and must hold a refusal that depends on who asks; or it
is a guard of a known library (``known_guards.yaml``). What cannot be resolved is unknown when it might guard.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from trustwright.review.link.known import KnownGuards
from trustwright.review.link.rejections import Rejection, rejections, swallowed
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Access, GuardUse, GuardVerdict, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Class, Function

IDENTITY = re.compile(
    r"user|session|token|auth|jwt|bearer|credential|principal|identity|account|login|logged|signed|api_?-?key|cookie|"
    r"signature|hmac|secret|passport|claims|subject|viewer|member|\bme\b|actor|password",
    re.IGNORECASE,
)
ROLE = re.compile(
    r"roles?\b|role[A-Z_]|permission|admin|scope|owner|privilege|\bcan[A-Z_]|abilit|\ballowed\b|is_?allowed|authori[sz]|"
    r"policy|policies|access|superuser|is_?staff|is_?manager|grant|entitle|belongs|membership|has_?perm|"
    r"(user|author|creator|account|org|organi[sz]ation|tenant|team|workspace)_?id\b",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"origin\b|referer|captcha|maintenance|rate_?limit|throttl|too_?many|feature|flag|license|"
    r"subscription|quota|content_?-?type|mimetype|filesize|toggle|read_?only|trusted_?host|allowed_?hosts",
    re.IGNORECASE,
)
_FORGERY = re.compile(r"\w*(csrf|xsrf)\w*", re.IGNORECASE)
"""Words about forged requests: a token against those says nothing of who asks."""
_MAY_GUARD = re.compile(
    r"auth|guard|protect|session|token|permission|role|login|jwt|\bacl|secure|security|verify|require|admin|identity|"
    r"credential|access|allow|can_?[A-Z]|policy|signature|api_?key|private",
    re.IGNORECASE,
)
_HANDLES_PASSWORDS = re.compile(
    r"password|passwd|bcrypt|argon|compare|credentials|otp\b|totp|verification_?code|two_?factor|mfa|reset|"
    r"recaptcha|invalid_?(e-?mail|user)",
    re.IGNORECASE,
)
_CURRENT = re.compile(
    r"session|current_?_?(user|account|member|org)|req(uest)?\.(user|auth|session|headers?|cookies)|ctx\.(user|auth|session)|"
    r"\bauth(ed|enticated)?\b|is_?(authenticated|logged|anonymous|signed)|access_?token|bearer|api_?-?key|signature|hmac|"
    r"locals\.user|jwt|viewer|get(Server)?Session|getUser\b|userId\b|user_id\b|authorization|\bsecret\b|cron_?secret",
    re.IGNORECASE,
)
_METHODS = (
    "canActivate", "use", "handle", "resolve", "intercept", "__call__", "__init__", "dispatch", "dispatch_request", "authenticate",
    "has_permission", "has_object_permission", "test_func", "process_request", "process_view", "authenticate_credentials",
)  # fmt: skip
_DECIDING = frozenset({"canActivate", "has_permission", "has_object_permission", "test_func", "validate", "check"})
_MAX_CALLS = 60
"""Calls followed from one body at most; a guard or handler with more is not judged by what lies behind the rest."""
_GUARD_DEPTH = 4
_HANDLER_DEPTH = 3

NOTHING = GuardVerdict(Access.ABSENT, Access.ABSENT)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a body is read: as a guard, or strictly as a handler, where refusals may have other reasons."""

    strict: bool
    depth: int

    def deeper(self) -> "_Reading":
        return _Reading(self.strict, self.depth - 1)


def doubt(reason: str, where: Location | None = None) -> GuardVerdict:
    """Return the verdict of a guard that could not be read."""
    return GuardVerdict(Access.UNKNOWN, Access.UNKNOWN, (where,) if where is not None else (), reason)


def combine(verdicts: Iterable[GuardVerdict]) -> GuardVerdict:
    """Return what several guards in a row do together: one that enforces is enough, then one that is unknown."""
    authentication = authorization = Access.ABSENT
    evidence: list[Location] = []
    doubts: list[Location] = []
    reasons: list[str] = []
    for item in verdicts:
        authentication = _stronger(authentication, item.authentication)
        authorization = _stronger(authorization, item.authorization)
        if Access.ENFORCED in {item.authentication, item.authorization}:
            evidence += [place for place in item.evidence if place not in evidence]
        elif item.authentication is Access.UNKNOWN:
            doubts += item.evidence
            reasons.append(item.reason)
    if authentication is Access.ENFORCED:
        return GuardVerdict(authentication, authorization, tuple(evidence))
    return GuardVerdict(authentication, authorization, tuple(doubts), "; ".join(dict.fromkeys(reasons)))


def _stronger(one: Access, other: Access) -> Access:
    return max(one, other, key=[Access.ABSENT, Access.UNKNOWN, Access.ENFORCED].index)


class Guards:
    """Judges guards and handlers within a project; every body is read once."""

    def __init__(self, symbols: Symbols, known: KnownGuards, unreached: tuple[Reference, ...] = ()) -> None:
        """Take the resolver, the table of known library guards, and what of the bodies does not run."""
        self._symbols = symbols
        self._known = known
        self._unreached = unreached
        self._partial: dict[tuple[Reference, ...], Guards] = {}
        self._bodies: dict[tuple[str, int, bool, int], GuardVerdict] = {}
        self._classes: dict[tuple[str, int], GuardVerdict] = {}

    def use(self, use: GuardUse) -> GuardVerdict:
        """Judge a guard where it is attached."""
        found = self._symbols.corpus.expression(use.reference)
        verdict = use.verdict or (self._without(use.unreached).expression(*found) if found else None)
        if verdict is None:
            return doubt("the guard's file cannot be read")
        if use.doubt and verdict.authentication is not Access.ABSENT:
            return doubt(use.doubt, self._symbols.corpus.location(use.reference))
        return verdict

    def _without(self, unreached: tuple[Reference, ...]) -> "Guards":
        """Return a judge who does not look at some stretches; each keeps its own answers."""
        if not unreached:
            return self
        if unreached not in self._partial:
            self._partial[unreached] = Guards(self._symbols, self._known, unreached)
        return self._partial[unreached]

    def _runs(self, code: Code, at: int) -> bool:
        return not any(item.path == code.path and item.start <= at < item.end for item in self._unreached)

    def expression(self, code: Code, value: Expression, depth: int = 0) -> GuardVerdict:
        """Judge a guard expression: a name, a call that makes a guard, a list of guards."""
        where = code.location(value.start, value.end)
        if depth > _GUARD_DEPTH:
            return doubt("too many steps to the guard's body", where)
        if value.kind == "array":
            return combine([self.expression(code, item, depth + 1) for item in value.arguments])
        if value.kind == "spread" and value.arguments:
            return self.expression(code, value.arguments[0], depth + 1)
        if value.kind == "function" or (value.kind == "other" and code.function_at(value.start) is not None):
            function = code.function_at(value.start)
            return self.function(code, function) if function is not None else doubt("the guard cannot be read", where)
        if value.kind == "operation" and value.arguments:
            return self._alternatives(code, value, depth)
        if value.kind == "call":
            return self._made(code, value, where, depth)
        if value.kind == "name":
            return self.symbol(self._symbols.name(code, value.name, value.start), value.name, where, depth)
        return doubt("the guard is not a plain expression", where) if value.kind != "null" else NOTHING

    def _alternatives(self, code: Code, value: Expression, depth: int) -> GuardVerdict:
        """Judge ``A & B`` (both must agree: one enforcing is enough) and ``A | B`` (all must enforce)."""
        verdicts = [self.expression(code, item, depth + 1) for item in value.arguments]
        if value.name in {"|", "||", "or"}:
            return min(verdicts, key=lambda v: [Access.ABSENT, Access.UNKNOWN, Access.ENFORCED].index(v.authentication))
        return combine(verdicts)

    def _made(self, code: Code, value: Expression, where: Location, depth: int) -> GuardVerdict:
        """Judge ``requireRole("admin")``: what the factory's body refuses, or what wraps another guard."""
        callee = self._symbols.name(code, value.name, value.start) if value.callee is not None else Symbol("unknown")
        if callee.kind == "external":
            entry = self._known.find(callee.name)
            if entry is not None and entry.wraps:
                inner = [self.expression(code, item, depth + 1) for item in value.arguments]
                return combine(inner)
            if entry is not None:
                return entry.verdict(where)
            if value.callee is not None and value.callee.kind == "call":
                return self.expression(code, value.callee, depth + 1)
            inner = [self.expression(code, item, depth + 1) for item in value.arguments if item.kind == "function"]
            return combine([*inner, self._outside(callee.name, where)])
        if callee.kind == "class" and callee.code is not None and callee.klass is not None:
            return self.klass(callee.code, callee.klass)
        if callee.kind == "function" and callee.code is not None and callee.function is not None:
            verdict = self.function(callee.code, callee.function)
            inner = [self.expression(code, item, depth + 1) for item in value.arguments if item.kind == "function"]
            return combine([verdict, *inner]) if inner else verdict
        if value.callee is not None and value.callee.kind == "call":
            return self.expression(code, value.callee, depth + 1)
        return self.symbol(callee, value.name, where, depth)

    def symbol(self, symbol: Symbol, name: str, where: Location, depth: int = 0) -> GuardVerdict:
        """Judge what a name turned out to mean; ``where`` is the use."""
        code = symbol.code
        if symbol.kind == "module" and code is not None:
            symbol = self._symbols.exported(code.path, "default")
            code = symbol.code
        if code is not None and symbol.kind == "function" and symbol.function is not None:
            return self.function(code, symbol.function)
        if code is not None and symbol.kind in {"class", "instance"} and symbol.klass is not None:
            return self.klass(code, symbol.klass)
        if code is not None and symbol.kind == "value" and symbol.expression is not None:
            if symbol.expression.kind in {"call", "array", "operation", "name"}:
                return self.expression(code, symbol.expression, depth + 1)
            return NOTHING
        if symbol.kind == "external":
            return self._outside(symbol.name, where)
        if _MAY_GUARD.search(name):
            return doubt(f"what {name} does could not be found", where)
        return NOTHING

    def _outside(self, name: str, where: Location) -> GuardVerdict:
        entry = self._known.find(name)
        if entry is not None:
            return entry.verdict(where)
        if _MAY_GUARD.search(name):
            return doubt(f"{name.removesuffix('()')} is from outside and not in the table of known guards", where)
        return NOTHING

    # --- bodies -------------------------------------------------------------------------------------------------

    def klass(self, code: Code, klass: Class) -> GuardVerdict:
        """Judge a guard class by the methods that frameworks call, its bases' included."""
        key = (code.path, klass.start)
        if key not in self._classes:
            self._classes[key] = NOTHING
            self._classes[key] = self._klass(code, klass)
        return self._classes[key]

    def _klass(self, code: Code, klass: Class) -> GuardVerdict:
        where = code.location(klass.start)
        known = [self._outside(base, where) for base in sorted(self._symbols.external_bases(code, klass))]
        for owner, current in self._symbols.lineage(code, klass):
            for call in owner.calls_in(current.start, current.body_start):
                known.append(self.expression(owner, owner.call(call), 1))
        override = self._symbols.class_member(code, klass, "handleRequest")
        if override.function is not None and override.code is not None:
            refuses = self.function(override.code, override.function)
            known = known if refuses.authentication is Access.ENFORCED else [refuses]
        verdicts = known if self._asks_its_base(code, klass) else []
        for name in _METHODS:
            method = self._symbols.class_member(code, klass, name)
            if method.function is not None and method.code is not None:
                verdicts.append(self._deciding(method.code, method.function, name))
        return combine(verdicts)

    def _asks_its_base(self, code: Code, klass: Class) -> bool:
        """Tell whether what a class extends still decides: not when it overrides ``canActivate`` and passes it by."""
        own = self._symbols.class_member(code, klass, "canActivate")
        if own.function is None or own.code is None:
            return True
        return any(
            call.callee == "super.canActivate"
            and self._runs(own.code, call.start)
            and not swallowed(own.code, call.start)
            for call in own.code.calls_in(own.function.body_start, own.function.body_end)
        )

    def _deciding(self, code: Code, function: Function, name: str) -> GuardVerdict:
        """Judge a method whose answer decides: ``return user.is_staff`` refuses when it is false."""
        verdict = self.function(code, function)
        if name not in _DECIDING or verdict.authorization is Access.ENFORCED:
            return verdict
        returned = []
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            text = code.source(item.start, item.end).removeprefix("return").strip().removeprefix("await ").rstrip(";")
            if text.lower() not in {"true", ""} and not text.startswith("super.") and self._runs(code, item.start):
                returned.append((item.start, text))
        if not returned:
            return verdict
        whole = code.source(function.body_start, function.body_end)
        evidence = (code.location(returned[-1][0]),)
        roles = bool(ROLE.search(whole)) and not _OTHER_PURPOSE.search(whole)
        identity = bool(IDENTITY.search(whole))
        if not (roles or identity):
            return verdict
        decided = GuardVerdict(
            Access.ENFORCED if identity else Access.ABSENT, Access.ENFORCED if roles else Access.ABSENT, evidence
        )
        return combine([verdict, decided])

    def function(self, code: Code, function: Function) -> GuardVerdict:
        """Judge a guard function (or a factory together with the function it returns) by its body."""
        return self._body(code, function, _Reading(strict=False, depth=_GUARD_DEPTH))

    def handler(self, code: Code, function: Function) -> GuardVerdict:
        """Judge the checks a handler makes itself, following what it calls."""
        return self._body(code, function, _Reading(strict=True, depth=_HANDLER_DEPTH))

    def _body(self, code: Code, function: Function, reading: _Reading) -> GuardVerdict:
        key = (code.path, function.start, reading.strict, reading.depth)
        known = self._bodies.get(key)
        if known is None:
            self._bodies[key] = NOTHING
            known = self._bodies[key] = self._read(code, function, reading)
        return known

    def _read(self, code: Code, function: Function, reading: _Reading) -> GuardVerdict:
        found = [
            self._weigh(code, item, function, reading)
            for item in rejections(code, function.body_start, function.body_end)
            if self._runs(code, item.start) and not (item.thrown and swallowed(code, item.start))
        ]
        verdict = combine(found)
        if verdict.authorization is Access.ENFORCED or reading.depth <= 0:
            return verdict
        followed = [verdict]
        for call in code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]:
            if self._runs(code, call.start) and self._certain(code, call, function, reading):
                followed.append(self._call(code, call, reading))
        return combine(followed)

    def _certain(self, code: Code, call: Call, function: Function, reading: _Reading) -> bool:
        """Tell whether a call runs whenever the body does; a strict reading follows no call inside an ``if``."""
        if swallowed(code, call.start):
            return False
        if not reading.strict:
            return True
        around = [b for b in code.branches_around(call.start) if b.start >= function.start]
        inner = code.enclosing_function(call.start)
        return not around and (inner is None or inner.start <= function.start)

    def _call(self, code: Code, call: Call, reading: _Reading) -> GuardVerdict:
        """Judge what a body calls: a function of the repository that refuses, or a known guard of a library."""
        last = call.callee.rpartition(".")[2]
        symbol = self._symbols.name(code, call.callee, call.start)
        where = code.location(call.start)
        if symbol.kind == "external":
            entry = self._known.find(symbol.name)
            if entry is not None:
                return entry.verdict(where) if not entry.wraps else NOTHING
            return self._maybe(code, call, symbol, last, where, reading)
        if symbol.kind == "function" and symbol.code is not None and symbol.function is not None:
            return self._body(symbol.code, symbol.function, reading.deeper())
        return NOTHING

    def _maybe(
        self, code: Code, call: Call, symbol: Symbol, last: str, where: Location, reading: _Reading
    ) -> GuardVerdict:
        """Doubt a call into an unresolved module of the repository, or into a library, that may well refuse."""
        head = call.callee.partition(".")[0].removesuffix("()")
        imported = code.imports.get(head)
        if imported is not None and re.search(r"^(require|ensure|assert|protect|verify|check|authenticate)", last):
            if IDENTITY.search(last) or ROLE.search(last):
                return doubt(f"{symbol.name} is from outside and not in the table of known guards", where)
        return NOTHING

    # --- refusals -----------------------------------------------------------------------------------------------

    def _weigh(self, code: Code, item: Rejection, function: Function, reading: _Reading) -> GuardVerdict:
        """Say what one refusal enforces: it must depend on who asks, not on what was sent."""
        item = replace(item, condition=_FORGERY.sub("", item.condition), statement=_FORGERY.sub("", item.statement))
        context = f"{item.condition}\n{item.statement}"
        if reading.strict:
            return self._weigh_strictly(code, item, context)
        if _OTHER_PURPOSE.search(context) and not (IDENTITY.search(item.condition) or ROLE.search(item.condition)):
            return NOTHING
        body = _FORGERY.sub("", code.source(function.body_start, function.body_end))
        by_identity = bool(IDENTITY.search(context)) or item.kind == "unauthenticated"
        by_role = bool(ROLE.search(context))
        if item.kind == "unauthenticated":
            return _enforced(item, authorization=False)
        if item.kind == "forbidden":
            identified = by_identity or bool(IDENTITY.search(body))
            if by_role and identified:
                return _enforced(item, authorization=True)
            return _enforced(item, authorization=False) if identified else NOTHING
        if item.kind == "error" and by_identity and IDENTITY.search(item.condition):
            return _enforced(item, authorization=by_role and bool(ROLE.search(item.condition)))
        return NOTHING

    def _weigh_strictly(self, code: Code, item: Rejection, context: str) -> GuardVerdict:
        """In a handler, a 401 for a wrong password is no guard: the condition must name who is asking."""
        if _HANDLES_PASSWORDS.search(context) or not item.condition:
            return NOTHING
        current = self._names_caller(code, item)
        if not current:
            return NOTHING
        if item.kind == "unauthenticated":
            return _enforced(item, authorization=False)
        owner = bool(ROLE.search(item.condition))
        if item.kind == "forbidden":
            return _enforced(item, authorization=owner)
        if item.kind == "hidden":
            return _enforced(item, authorization=True) if owner else NOTHING
        return _enforced(item, authorization=owner) if _CURRENT.search(item.condition) else NOTHING

    def _names_caller(self, code: Code, item: Rejection) -> bool:
        """Tell whether a condition is about the caller: it says so, or a variable in it comes from the session."""
        if _CURRENT.search(item.condition):
            return True
        for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", item.condition)):
            binding = code.binding(name, item.start)
            if binding is not None and binding.assignment is not None and binding.assignment.value_end:
                value = binding.assignment
                text = code.source(value.value_start, min(value.value_end, value.value_start + 200))
                if _CURRENT.search(text) and not _HANDLES_PASSWORDS.search(text):
                    return True
        return False


def _enforced(item: Rejection, *, authorization: bool) -> GuardVerdict:
    return GuardVerdict(Access.ENFORCED, Access.ENFORCED if authorization else Access.ABSENT, (item.location,))
