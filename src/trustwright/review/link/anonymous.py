"""What a request of nobody in particular meets in a guard: whether it comes to a refusal, or is let through before.

``if user: ... raise Forbidden`` refuses some who are signed in and lets everyone else through; ``if not token: return``
in front of a refusal does the same. Conditions are decided for a caller without session, token or key.
"""

import re
from collections.abc import Callable
from enum import Enum

from trustwright.review.link.rejections import rejections
from trustwright.review.link.switches import switch
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.weighing import IDENTITY, ROLE
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Branch, Function, Span

_NOBODY = re.compile(
    r"(^|[._])(is_?)?(authed|authenticated|logged_?in|signed_?in|admin|superuser|staff|moderator)(\(\))?$"
    r"|(^|[._])(current_?|session_?|auth_?|db_?|request_?|the_?)?(user|account|member|principal|identity)(_?(id|name|email))?$"
    r"|(^|[._])(access_?|bearer_?|auth_?|id_?|jwt_?)?(token|credentials?|authorization|api_?key|jwt|session|auth_?header)$",
    re.IGNORECASE,
)
"""Names of what a caller without an identity does not have: empty, false, none."""
_SENDS = re.compile(
    r"(^|\.)(session|headers?|cookies|user)(\.get)?(\[\]|\(\))?$|(^|\.)(get_?)?current_?user(_?attrs)?$|"
    r"(^|\.)(authed|is_?(authenticated|logged_?in|admin)|isAuthenticated|logged_in|user_logged_in)$",
    re.IGNORECASE,
)
"""What is asked for the caller's identity; a request without one gets nothing from it."""
_IDENTITY_KEY = re.compile(
    r"user|auth|token|session|account|member|login|logged|key|\bid$|email|jwt|credential|admin|role", re.IGNORECASE
)
_SOMEBODY = re.compile(r"(^|[._])is_?(anonymous|guest)$", re.IGNORECASE)
_ROUTE = re.compile(
    r"\b(req(uest)?|scope|ctx|context|event)(\[['\"]|\.(url\.)?)(path(name)?|method|endpoint|blueprint|url|originalUrl)\b"
)
_CONSTANT = re.compile(r"(^|\.)[A-Z][A-Z0-9_]+$")
_OF_THE_THING = re.compile(
    r"[\w.]*(_required\b|\brequires_|needs_|public|private|visib|protected|hidden|banned)\w*", re.IGNORECASE
)
"""Properties of what is asked for, not of who asks."""
_SETTING = re.compile(
    r"\bconfig|\bsettings?\b|get_?config|\bconf\b|getenv|environ|feature|\bflags?\b|visib"
    r"|process\.env|import\.meta\.env",
    re.IGNORECASE,
)
_TURNS_OFF = re.compile(r"config(\.get\(|\[)[\"']\w*(LOGIN|AUTH\w*)_DISABLED[\"']\s*[\])]\Z")
"""The settings of Flask-Login and its like that are there for tests: off unless somebody sets them."""
_PASSES = re.compile(
    r"(await\s+)?(f|fn|func|function|view|view_func|view_function|handler|wrapped|callback|call_next|next|next_|endpoint|"
    r"(self\.)?get_response)\(.*|None|True|",
    re.DOTALL,
)
_LOOKS_UP = re.compile(r"(^|[._])get_?(server_?|current_?|auth_?)*session$|(^|[._])get_?current_?user$", re.IGNORECASE)
"""Calls that give the session or user of the request, and nothing when there is none."""
_SENDS_AWAY = re.compile(r"(raise|throw)\s+(new\s+)?[\w.]*redirect", re.IGNORECASE)
_MAX_DEPTH = 8


class Fate(Enum):
    """What becomes of a request without an identity at some place of a body."""

    COMES = "comes"
    """It gets there, or nothing says that it does not."""
    AVOIDS = "avoids"
    """It never gets there."""
    DEPENDS = "depends"
    """A setting decides whether it does."""
    OTHERWISE = "otherwise"
    """Something that has nothing to do with who asks decides whether it does."""


class _Truth(Enum):
    TRUE = "true"
    FALSE = "false"
    OPEN = "open"
    """Not decided, but about who asks or what they may do."""
    SETTING = "setting"
    OTHER = "other"
    """Not decided, and about something else."""
    ROUTE = "route"
    """About the path or method alone: decided elsewhere, for the route in question."""


_NOT = {_Truth.TRUE: _Truth.FALSE, _Truth.FALSE: _Truth.TRUE}


