"""Where code refuses a request: statuses 401 and 403, errors of that meaning, redirects to a login page.

These are the places a verdict ``enforced`` rests on. Names of *errors and responses* count here, since they are what
the client gets; names of guards never do.
"""

import re
from dataclasses import dataclass
from typing import Literal

from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Branch, Call, Span

Kind = Literal["unauthenticated", "forbidden", "error", "hidden"]

_UNAUTHENTICATED = re.compile(
    r"unauthori[sz]ed|unauthenticated|not_?authenticated|authentication_?failed|authentication_?required|"
    r"login_?required|not_?logged_?in|invalid_?(token|credential)|token_?(expired|error|invalid)|invalidjwt|"
    r"sign_?in_?required|\b401\b|NoAuthorization",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"forbidden|permission_?denied|access_?denied|not_?(authori[sz]ed|permitted|allowed)|insufficient|\b403\b",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"\bHttp404\b")
_STATUS_CALLS = frozenset(
    {
        "status", "sendStatus", "code", "writeHead", "abort", "HTTPException", "Response", "json", "send_error",
        "createError", "error", "HttpException", "make_response", "JSONResponse", "JsonResponse", "HttpResponse",
        "PlainTextResponse", "HTMLResponse", "jsonify", "ApiError", "AppError", "HttpError", "HTTPError", "send", "end",
        "throw", "setStatus", "sendError", "newError",
    }
)  # fmt: skip
_STATUS_PAIRS = frozenset({"status", "statusCode", "status_code", "code", "http_status", "httpStatus"})
_REDIRECTS = frozenset(
    {
        "redirect",
        "redirect_to_login",
        "HttpResponseRedirect",
        "RedirectResponse",
        "permanentRedirect",
        "redirectToSignIn",
    }
)
_LOGIN = re.compile(
    r"log_?-?in|sign_?-?in|signin|/auth|\bauthenticate\b|unauthori[sz]ed|account_?-?login|\bsso\b", re.IGNORECASE
)
_REDIRECTING = re.compile(r"(raise|throw)\s+(new\s+)?[\w.]*redirect\w*\(", re.IGNORECASE)
"""An error that sends the caller elsewhere."""
_NAMED_RESPONSES = re.compile(
    r"(unauthori[sz]ed|forbidden|unauthenticated|notauthenticated|permissiondenied|accessdenied|authenticationfailed|"
    r"loginrequired|notauthori[sz]ed|notpermitted|redirect_to_login|handle_no_permission|handle_forbidden|"
    r"redirecttosignin)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])(401|403|404)(?![\w.])|(UNAUTHORIZED|FORBIDDEN|UNAUTHENTICATED)")
_SAID = re.compile(
    r"[\"'`][^\"'`\n]{0,60}?\b((?P<forbidden>forbidden|(permission|access) denied|not (authori[sz]ed|"
    r"permitted)|insufficient permissions?)|unauthori[sz]ed|unauthenticated|not (authenticated|logged in|signed in)|"
    r"(must|need to|please) (be )?(log|sign)(ged|ed)? ?in|(login|authentication) required)\b",
    re.IGNORECASE,
)
"""What an answer says that refuses by its words alone, as server actions do: ``return { error: "Unauthorized" }``."""
_ANSWERS = re.compile(
    r"return\s+(await\s+)?(?!(next|call_next|super|handler|fn|func|callback|view\w*)\s*\()(?!\w+\.get_response)[\w.]+\(",
    re.IGNORECASE,
)
"""What a clause returns that answers the request itself: a response somebody makes, not what the handler returns."""
_WITH_STATUS = re.compile(r",\s*[\w.]*(401|403|404|UNAUTHORIZED|FORBIDDEN)(\.value)?\s*,?\s*\)?\s*\Z")
"""Flask's ``return body, 401``."""
_OWN_OR_404 = re.compile(r"(\w+\.)?a?get_(object|list)_or_404\((?=.*=\s*(self\.)?request\.user\b)", re.DOTALL)
"""Django's way to look for what is the caller's own, and to answer 404 when it is not."""
_MAX_CONDITION = 400
_PLAIN_NAME = re.compile(r"(?<![\w.\"'`/-])[A-Za-z_]\w*(?=\s*[,)])")
_INSERTED = re.compile(r"\$?\{\s*([A-Za-z_]\w*)")
_MAX_TARGET = 200


