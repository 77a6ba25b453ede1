"""Weighs refusals: one guards only if it depends on who asks, not on what was sent or how often.

A guard and a handler are read differently. A guard exists to refuse; a handler also refuses wrong passwords and missing
records, so there a refusal must name the caller.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from trustwright.review.link.rejections import Rejection, plain
from trustwright.review.model import Access, GuardVerdict, Location
from trustwright.review.source.code import Code
from trustwright.review.source.facts import Function

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
OTHER_PURPOSE = re.compile(
    r"origin\b|referer|captcha|maintenance|rate_?limit|throttl|too_?many|feature|flag|license|"
    r"subscription|quota|content_?-?type|mimetype|filesize|toggle|read_?only|trusted_?host|allowed_?hosts",
    re.IGNORECASE,
)
_PERSON = (
    r"user|customer|owner|author|account|member|courier|employee|patient|client|creator|profile|person|student|seller|"
    r"buyer|merchant|driver|tenant|organi[sz]ation|org"
)
_SAME_PERSON = re.compile(
    rf"\b[\w.!?]*({_PERSON})[\w!?]*[._]?id\b\W{{0,3}}\s*([!=]==?|is not)\s*[\w.!?]*\bid\b|"
    rf"\b[\w.!?]*({_PERSON})[\w!?]*[._]?id\b\W{{0,3}}\s*([!=]==?|is not)\s*[\w.!?]*({_PERSON})[\w!?]*[._]?id\b",
    re.IGNORECASE,
)
"""Two people's ids compared: whose record it is decides."""
_FORGERY = re.compile(
    r"session(\.get)?[\[(]\s*[\"']\w*(csrf|xsrf|nonce|state)\w*[\"']\s*[\])]|[\w.-]*(csrf|xsrf|nonce)[\w-]*",
    re.IGNORECASE,
)
"""Words about forged requests: a token against those says nothing of who asks."""
_DATABASE = re.compile(
    r"\b\w*db_?session\w*|\bdb\.session\b|\b(Async)?Session\b|\bsession(maker)?\.(query|add(_all)?|commit|execute|scalars?|"
    r"delete|refresh|flush|rollback|exec|merge|get\(\w+,|begin|close|expunge)|\bsession=\w*session\b|"
    r"\b(yield|as)\s+\w*session\b|(?i:\b[\w.]*session_?(maker|local|factory|scope|pool)\w*|\b\w*async_session\w*)"
)
"""A session with a database is no session of a user."""
_HANDLES_PASSWORDS = re.compile(
    r"password|passwd|bcrypt|argon|compare|credentials|otp\b|totp|verification_?code|two_?factor|mfa|reset|"
    r"recaptcha|invalid_?(e-?mail|user)",
    re.IGNORECASE,
)
_OTHER_STATUS = re.compile(
    r"\b(400|402|405|406|409|410|412|413|415|422|423|428|429|5\d\d)\b|BAD_REQUEST|CONFLICT|UNPROCESSABLE|INTERNAL_SERVER|"
    r"NOT_FOUND|ValidationError|BadRequest|Conflict|NotFound"
)
_FAILS = re.compile(
    r"\b(409|415|422|429|5\d\d)\b|CONFLICT|UNPROCESSABLE|INTERNAL_SERVER|UNAVAILABLE|GATEWAY|TIMEOUT|TOO_MANY"
)
"""What a server answers when it fails or is busy, to whomever."""
_CHECKS_WHO = re.compile(
    r"verif|decod|authenti|authori|valid|check|current_?user|get_?(user|session|token|auth)|log_?in|signature|\bauth\w*\(|"
    r"permission|require|ensure|assert|protect|guard",
    re.IGNORECASE,
)
"""What must have been tried for its failure to be about the caller."""
_SIGNS_IN = re.compile(
    r"\b(login_user|loginUser|signIn|sign_in|createSession|create_session|set_access_cookies|create_(access_)?token|jwt\.sign|"
    r"req\.(logIn|login)|session\.regenerate)\(|set_cookie\([^)]{0,80}(session|token)|\b\w*login\(\s*(self\.)?request,|\bauthenticate\(\s*(\w+\.)?(request|username)\b|"
    r"session(\.|\[[\"'])(user|user_?id|uid|account_?id|(is_?)?(admin|authenticated|logged_?in))([\"']\])?\s*=[^=]"
)
"""Calls by which a handler makes somebody known."""
_LETS_BY_ROLE = re.compile(
    r"!?\s*(?:[\w.]*\b(?:is_?)?(?:admin|superuser|staff|moderator)|[\w.?]*\brole\s*[!=]==?\s*[\w.\"']+)(?:\(\w*\))?",
    re.IGNORECASE,
)
"""A condition that asks for a role and nothing else; a 401 that hangs on it refuses by role."""
_ERROR_NAMES = re.compile(
    r"\w*(permission|access|authori[sz]\w*)_?(denied|error|failed)\w*|handle_no_permission", re.IGNORECASE
)
"""Names of errors and answers that say that something is refused, not for want of which right."""
_OWN = re.compile(r"=\s*(self\.)?request\.user\b")
_CURRENT = re.compile(
    r"session|current_?_?(user|account|member|org)|req(uest)?\.(user|auth|session|headers?|cookies)|ctx\.(user|auth|session)|"
    r"\bauth(ed|enticated)?\b|is_?(authenticated|logged|anonymous|signed)|access_?token|bearer|api_?-?key|signature|hmac|"
    r"locals\.user|jwt|viewer|get(Server)?Session|getUser\b|userId\b|user_id\b|authorization|\bsecret\b|cron_?secret",
    re.IGNORECASE,
)