class Anonymous:
    """Follows a request without an identity through bodies."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver of names."""
        self._symbols = symbols

    def fate(self, code: Code, function: Function, at: int, runs: Callable[[Code, int], bool]) -> Fate:
        """Say whether a request without an identity comes to an offset in a function.

        ``runs`` tells whether the code at an offset runs at all for the route in question.
        """
        here = self._reaches(code, function, at)
        if here is _Truth.FALSE:
            return Fate.AVOIDS
        depends = here is _Truth.SETTING
        otherwise = here is _Truth.OTHER
        inner = code.enclosing_function(at) or function
        for leave in code.within(code.facts.returns, inner.body_start, at):
            if (
                code.enclosing_function(leave.start) != inner
                or leave.end > at
                or not runs(code, leave.start)
                or not self._lets_through(code, inner, leave)
            ):
                continue
            earlier = self._reaches(code, inner, leave.start, first=_Truth.OPEN)
            if earlier is _Truth.TRUE:
                return Fate.AVOIDS
            depends = depends or earlier is _Truth.SETTING
        return Fate.DEPENDS if depends else Fate.OTHERWISE if otherwise else Fate.COMES

    def turns_away(self, code: Code, function: Function) -> int | None:
        """Return where a decorator's wrapper answers by itself instead of calling what it wraps, if it ever does."""
        for inner in code.within(code.facts.functions, function.body_start, function.body_end):
            outer = code.enclosing_functions(inner.start - 1)
            given = {item.name for one in outer for item in code.parameters(one)}
            if not _goes_on(code, given, inner.body_start, inner.body_end):
                continue
            for raised in code.within(code.facts.raises, inner.body_start, inner.body_end):
                if _SENDS_AWAY.match(code.source(raised.start, raised.end)):
                    return raised.start
            for leave in code.within(code.facts.returns, inner.body_start, inner.body_end):
                answers = code.calls_in(leave.start, leave.end) and not self._lets_through(code, inner, leave)
                if rejections(code, leave.start, leave.end):
                    continue  # a refusal that is understood, and was weighed
                if answers and not _goes_on(code, given, leave.start, leave.end):
                    return leave.start
        return None

    @staticmethod
    def _lets_through(code: Code, function: Function, leave: Span) -> bool:
        """Tell whether a ``return`` clearly lets the request go on: it returns nothing, or what the handler returns."""
        if rejections(code, leave.start, leave.end):
            return False
        text = code.source(leave.start, leave.end).removeprefix("return").strip().rstrip(";").strip()
        if _PASSES.fullmatch(text):
            return not rejections(code, _statement_before(code, function, leave), leave.start)
        called = re.match(r"(?:await\s+)?([A-Za-z_]\w*)\(", text)
        outer = [item for item in code.enclosing_functions(leave.start) if item != function]
        return called is not None and any(
            parameter.name == called[1] for item in outer for parameter in code.parameters(item)
        )

    def _reaches(self, code: Code, function: Function, at: int, first: _Truth = _Truth.SETTING) -> _Truth:
        """Decide the conditions of the ``if``s around an offset; ``first`` of what is not decided names it."""
        truths = []
        for branch in code.within(code.facts.branches, function.body_start, at + 1):
            if not branch.start <= at < branch.end or branch.condition_start <= at < branch.condition_end:
                continue
            if _refuses_either_way(code, branch):
                continue
            truth = self._truth(code, code.expression(branch.condition_start, branch.condition_end), 0)
            truths.append(truth if branch.then_start <= at < branch.then_end else _NOT.get(truth, truth))
        return first if first in truths and _Truth.FALSE not in truths else _both(truths)

    # --- conditions -----------------------------------------------------------------------------------------------

    def _truth(self, code: Code, value: Expression, depth: int) -> _Truth:
        if depth > _MAX_DEPTH:
            return _Truth.OPEN
        if value.kind in {"boolean", "null"}:
            return _Truth.TRUE if value.value else _Truth.FALSE
        if value.kind == "operation":
            return self._operation(code, value, depth + 1)
        if value.kind in {"name", "call"}:
            if _SOMEBODY.search(value.name):
                return _Truth.TRUE
            if self._is_nothing(code, value, depth + 1):
                return _Truth.FALSE
        return self._setting(code, value)

    def _operation(self, code: Code, value: Expression, depth: int) -> _Truth:
        name, operands = value.name, value.arguments
        if name in {"not", "!"} and operands:
            truth = self._truth(code, operands[0], depth)
            return _NOT.get(truth, truth)
        if name in {"and", "&&", "or", "||"}:
            truths = [self._truth(code, item, depth) for item in operands]
            return _both(truths) if name in {"and", "&&"} else _either(truths)
        if len(operands) == 2 and name in {"is", "is not", "==", "!=", "===", "!=="}:
            return self._compared(code, value)
        if len(operands) == 2 and name in {"in", "not in"}:
            key, owner = operands
            if owner.kind == "name" and _SENDS.search(owner.name) and _IDENTITY_KEY.search(key.text or ""):
                return _Truth.FALSE if name == "in" else _Truth.TRUE
        return self._setting(code, value)

    def _compared(self, code: Code, value: Expression) -> _Truth:
        """Decide ``user is None``, ``authed() is False``, ``token === undefined``."""
        one, other = value.arguments
        if one.kind in {"null", "boolean"}:
            one, other = other, one
        full = other.kind == "boolean" and other.value is True
        empty = other.kind == "null" or (other.kind == "boolean" and not full) or other.name == "undefined"
        if (empty or full) and one.kind in {"name", "call"}:
            truth = self._truth(code, one, 1)
            if truth in _NOT:
                return truth if full != ("not" in value.name or value.name.startswith("!")) else _NOT[truth]
        return self._setting(code, value)

    def _is_nothing(self, code: Code, value: Expression, depth: int) -> bool:
        """Tell whether a name or call gives nothing when nobody is signed in."""
        if value.kind == "call":
            if value.last_name == "get" and value.arguments:
                owner = value.name.rpartition(".")[0]
                return bool(_SENDS.search(owner)) and bool(_IDENTITY_KEY.search(value.arguments[0].text or ""))
            if _LOOKS_UP.search(value.name):
                return True
            return bool(_SENDS.search(value.name)) and not value.arguments
        if "." not in value.name:
            assigned = self._assigned(code, value)
            if assigned is not None:
                return (
                    depth < _MAX_DEPTH
                    and assigned.kind in {"name", "call"}
                    and self._is_nothing(code, assigned, depth + 1)
                )
        return bool(_NOBODY.search(value.name)) and not value.arguments

    @staticmethod
    def _assigned(code: Code, value: Expression) -> Expression | None:
        binding = code.binding(value.name, value.start)
        if binding is None or binding.assignment is None or not binding.assignment.value_end:
            return None
        return code.value(binding.assignment)

    def _setting(self, code: Code, value: Expression) -> _Truth:
        """Judge what nobody's identity settles: a setting with a known default, a setting, or anything else."""
        if value.kind in {"name", "call"} and _TURNS_OFF.search(code.source(value.start, value.end)):
            return _Truth.FALSE
        found = switch(self._symbols, code, value)
        if found.on is not None and not found.configurable:
            return _Truth.TRUE if found.on else _Truth.FALSE
        texts = [code.source(value.start, value.end)]
        if _ROUTE.search(texts[0]):
            return _Truth.ROUTE
        for item in value.walk():
            if item.kind == "name" and "." not in item.name:
                assigned = self._assigned(code, item)
                if assigned is not None:
                    texts.append(code.source(assigned.start, assigned.end))
        if any(_SETTING.search(text) for text in texts) and not self._compares(code, value):
            return _Truth.SETTING
        about = [_OF_THE_THING.sub("", text) for text in texts]
        return _Truth.OPEN if any(IDENTITY.search(text) or ROLE.search(text) for text in about) else _Truth.OTHER

    def _compares(self, code: Code, value: Expression) -> bool:
        """Tell a comparison with a setting (``token !== process.env.SECRET``) from a look at a setting."""
        sides = value.arguments if value.kind == "operation" and value.name in {"==", "===", "!=", "!=="} else ()
        if len(sides) != 2 or any(item.kind not in {"name", "call", "template"} for item in sides):
            return False
        return not all(_CONSTANT.search(item.name) or self._is_setting(code, item) for item in sides)

    def _is_setting(self, code: Code, value: Expression) -> bool:
        assigned = self._assigned(code, value) if value.kind == "name" and "." not in value.name else None
        text = code.source(assigned.start, assigned.end) if assigned is not None else ""
        return bool(_SETTING.search(value.name) or _SETTING.search(text))


