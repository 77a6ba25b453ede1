"""The table of known guards: every entry is whole, and names are found with or without calls."""

from trustwright.review.link.known import known_guards
from trustwright.review.model import Access, Location


def test_names_are_found_however_they_are_used() -> None:
    """Called, attached, or by the module's wildcard."""
    known = known_guards()
    for name in ("passport.authenticate", "passport.authenticate()", "@nestjs/throttler.ThrottlerGuard"):
        assert known.find(name) is not None, name
    assert known.find("passport.unheard_of") is None


def test_every_entry_names_its_source() -> None:
    """A known guard without documentation behind it would be an opinion."""
    for name, entry in known_guards()._entries.items():
        assert entry.library, name
        assert entry.versions, name
        assert entry.source.startswith("https://"), name
        assert entry.provides <= {"authentication", "authorization"}, name


def test_a_verdict_rests_on_the_use() -> None:
    """The evidence of a library's guard is the line where it is attached."""
    entry = known_guards().find("flask_login.login_required")
    assert entry is not None
    verdict = entry.verdict(Location("views.py", 7))
    assert verdict.authentication is Access.ENFORCED
    assert verdict.authorization is Access.ABSENT
    assert verdict.evidence == (Location("views.py", 7),)


def test_a_call_may_switch_its_check_off() -> None:
    """A token decoded without looking at its signature proves nothing."""
    entry = known_guards().find("jwt.decode")
    assert entry is not None
    assert entry.disarmed("jwt.decode(token, options={'verify_signature': False})")
    assert not entry.disarmed("jwt.decode(token, key, algorithms=['RS256'])")


def test_a_way_to_sign_in_guards_nothing_yet() -> None:
    """Passport's strategies for passwords and for other companies' accounts let strangers become known."""
    entry = known_guards().find("passport.authenticate")
    assert entry is not None
    where = Location("app.js", 3)
    assert entry.verdict(where, "passport.authenticate('local')").authentication is Access.UNKNOWN
    assert entry.verdict(where, "passport.authenticate( 'google', { scope })").authentication is Access.UNKNOWN
    assert entry.verdict(where, "passport.authenticate('jwt')").authentication is Access.ENFORCED