_SETTING = re.compile(
    r"(?<![\w.])(process\.env|import\.meta\.env|env|os\.environ|settings|config)(\.\w+|\[[\"']\w+[\"']\]|\.get\([^)]*\))+"
    r"|(?<![\w.])os\.getenv\([^)]*\)|\b\w*([cC]onfig|[eE]nv)\w*\(\s*[\"'][A-Z][A-Z0-9_]+[\"'][^)]*\)"
)
_LONGEST_SETTING = 120
_ASKS_WHO = re.compile(
    r"(await\s+)?[\w.]*(authenticate|authorize|require|check|verif(y|ied)|validate)\w*"
    r"(request|user|session|auth|token|access|admin|jwt|signature|hmac|webhook)\w*\(",
    re.IGNORECASE,
)
"""A call whose name says that it looks who is there: reason enough to doubt, never to trust."""
_SENT = re.compile(r"\b(body|dto|input|payload)\.\w*(token|code|otp)\b", re.IGNORECASE)
"""A token somebody types in to sign in or to confirm: it is what a handler handles, and says nothing of who asks."""
_CLIENTS = frozenset({"fetch", "axios", "ky", "got", "request", "requests", "httpx", "undici"})
_PASSED_ON = re.compile(
    r"\.get\(\s*[\"'](cookie|authorization)[\"']|headers\.(cookie|authorization)\b|headers\[[\"'](cookie|authorization)[\"']\]",
    re.IGNORECASE,
)
_READS_HEADER = re.compile(
    r"=\s*(await\s+)?\w*(headers?\w*|request|req)\b[\w.()]*(\.get\(|\[|\.)\s*[\"']?authorization\b", re.IGNORECASE
)
_MAX_STEPS = 3
"""How many assignments lead from a header or session to what a handler tests; real chains are shorter."""

NOTHING = GuardVerdict(Access.ABSENT, Access.ABSENT)


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


def doubt_of_strangers(verdict: GuardVerdict) -> GuardVerdict:
    """Take back the verdict of what signs people in: it refuses those it does not know."""
    return doubt("it signs people in, and refuses strangers", verdict.evidence[0])


def weigh(code: Code, item: Rejection, function: Function, *, strict: bool) -> GuardVerdict:
    """Say what one refusal in a function enforces; ``strict`` reads the function as a handler."""
    forgery = _FORGERY.search(item.condition) is not None
    item = replace(item, condition=_about_caller(item.condition), statement=_about_caller(item.statement))
    if forgery and not (IDENTITY.search(item.condition) or ROLE.search(item.condition)):
        return NOTHING
    item = replace(item, condition=_without_settings(code, item.condition, item.start))
    if _translates(code, item):
        return NOTHING
    context = f"{item.condition}\n{item.statement}"
    if item.kind == "error" and (_throws_again(code, item) or _FAILS.search(_thrown(code, item))):
        return NOTHING
    if strict:
        return _weigh_strictly(code, item, function, context)
    if OTHER_PURPOSE.search(context) and not (IDENTITY.search(item.condition) or ROLE.search(item.condition)):
        return NOTHING
    body = _about_caller(plain(code, function.body_start, function.body_end))
    by_identity = bool(IDENTITY.search(context)) or item.kind == "unauthenticated"
    by_role = bool(ROLE.search(_ERROR_NAMES.sub("", context)))
    if item.kind == "unauthenticated":
        return _enforced(item, authorization=_LETS_BY_ROLE.fullmatch(item.condition.strip("() ;")) is not None)
    if item.kind == "forbidden":
        identified = by_identity or bool(IDENTITY.search(body))
        if by_role:
            authentication = Access.ENFORCED if identified else Access.ABSENT
            return GuardVerdict(authentication, Access.ENFORCED, (item.location,))
        return _enforced(item, authorization=False) if identified else NOTHING
    role_asked = bool(ROLE.search(item.condition))
    if (
        item.kind in {"error", "hidden"}
        and item.thrown
        and by_identity
        and (role_asked or IDENTITY.search(item.condition))
    ):
        return _enforced(item, authorization=role_asked)
    return NOTHING


