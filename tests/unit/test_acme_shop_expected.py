"""The expectations of the example shop name places that exist, and cover every rule both ways."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests import acme_shop
from trustwright.review import settings

RULES = """
route-without-authentication route-without-authorization sensitive-action-without-audit hard-delete audit-log-mutable
weak-password-hash insecure-session-cookie jwt-misuse hardcoded-secret default-credentials wildcard-permission
tls-verification-disabled tls-version-too-low database-without-tls cleartext-transport sensitive-field-stored-plain
weak-cryptography missing-security-headers storage-without-encryption key-rotation-disabled public-exposure
error-swallowed sensitive-data-logged internal-error-exposed no-alerting no-metrics log-retention-too-short
audit-trail-disabled debug-enabled no-dependency-scanning incident-plan-incomplete
deploy-without-approval deploy-without-tests deploy-without-security-scan deploy-without-rollback unpinned-action
dangerous-workflow-trigger review-not-enforced migration-without-rollback
no-health-check no-autoscaling backup-not-configured deletion-protection-off production-data-in-development
input-not-validated
"""


@pytest.fixture(scope="module")
def shop(root: Path) -> Path:
    return root / "examples" / "acme-shop"


@pytest.fixture(scope="module")
def expected(root: Path) -> acme_shop.Expected:
    return acme_shop.load(root)


def places(expected: acme_shop.Expected) -> Iterator[tuple[str, acme_shop.Place]]:
    for rule, kinds in expected.rules.items():
        for place in (*kinds.fires, *kinds.silent, *kinds.either):
            yield rule, place
            for other in place.alternatives:
                yield rule, other
    for place in expected.settings:
        yield "settings", place


def test_every_rule_has_a_place_that_fires_and_one_that_does_not(expected: acme_shop.Expected) -> None:
    rules = RULES.split()
    assert len(rules) == 45
    assert set(rules) <= set(expected.rules)
    assert [rule for rule, kinds in expected.rules.items() if not (kinds.fires and kinds.silent)] == []


def test_every_place_exists_and_is_found_once(expected: acme_shop.Expected, shop: Path) -> None:
    wrong = []
    for rule, place in places(expected):
        if not (shop / place.path).exists():
            wrong.append(f"{rule}: {place.path} does not exist")
            continue
        try:
            place.lines(shop)
        except (ValueError, OSError) as error:
            wrong.append(f"{rule}: {error}")
    assert wrong == []


def test_every_place_says_why(expected: acme_shop.Expected) -> None:
    kinds = [kind for rule in expected.rules.values() for kind in (*rule.fires, *rule.silent, *rule.either)]
    assert [place for place in (*kinds, *expected.settings) if not place.why] == []


def test_no_place_must_both_fire_and_be_silent(expected: acme_shop.Expected, shop: Path) -> None:
    torn = []
    for rule, kinds in expected.rules.items():
        for fires in kinds.fires:
            for line in fires.lines(shop) or (1,):
                torn += [(rule, fires.path, line) for quiet in kinds.silent if quiet.holds(shop, fires.path, line)]
    assert torn == []


def test_the_routes_are_distinct_and_their_files_exist(expected: acme_shop.Expected, shop: Path) -> None:
    names = [(route.method, route.path) for route in expected.routes]
    assert len(names) == len(set(names))
    assert [route.file for route in expected.routes if not (shop / route.file).is_file()] == []


def test_every_declared_route_stands_in_the_code(expected: acme_shop.Expected, shop: Path) -> None:
    # A count of declarations, so that a route added to the shop without a verdict is noticed.
    patterns = {
        "api/src": r"^\w+\.(?:get|post|put|patch|delete)\('/",
        "fulfilment/app": r"^@router\.(?:get|post|put|patch|delete)\(",
    }
    for folder, pattern in patterns.items():
        files = sorted(path for path in (shop / folder).rglob("*") if path.suffix in {".ts", ".py"})
        declared = sum(len(re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)) for path in files)
        assert declared == sum(route.file.startswith(folder) for route in expected.routes), folder


def test_public_verdicts_agree_with_the_shops_settings(expected: acme_shop.Expected, shop: Path) -> None:
    declared = settings.load(shop, as_of=date(2026, 11, 1))
    for route in expected.routes:
        if route.authentication == "declared-public":
            assert declared.public_route(route.method, route.path), route
        if route.authentication == "absent":
            assert declared.public_route(route.method, route.path) is None, route


@pytest.mark.parametrize(
    ("text", "to", "message"),
    [
        ("nowhere in it", "", "0 times"),
        ("import", "", "times"),
        ("app.use(errorHandler)", "const app", "comes before"),
        ("", "const app", "without"),
    ],
)
def test_a_wrong_place_is_refused(shop: Path, text: str, to: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        acme_shop.Place(path="api/src/app.ts", text=text, to=to).lines(shop)


def test_a_place_holds_its_own_lines_only(shop: Path) -> None:
    place = acme_shop.Place(path="api/src/app.ts", text="app.get('/metrics'", to="app.use(errorHandler)")
    first, last = place.lines(shop)[0], place.lines(shop)[-1]
    assert place.holds(shop, "api/src/app.ts", first)
    assert place.holds(shop, "api/src/app.ts", last)
    assert not place.holds(shop, "api/src/app.ts", last + 1)
    assert not place.holds(shop, "api/src/server.ts", first)
    assert acme_shop.Place(path="api").holds(shop, "api/src/app.ts", 1)
    assert not acme_shop.Place(path="api").holds(shop, "apis/app.ts", 1)


def test_findings_are_compared_with_the_places(expected: acme_shop.Expected, shop: Path) -> None:
    weak = expected.rules["weak-cryptography"]
    right = [(place.path, place.lines(shop)[0]) for place in weak.fires]
    assert weak.mistakes(shop, right) == []
    assert weak.mistakes(shop, right[1:]) == [
        "missed api/src/services/partner-tokens.ts \"createHash('md5')\": A signature made of MD5."
    ]
    assert weak.mistakes(shop, [*right, ("api/src/lib/crypto.ts", 1), ("README.md", 1)]) == [
        "not listed: README.md:1",
        "must be silent at api/src/lib/crypto.ts:1: AES-256-GCM, HMAC-SHA-256, SHA-256.",
    ]


def test_an_alternative_place_counts_and_either_is_no_mistake(expected: acme_shop.Expected, shop: Path) -> None:
    deletes = expected.rules["hard-delete"]
    found = [(one.path, one.lines(shop)[0]) for place in deletes.fires for one in (place.alternatives or (place,))] + [
        (place.path, place.lines(shop)[0]) for place in deletes.either
    ]
    assert deletes.mistakes(shop, found) == []
