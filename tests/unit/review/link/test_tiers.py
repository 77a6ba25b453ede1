"""Which environment the words and triggers of a pipeline speak of."""

import pytest

from trustwright.review.link.delivery import Tier, Trigger
from trustwright.review.link.tiers import (
    tier_of_branches,
    tier_of_condition,
    tier_of_environment,
    tier_of_triggers,
    tier_of_words,
)
from trustwright.review.model import Location


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("Deploy to production", Tier.PRODUCTION),
        ("deploy-prod.yml", Tier.PRODUCTION),
        ("DATABASE_URL_PROD", Tier.PRODUCTION),
        ("pre-prod", Tier.STAGING),
        ("non_production", Tier.STAGING),
        ("--env staging", Tier.STAGING),
        ("Deploy (dev)", Tier.STAGING),
        ("preview-42", Tier.PREVIEW),
        ("perf-deploy", Tier.STAGING),
        ("deploy-lambda-test", Tier.STAGING),
        ("deploy and test", Tier.UNKNOWN),
        ("test-and-deploy", Tier.UNKNOWN),
        ("product page", Tier.UNKNOWN),
        ("device", Tier.UNKNOWN),
        ("release", Tier.UNKNOWN),
    ],
)
def test_words(words: str, tier: Tier) -> None:
    assert tier_of_words(words) is tier


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("Production", Tier.PRODUCTION),
        ("test", Tier.STAGING),
        ("${{ inputs.environment }}", Tier.UNKNOWN),
        ("eu", Tier.UNKNOWN),
    ],
)
def test_environments(name: str, tier: Tier) -> None:
    assert tier_of_environment(name) is tier


@pytest.mark.parametrize(
    ("branches", "tier"),
    [
        (["main"], Tier.PRODUCTION),
        (["release/*", "x"], Tier.PRODUCTION),
        (["develop", "staging"], Tier.STAGING),
        (["develop", "x"], Tier.UNKNOWN),
        (["feature/main"], Tier.UNKNOWN),
        ([], Tier.UNKNOWN),
    ],
)
def test_branches(branches: list[str], tier: Tier) -> None:
    assert tier_of_branches(branches) is tier


@pytest.mark.parametrize(
    ("condition", "tier"),
    [
        ("github.ref == 'refs/heads/main'", Tier.PRODUCTION),
        ("startsWith(github.ref, 'refs/tags/v')", Tier.PRODUCTION),
        ("github.ref_name == 'develop'", Tier.STAGING),
        ("github.ref != 'refs/heads/main'", Tier.UNKNOWN),
        ("github.event_name == 'pull_request'", Tier.PREVIEW),
        ('$CI_COMMIT_BRANCH == "main"', Tier.PRODUCTION),
        ("$CI_COMMIT_TAG", Tier.PRODUCTION),
        ("inputs.ENVIRONMENT == 'staging'", Tier.STAGING),
        ("inputs.env == 'staging' || inputs.env == 'production'", Tier.UNKNOWN),
        ("success()", Tier.UNKNOWN),
    ],
)
def test_conditions(condition: str, tier: Tier) -> None:
    assert tier_of_condition(condition) is tier


def trigger(event: str, *branches: str, tags: tuple[str, ...] = ()) -> Trigger:
    return Trigger(event, Location("ci.yml", 1), branches, tags)


@pytest.mark.parametrize(
    ("triggers", "tier"),
    [
        ([trigger("push", "main")], Tier.PRODUCTION),
        ([trigger("push")], Tier.PRODUCTION),
        ([trigger("push", tags=("v*",))], Tier.PRODUCTION),
        ([trigger("release")], Tier.PRODUCTION),
        ([trigger("push", "develop"), trigger("workflow_dispatch")], Tier.STAGING),
        ([trigger("pull_request")], Tier.PREVIEW),
        ([trigger("workflow_dispatch")], Tier.UNKNOWN),
        ([], Tier.UNKNOWN),
    ],
)
def test_triggers(triggers: list[Trigger], tier: Tier) -> None:
    assert tier_of_triggers(triggers) is tier


@pytest.mark.parametrize(
    ("names", "tier"),
    [
        (("dev", "prod"), Tier.PRODUCTION),
        (("dev", "tenant-1"), Tier.STAGING),
        (("eu", "us"), Tier.UNKNOWN),
    ],
)
def test_what_a_person_may_choose_from(names: tuple[str, ...], tier: Tier) -> None:
    chosen = Trigger("workflow_dispatch", Location("ci.yml", 1), environments=names)
    assert tier_of_triggers([chosen]) is tier
