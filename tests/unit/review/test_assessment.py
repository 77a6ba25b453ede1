"""A row never claims more than was seen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.reports.samples import OPEN_ROUTE, SWALLOWED, finding
from trustwright.catalog import load_catalog
from trustwright.review.assessment import applies, assess, gap, status
from trustwright.review.model import ControlStatus, CriterionAssessment, Population, Rule, RuleResult, Severity

# From worst to best: what a reader may rely on grows.
ORDER = [
    ControlStatus.NON_COMPLIANT,
    ControlStatus.NOT_ASSESSED,
    ControlStatus.PARTIAL,
    ControlStatus.COMPLIANT,
]
ROUTES = replace(OPEN_ROUTE, criteria=("CC6.1",))


def result(met: int = 0, unknown: int = 0, *, unmet: int = 0, aside: int = 0, rule: Rule = ROUTES) -> RuleResult:
    """Return a result with ``unmet`` findings of the rule's own severity and ``aside`` suppressed ones."""
    findings = tuple(finding(rule, line) for line in range(1, unmet + 1))
    return RuleResult(rule, Population(met + unknown + unmet + aside, met, unknown), findings)


def row(*results: RuleResult, criterion: str = "CC6.1") -> CriterionAssessment:
    """Return the row of one criterion."""
    rows = assess(results, load_catalog(), ["security"])
    return next(one for one in rows if one.criterion == criterion)


few = st.integers(0, 4)
rules = st.builds(
    lambda severity, noun: replace(ROUTES, severity=severity, population=noun),
    st.sampled_from(Severity),
    st.sampled_from(["routes", "buckets"]),
)
some = st.lists(
    st.builds(
        lambda met, unknown, unmet, aside, rule: result(met, unknown, unmet=unmet, aside=aside, rule=rule),
        few,
        few,
        few,
        few,
        rules,
    ),
    max_size=4,
)


def test_every_criterion_in_scope_has_a_row_and_no_other() -> None:
    rows = assess([], load_catalog(), ["availability"])
    assert len(rows) == 33 + 3
    assert {one.status for one in rows} == {ControlStatus.NOT_ASSESSED}
    assert all(one.evidence_needed and one.evidence_needed[0] in one.gap for one in rows)


@pytest.mark.parametrize(
    ("seen", "state", "said"),
    [
        ([result()], ControlStatus.NOT_ASSESSED, "none seen: routes; would settle it: paper and 1 more below"),
        ([], ControlStatus.NOT_ASSESSED, "nothing read speaks to it; would settle it: paper and 1 more below"),
        ([result(unknown=2)], ControlStatus.NOT_ASSESSED, "none of 2 routes could be judged; would settle it: paper"),
        ([result(4)], ControlStatus.COMPLIANT, "no objection in 4 of 4 routes"),
        ([result(4, 3)], ControlStatus.PARTIAL, "3 unknown of 7 routes"),
        ([result(4, aside=1)], ControlStatus.PARTIAL, "1 set aside of 5 routes"),
        ([result(aside=1)], ControlStatus.PARTIAL, "1 set aside of 1 routes"),
        (
            [result(39, 3, unmet=9), result(2, 1, rule=replace(SWALLOWED))],
            ControlStatus.NON_COMPLIANT,
            "9 of 51 routes accept anonymous requests (3 unknown); 1 unknown of 3 other error handlers",
        ),
        ([result(1, unmet=2, rule=SWALLOWED)], ControlStatus.PARTIAL, "2 of 3 error handlers: error swallowed"),
    ],
)
def test_the_gap_states_its_denominators(seen: list[RuleResult], state: ControlStatus, said: str) -> None:
    assert status(seen) is state
    assert gap(seen, ["paper", "more paper"]).startswith(said)


def test_a_gap_names_the_worst_and_counts_the_rest() -> None:
    seen = [
        result(unmet=1, rule=replace(SWALLOWED, module=f"rules.rule_{number}", severity=severity))
        for number, severity in enumerate((Severity.LOW, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.LOW))
    ]
    said = gap(seen, [])
    assert said.endswith("; 2 more objections")
    assert gap(seen[:4], []).endswith("; 1 more objection")
    assert said.count("error swallowed") == 3


def test_rules_that_look_at_the_same_things_count_them_once() -> None:
    assert (
        gap([result(51), result(51), result(7, rule=SWALLOWED)], [])
        == "no objection in 51 of 51 routes, 7 of 7 error handlers"
    )


def test_the_priority_is_the_worst_open_severity() -> None:
    mild = result(unmet=1, rule=replace(ROUTES, severity=Severity.LOW))
    assert row(mild, result(unmet=1)).priority is Severity.CRITICAL
    assert row(mild).priority is Severity.LOW
    assert row(result(1, 1)).priority is None


def test_a_rule_applies_when_one_of_its_criteria_is_in_scope() -> None:
    availability = replace(ROUTES, criteria=("A1.2",))
    assert applies(availability, load_catalog(), ["availability"])
    assert not applies(availability, load_catalog(), ["privacy"])
    assert applies(ROUTES, load_catalog(), ["privacy"])


@given(some, st.randoms(use_true_random=False))
def test_the_order_of_results_does_not_matter(seen: list[RuleResult], dice: object) -> None:
    shuffled = list(seen)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert (row(*shuffled).status, row(*shuffled).population) == (row(*seen).status, row(*seen).population)


@given(some, st.integers(1, 3))
def test_an_unknown_never_improves_a_status(seen: list[RuleResult], unknown: int) -> None:
    assert ORDER.index(status([*seen, result(unknown=unknown)])) <= ORDER.index(status(seen))


@given(some, rules)
def test_an_objection_never_improves_a_status(seen: list[RuleResult], rule: Rule) -> None:
    before, after = status(seen), status([*seen, result(unmet=1, rule=rule)])
    if before is ControlStatus.NOT_ASSESSED:  # something has been seen now, and it was wrong
        assert after in {ControlStatus.NON_COMPLIANT, ControlStatus.PARTIAL}
    else:
        assert ORDER.index(after) <= ORDER.index(before)


@given(some)
def test_compliant_means_all_of_something_was_met(seen: list[RuleResult]) -> None:
    made = row(*seen)
    whole = made.population.examined > 0 and made.population.met == made.population.examined
    assert (made.status is ControlStatus.COMPLIANT) == whole
    assert (made.priority is None) == (not made.findings)


def test_titles_in_the_middle_of_a_sentence() -> None:
    """An acronym keeps its capitals."""
    assert (
        gap([result(unmet=1, rule=replace(SWALLOWED, title="JWT misuse"))], []) == "1 of 1 error handlers: JWT misuse"
    )