@dataclass(frozen=True, slots=True)
class Rejection:
    """One place that refuses.

    ``kind``: ``unauthenticated`` (401, login), ``forbidden`` (403), ``hidden`` (404), ``error`` (any other throw).
    ``condition`` is the text of what decides it; ``statement`` its own text; ``start`` its offset.
    """

    kind: Kind
    location: Location
    condition: str
    statement: str
    start: int
    thrown: bool


def rejections(code: Code, start: int, end: int) -> list[Rejection]:
    """Return the refusals in a stretch of code, in order of place; at most one for each statement."""
    found: dict[int, tuple[Kind, bool]] = {}
    for call in code.calls_in(start, end):
        kind = _of_call(code, call.callee, call.arguments_start, call.arguments_end)
        if kind is not None:
            found.setdefault(call.start, (kind, False))
    for pair in code.within(code.facts.pairs, start, end):
        if pair.key in _STATUS_PAIRS:
            kind = _of_value(code.source(pair.value_start, min(pair.value_end, pair.value_start + 80)))
            if kind is not None:
                found.setdefault(pair.start, (kind, False))
    for item in code.within(code.facts.returns, start, end) if code.is_python else ():
        status = _WITH_STATUS.search(code.source(max(item.start, item.end - 60), item.end))
        kind = _of_value(status[0]) if status is not None else None
        if kind is not None and not any(item.start <= at < item.end for at in found):
            found[item.start] = (kind, False)
    for item in code.within(code.facts.raises, start, end):
        text = code.source(item.start, min(item.end, item.start + 300))
        inside = [at for at in found if item.start <= at < item.end]
        kinds = [found.pop(at)[0] for at in inside]
        found[item.start] = (kinds[0] if kinds else _of_raise(text), True)
    for item in code.within(code.facts.returns, start, end):
        said = _SAID.search(plain(code, item.start, min(item.end, item.start + 300)))
        if said is not None and not any(item.start <= at < item.end for at in found):
            found[item.start] = ("forbidden" if said["forbidden"] else "unauthenticated", False)
    return [_rejection(code, at, kind, thrown, start) for at, (kind, thrown) in sorted(found.items())]


def _of_call(code: Code, callee: str, arguments_start: int, arguments_end: int) -> Kind | None:
    last = callee.rpartition(".")[2]
    if _NAMED_RESPONSES.fullmatch(last.removesuffix("Exception").removesuffix("Error").removeprefix("HttpResponse")):
        return "forbidden" if _FORBIDDEN.search(last) else "unauthenticated"
    if last in _REDIRECTS:
        return "unauthenticated" if _LOGIN.search(_target(code, arguments_start, arguments_end)) else None
    if last in _STATUS_CALLS:
        return _of_value(code.source(arguments_start, min(arguments_end, arguments_start + 60)))
    if last.endswith("_or_404") and _OWN_OR_404.match(last + code.source(arguments_start, arguments_end)):
        return "hidden"
    return None


def _target(code: Code, start: int, end: int, *, further: bool = True) -> str:
    """Return where a redirect leads, as text: what it is given, and what the names in there were made of."""
    text = code.source(start, min(end, start + _MAX_TARGET))
    texts = [text]
    for name in _PLAIN_NAME.findall(text):
        binding = code.binding(name, start)
        made = binding.assignment if binding is not None else None
        written = [item for item in code.facts.assignments if item.target == f"{name}.pathname" and item.start < start]
        texts += [
            code.source(item.value_start, min(item.value_end, item.value_start + _MAX_TARGET))
            for item in (written[-1] if written else made,)
            if item is not None and item.value_end
        ]
        if further and made is not None and made.value_end:
            texts += [
                _target(code, one.value_start, one.value_end, further=False)
                for inner in _INSERTED.findall(code.source(made.value_start, made.value_end)[:_MAX_TARGET])
                for one in _made(code, inner, made.start)
            ]
    return "\n".join(texts)


def _made(code: Code, name: str, at: int) -> list[Assignment]:
    binding = code.binding(name, at)
    return [binding.assignment] if binding is not None and binding.assignment is not None else []


def _of_value(text: str) -> Kind | None:
    match = _NUMBER.search(text)
    if match is None:
        return None
    if match[1] == "404":
        return "hidden"
    return "forbidden" if match[1] == "403" or match[2] == "FORBIDDEN" else "unauthenticated"


def _of_raise(text: str) -> Kind:
    if _UNAUTHENTICATED.search(text):
        return "unauthenticated"
    if _FORBIDDEN.search(text):
        return "forbidden"
    if _REDIRECTING.match(text) and _LOGIN.search(text):
        return "unauthenticated"
    return "hidden" if _HIDDEN.search(text) else "error"