def signs_in(code: Code, function: Function) -> bool:
    """Tell whether a handler makes somebody known: its refusals are about wrong credentials."""
    return _SIGNS_IN.search(plain(code, function.body_start, function.body_end)) is not None


@lru_cache(maxsize=2_000)
def _about_caller(text: str) -> str:
    """Leave out what looks like the caller's identity and is not."""
    lower = text.lower()
    if any(word in lower for word in ("csrf", "xsrf", "nonce", "state")):
        text = _FORGERY.sub("", text)
    return _DATABASE.sub("", text) if "session" in lower else text


def _weigh_strictly(code: Code, item: Rejection, function: Function, context: str) -> GuardVerdict:
    """In a handler, a 401 for a wrong password is no guard: the condition must name who is asking."""
    decides = item.condition if item.kind == "forbidden" else context
    if _HANDLES_PASSWORDS.search(decides) or not item.condition:
        return NOTHING
    if item.kind == "error" and (_has_other_status(code, item) or _passes_on(code, item)):
        return NOTHING
    if _passes_on(code, item) and not _CHECKS_WHO.search(item.condition):
        return NOTHING
    if item.kind in {"forbidden", "hidden"} and _SAME_PERSON.search(item.condition):
        known = item.kind == "forbidden" and _names_caller(code, item.condition, item.start)
        return GuardVerdict(Access.ENFORCED if known else Access.ABSENT, Access.ENFORCED, (item.location,))
    if not _names_caller(code, item.condition, item.start):
        return NOTHING
    if _goes_on_to_login(code, item, function):
        return NOTHING
    if item.kind == "unauthenticated":
        return _enforced(item, authorization=False)
    owner = bool(ROLE.search(item.condition) or _OWN.search(item.condition))
    if item.kind == "forbidden":
        return _enforced(item, authorization=owner)
    if item.kind == "hidden":
        reason = "it answers that nothing is there; whether it does so to everyone without an identity is not known"
        return GuardVerdict(Access.UNKNOWN, Access.ENFORCED, (item.location,), reason) if owner else NOTHING
    return _enforced(item, authorization=owner) if _CURRENT.search(item.condition) else NOTHING


def _translates(code: Code, item: Rejection) -> bool:
    """Tell whether a refusal only puts an error that something else threw into an answer (``if (e instanceof X)``)."""
    for caught in code.facts.catches:
        if caught.body_start <= item.start < caught.body_end:
            names = re.findall(r"[A-Za-z_]\w*", caught.caught.rpartition(" as ")[2])
            branches = [one for one in code.branches_around(item.start) if one.start >= caught.body_start]
            tests = " ".join(code.source(one.condition_start, one.condition_end) for one in branches)
            if names and re.search(rf"\b{names[0]}\b", tests):
                return True
    return False


def _without_settings(code: Code, condition: str, at: int) -> str:
    """Return a condition without what it takes from settings: a missing key refuses everybody, whoever asks."""
    condition = _SETTING.sub("", condition)
    for name in dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", condition)):
        if not code.is_python and re.search(rf"^(export )?let {name}\b".encode(), code.text, re.MULTILINE):
            condition = re.sub(rf"(?<![\w.]){name}\b(?!\s*[(.\[])", "", condition)  # the module's own, whoever asks
        binding = code.binding(name, at)
        if binding is not None and binding.assignment is not None and binding.assignment.value_end:
            made = plain(code, binding.assignment.value_start, binding.assignment.value_end)
            if len(made) < _LONGEST_SETTING and _SETTING.match(made) and not _CURRENT.search(_SETTING.sub("", made)):
                condition = re.sub(rf"(?<![\w.]){name}\b", "", condition)
    return condition


