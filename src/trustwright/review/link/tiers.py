"""Where a deployment goes, judged by the words people use for environments and by what starts the pipeline."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from trustwright.review.link.delivery import Tier, Trigger

_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")
# Read in this order: "pre-prod" and "non-production" hold the word production and mean the opposite.
_WORDS: Final = (
    (re.compile(r"\b(?:pre ?prod(?:uction)?|non ?prod(?:uction)?)\b"), Tier.STAGING),
    (re.compile(r"\b(?:prod|production|prd|live)\b"), Tier.PRODUCTION),
    (re.compile(r"\b(?:preview|previews|ephemeral|review app|pr)\b"), Tier.PREVIEW),
    (
        re.compile(
            r"\b(?:staging|stage|stg|uat|qa|dev|develop|development|sandbox|nightly|demo|testing|perf|performance)\b"
            r"|\bdeploy(?:ment)?(?: to)?(?: (?!and\b)\w+)? test$"
        ),
        Tier.STAGING,
    ),
)
_ENVIRONMENT_WORDS: Final = (*_WORDS, (re.compile(r"\b(?:tests?|ci|canary|integration|load)\b"), Tier.STAGING))
_PRODUCTION_BRANCH: Final = re.compile(r"(?:main|master|trunk|prod|production|live|release|stable)(?:$|[/*_-].*)")
_STAGING_BRANCH: Final = re.compile(
    r"(?:dev|develop|development|staging|stage|qa|uat|test|next|beta|preview)(?:$|[/*_-].*)"
)
_REF: Final = re.compile(
    r"refs/heads/([\w./*-]+)|github\.ref_name\s*==\s*'([^']+)'|CI_COMMIT_BRANCH\s*==\s*\"([^\"]+)\""
)
_NAMED: Final = re.compile(r"inputs\.\w*(?:env|stage|target)\w*\s*==\s*'([\w-]+)'", re.IGNORECASE)
_TAG_REF: Final = re.compile(r"refs/tags/|CI_COMMIT_TAG|ref_type\s*==\s*'tag'")
_PULL_REQUEST: Final = re.compile(r"event_name\s*==\s*'pull_request'|merge_request_event")
_NO_PULL_REQUEST: Final = re.compile(r"event_name\s*!=\s*'pull_request'")
_PULL_EVENTS: Final = frozenset({"pull_request", "pull_request_target", "merge_request"})


def tier_of_words(text: str) -> Tier:
    """Return the environment that ``text`` (a command, a name) speaks of, UNKNOWN when it speaks of none."""
    return _first(text, _WORDS)


def tier_of_environment(name: str) -> Tier:
    """Return what the environment called ``name`` is; UNKNOWN when it is called something else or by a variable."""
    return Tier.UNKNOWN if "$" in name else _first(name, _ENVIRONMENT_WORDS)


def _first(text: str, table: Iterable[tuple[re.Pattern[str], Tier]]) -> Tier:
    words = _SEPARATORS.sub(" ", text.lower())
    return next((tier for pattern, tier in table if pattern.search(words)), Tier.UNKNOWN)


def tier_of_condition(condition: str) -> Tier:
    """Return where a job goes whose condition names a branch, a tag or an event."""
    if _PULL_REQUEST.search(condition):
        return Tier.PREVIEW
    named = [tier_of_environment(match[1]) for match in _NAMED.finditer(condition)]
    if len(named) == 1:
        return named[0]
    branches = [match[1] or match[2] or match[3] for match in _REF.finditer(condition)]
    if not branches and _TAG_REF.search(condition):
        return Tier.PRODUCTION
    return tier_of_branches(branches) if "!=" not in condition else Tier.UNKNOWN


def tier_of_branches(branches: Sequence[str]) -> Tier:
    """Return where a change of one of ``branches`` goes: PRODUCTION when one of them is a main or release branch."""
    if any(_PRODUCTION_BRANCH.fullmatch(branch) for branch in branches):
        return Tier.PRODUCTION
    return Tier.STAGING if branches and all(_STAGING_BRANCH.fullmatch(branch) for branch in branches) else Tier.UNKNOWN


def tier_of_triggers(triggers: Sequence[Trigger]) -> Tier:
    """Return where a pipeline goes that only its triggers tell of."""
    pushes = [trigger for trigger in triggers if trigger.event in {"push", "release", "create"}]
    if not pushes:
        chosen = {tier_of_environment(name) for trigger in triggers for name in trigger.environments}
        if Tier.PRODUCTION in chosen or Tier.STAGING in chosen:
            return Tier.PRODUCTION if Tier.PRODUCTION in chosen else Tier.STAGING
        only_pulls = bool(triggers) and all(trigger.event in _PULL_EVENTS for trigger in triggers)
        return Tier.PREVIEW if only_pulls else Tier.UNKNOWN
    if any(trigger.event == "release" or trigger.tags or not trigger.branches for trigger in pushes):
        return Tier.PRODUCTION
    return tier_of_branches([branch for trigger in pushes for branch in trigger.branches])


def first_known(tiers: Iterable[Tier]) -> Tier:
    """Return the first tier that is not UNKNOWN, or UNKNOWN."""
    return next((tier for tier in tiers if tier is not Tier.UNKNOWN), Tier.UNKNOWN)


def without_pull_requests(condition: str) -> bool:
    """Tell whether a condition leaves pull requests out."""
    return bool(_NO_PULL_REQUEST.search(condition))