def _rejection(code: Code, at: int, kind: Kind, thrown: bool, start: int) -> Rejection:
    line = code.line(at)
    statement = plain(code, at, min(at + 200, len(code.text))).split("\n\n")[0]
    decides = condition(code, at, start)
    if kind == "hidden" and _OWN_OR_404.match(statement):
        decides = f"{statement}\n{decides}"
    return Rejection(kind, Location(code.path, line), decides, statement, at, thrown)


def condition(code: Code, at: int, floor: int) -> str:
    """Return the text of what decides whether the statement at ``at`` runs.

    That is the ``if``s around it (its ``else`` included), else the ``if``s before it in the same function that leave
    early, else the ``try`` whose failure leads to it. ``floor`` is where the stretch under question begins.
    """
    function = code.enclosing_function(at)
    begin = max(floor, function.start if function is not None else floor)
    branches = [item for item in code.within(code.facts.branches, floor, at + 1) if item.start <= at]
    around = [item for item in branches if at < item.end]
    if not around:
        around = [item for item in branches if item.start >= begin and _leaves(code, item)]
    texts = [
        code.source(item.condition_start, min(item.condition_end, item.condition_start + _MAX_CONDITION))
        for item in around
    ]
    texts += [
        code.source(caught.try_start, min(caught.start, caught.try_start + _MAX_CONDITION))
        for caught in code.facts.catches
        if caught.start <= at < caught.end and caught.try_start >= floor
    ]
    return "\n".join(texts)


def plain(code: Code, start: int, end: int) -> str:
    """Return a stretch of the text without comments: what they say is no evidence."""
    parts, at = [], start
    for comment in code.within(code.facts.comments, start, end):
        parts.append(code.source(at, comment.start))
        at = max(at, comment.end)
    return "".join([*parts, code.source(at, max(at, end))])


def _leaves(code: Code, branch: Branch) -> bool:
    inside = code.within(code.facts.returns, branch.then_start, branch.then_end)
    text = code.source(branch.then_start, min(branch.then_end, branch.then_start + 200))
    return bool(inside) or "next(" in text


def _answers(code: Code, leave: Span, start: int, *, decides: bool) -> bool:
    """Tell whether a ``return`` of a clause that begins at ``start`` answers the request, by a name made there too.

    ``decides``: ``false`` is an answer as well.
    """
    text = plain(code, leave.start, leave.end)
    if decides and text.removeprefix("return").strip(" ;") == "false":
        return True
    name = text.removeprefix("return").strip(" ;\n")
    binding = code.binding(name, leave.start) if name.isidentifier() else None
    if binding is not None and binding.assignment is not None and binding.assignment.start >= start:
        text = f"return {plain(code, binding.assignment.value_start, binding.assignment.value_end)}"
    return _ANSWERS.match(text) is not None


def words_an_error(code: Code, call: Call) -> bool:
    """Tell whether a call in a clause is given what the clause caught: it makes an answer of it, and guards nothing."""
    for caught in code.facts.catches:
        if caught.body_start <= call.start < caught.body_end:
            names = re.findall(r"[A-Za-z_]\w*", caught.caught.rpartition(" as ")[2])
            given = code.source(call.arguments_start, call.arguments_end)
            if names and re.search(rf"\b{names[0]}\b", given):
                return True
    return False


def swallowed(code: Code, at: int, *, ends_there: bool = False) -> bool:
    """Tell whether an error thrown at ``at`` is caught in the same function by a clause that goes on regardless.

    ``ends_there``: it also counts as a refusal when the clause ends the function, as it does in a handler whose work
    is all in its ``try``.
    """
    function = code.enclosing_function(at)
    for caught in code.facts.catches:
        if caught.try_start <= at < caught.start and (function is None or caught.try_start >= function.start):
            returned = code.within(code.facts.returns, caught.body_start, caught.body_end)
            nothing_follows = function is not None and not code.calls_in(caught.end, function.body_end)
            if ends_there and (returned or nothing_follows):
                return False
            raised = code.within(code.facts.raises, caught.body_start, caught.body_end)
            decides = function is not None and function.name == "canActivate"
            answers = any(_answers(code, item, caught.body_start, decides=decides) for item in returned)
            return not (raised or answers or rejections(code, caught.body_start, caught.body_end))
    return False
