"""Functions whose answer decides."""

import pytest

from trustwright.review.link.answers import decided
from trustwright.review.model import Access
from trustwright.review.source import python
from trustwright.review.source.code import Code


@pytest.mark.parametrize(
    ("text", "authentication", "authorization"),
    [
        ("def test(user): return user.is_authenticated", "enforced", "absent"),
        ("def test(user): return user.is_staff", "enforced", "enforced"),
        ("test = lambda u: u.has_perm('shop.change_order')", "enforced", "enforced"),
        ("def test(user): return color(user)", "absent", "absent"),
        ("def test(user): return True", "absent", "absent"),
    ],
)
def test_a_test_of_a_user(text: str, authentication: str, authorization: str) -> None:
    """What is asked of the user counts; that it is a user does not."""
    data = text.encode()
    code = Code("a.py", "python", "production", python.extract(data), lambda: data)
    verdict = decided(code, code.facts.functions[0], lambda _code, _at: True, user=True)
    assert (str(verdict.authentication), str(verdict.authorization)) == (authentication, authorization)
    assert bool(verdict.evidence) == (verdict.authentication is Access.ENFORCED)


def test_an_answer_that_does_not_run_decides_nothing() -> None:
    """Parts that do not run for a route are passed over."""
    data = b"def has_permission(self, request):\n    return request.user.is_staff\n"
    code = Code("a.py", "python", "production", python.extract(data), lambda: data)
    verdict = decided(code, code.facts.functions[0], lambda _code, _at: False)
    assert verdict.authentication is Access.ABSENT