def _both(truths: list[_Truth]) -> _Truth:
    """Join by ``and``."""
    if _Truth.FALSE in truths:
        return _Truth.FALSE
    if truths and all(truth is _Truth.ROUTE for truth in truths):
        return _Truth.ROUTE
    return next((truth for truth in (_Truth.SETTING, _Truth.OTHER, _Truth.OPEN) if truth in truths), _Truth.TRUE)


def _either(truths: list[_Truth]) -> _Truth:
    """Join by ``or``."""
    if _Truth.TRUE in truths:
        return _Truth.TRUE
    order = (_Truth.OPEN, _Truth.SETTING, _Truth.OTHER, _Truth.ROUTE)
    return next((truth for truth in order if truth in truths), _Truth.FALSE)


def _goes_on(code: Code, given: set[str], start: int, end: int) -> bool:
    """Tell whether a stretch calls one of some functions, or hands it to a call."""
    for call in code.calls_in(start, end):
        arguments = code.source(call.arguments_start, call.arguments_end)
        if call.callee in given or any(re.search(rf"[(,]\s*{re.escape(name)}\s*[,)]", arguments) for name in given):
            return True
    return False


def _refuses_either_way(code: Code, branch: Branch) -> bool:
    """Tell whether an ``if`` only chooses how to refuse: both its sides do, whatever else holds."""
    for start, end in ((branch.then_start, branch.then_end), (branch.then_end, branch.end)):
        inner = [one for one in code.within(code.facts.branches, start, end) if one.end <= end]
        refusals = [item.start for item in rejections(code, start, end)]
        if not any(all(not one.start <= at < one.end for one in inner) for at in refusals):
            return False
    return True


def _statement_before(code: Code, function: Function, leave: Span) -> int:
    """Return where the block that a ``return`` ends begins, so that a refusal sent just before it is seen."""
    around = [item for item in code.branches_around(leave.start) if item.start >= function.start]
    return around[-1].then_start if around else leave.start