def _goes_on_to_login(code: Code, item: Rejection, function: Function) -> bool:
    """Tell whether a handler always ends with a redirect to the login page, after its work: that refuses nobody."""
    if "redirect" not in item.statement.partition("(")[0].lower():
        return False
    blocks = [(one.start, one.end) for one in code.facts.branches if one.start >= function.start]
    blocks += [(one.start, one.end) for one in code.facts.catches if one.start >= function.start]
    if any(start <= item.start < end for start, end in blocks):
        return False
    return all(end > item.start or code.calls_in(end, item.start) for _, end in blocks)


def _has_other_status(code: Code, item: Rejection) -> bool:
    """Tell whether what is thrown says itself that the request was bad, not the caller."""
    return _OTHER_STATUS.search(_thrown(code, item)) is not None


def _thrown(code: Code, item: Rejection) -> str:
    return " ".join(
        code.source(one.start, one.end) for one in code.within(code.facts.raises, item.start, item.start + 1)
    )


def _throws_again(code: Code, item: Rejection) -> bool:
    """Tell whether a clause only throws on what it caught: whoever threw it first decides."""
    thrown = re.sub(r"^(raise|throw)\b|;$", "", _thrown(code, item)).strip()
    caught = [one.caught for one in code.facts.catches if one.body_start <= item.start < one.body_end]
    return bool(caught) and (not thrown or re.search(rf"\b{re.escape(thrown)}$", caught[-1]) is not None)


def _passes_on(code: Code, item: Rejection) -> bool:
    """Tell whether an error answers another error: it stands in an ``except`` and no ``if`` decides it there."""
    around = [one for one in code.facts.catches if one.body_start <= item.start < one.body_end]
    return any(not any(b.start >= one.body_start for b in code.branches_around(item.start)) for one in around)


def _names_caller(code: Code, text: str, at: int, depth: int = 0) -> bool:
    """Tell whether a text is about the caller: it says so, or a variable in it comes from the session or a header."""
    text = _SENT.sub("", text)
    if _CURRENT.search(text):
        return True
    for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", text)) if depth < _MAX_STEPS else ():
        binding = code.binding(name, at)
        if binding is not None and binding.assignment is not None and binding.assignment.value_end:
            value = binding.assignment
            made = plain(code, value.value_start, min(value.value_end, value.value_start + 200))
            if not _HANDLES_PASSWORDS.search(made) and _names_caller(code, made, value.start, depth + 1):
                return True
    return False


def leaves_early(code: Code, function: Function) -> int | None:
    """Return where a function leaves after it asked who is there, in words that need not mean a refusal.

    ``const result = await authenticate(request); if (!result.ok) return answer(result)`` may well refuse.
    """
    for branch in code.within(code.facts.branches, function.body_start, function.body_end):
        if not code.within(code.facts.returns, branch.then_start, branch.then_end):
            continue
        asked = code.source(branch.condition_start, branch.condition_end)
        if _ASKS_WHO.match(asked.lstrip("( !")) and not _HANDLES_PASSWORDS.search(asked):
            return branch.start
        for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", asked)):
            binding = code.binding(name, branch.start)
            if binding is not None and binding.assignment is not None and binding.assignment.value_end:
                made = plain(code, binding.assignment.value_start, binding.assignment.value_end)
                if _ASKS_WHO.match(made) and not _HANDLES_PASSWORDS.search(made):
                    return branch.start
    return None


def forwards(code: Code, function: Function) -> bool:
    """Tell whether a function hands the caller's cookie or authorization on to another server, which may refuse.

    A handler that reads the header and refuses nobody itself gives it to something that does.
    """
    calls = code.calls_in(function.body_start, function.body_end)
    body = plain(code, function.body_start, function.body_end)
    if not any(call.callee.partition(".")[0] in _CLIENTS for call in calls):
        return _READS_HEADER.search(body) is not None
    return _PASSED_ON.search(plain(code, function.body_start, function.body_end)) is not None


def _enforced(item: Rejection, *, authorization: bool) -> GuardVerdict:
    return GuardVerdict(Access.ENFORCED, Access.ENFORCED if authorization else Access.ABSENT, (item.location,))
