"""Judges functions whose answer decides: ``has_permission``, ``canActivate``, a test given to ``user_passes_test``."""

import re
from collections.abc import Callable

from trustwright.review.link.weighing import IDENTITY, NOTHING, OTHER_PURPOSE, ROLE
from trustwright.review.model import Access, GuardVerdict
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function


def decided(code: Code, function: Function, runs: Callable[[Code, int], bool], *, user: bool = False) -> GuardVerdict:
    """Judge what a function returns: ``return user.is_staff`` refuses when it is false.

    Args:
        code: the file of the function.
        function: the function, a lambda too.
        runs: tells whether what stands at an offset runs for the route in question.
        user: True when the function is given a user: naming it is no test, and any test of it asks who is there.
    """
    returned = []
    for item in code.within(code.facts.returns, function.body_start, function.body_end):
        text = code.source(item.start, item.end).removeprefix("return").strip().removeprefix("await ").rstrip(";")
        if text.lower() not in {"true", ""} and not text.startswith("super.") and runs(code, item.start):
            returned.append(item.start)
    if code.source(function.start, function.start + len("lambda")) == "lambda":
        returned.append(function.body_start)
    if not returned:
        return NOTHING
    whole = code.source(function.body_start, function.body_end)
    for parameter in code.parameters(function) if user else ():
        whole = re.sub(rf"\b{re.escape(parameter.name)}\b", "", whole)
    roles = bool(ROLE.search(whole)) and not OTHER_PURPOSE.search(whole)
    identity = bool(IDENTITY.search(whole)) or (user and roles)
    if not (roles or identity):
        return NOTHING
    return GuardVerdict(
        Access.ENFORCED if identity else Access.ABSENT,
        Access.ENFORCED if roles else Access.ABSENT,
        (code.location(returned[-1]),),
    )


def function_given(call: Expression) -> Expression | None:
    """Return the function that a call is given to go on with."""
    return next((item for item in call.arguments if item.kind == "function"), None)
