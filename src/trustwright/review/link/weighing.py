"""Weighs refusals: one guards only if it depends on who asks, not on what was sent or how often.

A guard and a handler are read differently. A guard exists to refuse; a handler also refuses wrong passwords and missing
records, so there a refusal must name the caller.
"""

import re
from dataclasses import replace

from trustwright.review.link.rejections import Rejection, plain
from trustwright.review.model import Access, GuardVerdict
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
_FORGERY = re.compile(r"\w*(csrf|xsrf)\w*", re.IGNORECASE)
"""Words about forged requests: a token against those says nothing of who asks."""
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

NOTHING = GuardVerdict(Access.ABSENT, Access.ABSENT)


def weigh(code: Code, item: Rejection, function: Function, *, strict: bool) -> GuardVerdict:
    """Say what one refusal in a function enforces; ``strict`` reads the function as a handler."""
    item = replace(item, condition=_FORGERY.sub("", item.condition), statement=_FORGERY.sub("", item.statement))
    context = f"{item.condition}\n{item.statement}"
    if strict:
        return _weigh_strictly(code, item, context)
    if OTHER_PURPOSE.search(context) and not (IDENTITY.search(item.condition) or ROLE.search(item.condition)):
        return NOTHING
    body = _FORGERY.sub("", plain(code, function.body_start, function.body_end))
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


def _weigh_strictly(code: Code, item: Rejection, context: str) -> GuardVerdict:
    """In a handler, a 401 for a wrong password is no guard: the condition must name who is asking."""
    if _HANDLES_PASSWORDS.search(context) or not item.condition:
        return NOTHING
    current = _names_caller(code, item)
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


def _names_caller(code: Code, item: Rejection) -> bool:
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
