"""Observations become findings: fingerprints, suppressions, overrides, populations."""

from datetime import date
from pathlib import Path

from tests.reviewing import lay
from trustwright.review.findings import Findings
from trustwright.review.link.corpus import Corpus
from trustwright.review.model import (
    Confidence,
    Location,
    Observation,
    Population,
    Rule,
    RuleResult,
    Severity,
    met,
    unknown,
    unmet,
)
from trustwright.review.settings import Settings, parse
from trustwright.review.source.discovery import discover

RULE = Rule(
    "rules.some_rule",
    title="Some rule",
    finding="Found.",
    risk="Risk.",
    remediation=("Do.",),
    criteria=("CC6.1",),
    controls=("ACC-22",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="things",
)


def result(
    folder: Path, text: str, *observations: Observation, settings: Settings | None = None
) -> tuple[RuleResult, Findings]:
    """Sum up observations of one file, ``a.py``."""
    lay(folder, {"a.py": text})
    findings = Findings(Corpus(folder, discover(folder).files, ()), settings or Settings())
    return findings.result(RULE, observations), findings


def at(line: int) -> Location:
    """Return a place in the file."""
    return Location("a.py", line)


def test_population_counts_each_place_once(tmp_path: Path) -> None:
    """Met, unmet and unknown add up to what was examined."""
    text = "a\nb\nc\n"
    found, _ = result(tmp_path, text, met(at(1)), met(at(1)), unmet(at(2), "No."), unknown(at(3), "Unclear."))
    assert found.population == Population(examined=3, met=1, unknown=1)
    assert [finding.location.line for finding in found.findings] == [2]
    assert [question.detail for question in found.questions] == ["Unclear."]


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    """Lines added above do not change a finding; two equal lines stay apart."""
    first, _ = result(tmp_path / "1", "bad()\nok()\nbad()\n", unmet(at(1), "No."), unmet(at(3), "No."))
    moved, _ = result(tmp_path / "2", "# new\n\nbad()\nok()\nbad()\n", unmet(at(3), "No."), unmet(at(5), "No."))
    prints = [finding.fingerprint for finding in first.findings]
    assert prints == [finding.fingerprint for finding in moved.findings]
    assert len(set(prints)) == 2


def test_a_suppression_needs_a_reason(tmp_path: Path) -> None:
    """On the line or alone above it; without a reason it has no effect and is told."""
    text = (
        "bad()  # trustwright: ignore[some-rule] agreed with the owner\n"
        "# trustwright: ignore[some-rule, other-rule] reviewed in March\n"
        "bad()\n"
        "bad()  # trustwright: ignore[some-rule]\n"
        "bad()  # trustwright: ignore[other-rule] not this one\n"
    )
    found, findings = result(tmp_path, text, *(unmet(at(line), "No.") for line in (1, 3, 4, 5)))
    assert [finding.location.line for finding in found.findings] == [4, 5]
    assert [item.reason for item in findings.suppressions] == ["agreed with the owner", "reviewed in March"]
    assert [(gap.kind, gap.path) for gap in findings.gaps] == [("bad-suppression", "a.py")]
    assert found.population.examined == 4
    assert found.population.met == 0


def test_a_comment_on_another_statement_does_not_suppress(tmp_path: Path) -> None:
    """The line above counts only when it holds nothing but the comment."""
    text = "bad()  # trustwright: ignore[some-rule] only this line\nbad()\n"
    found, _ = result(tmp_path, text, unmet(at(2), "No."))
    assert [finding.location.line for finding in found.findings] == [2]


def test_settings_change_the_severity(tmp_path: Path) -> None:
    """An override in force wins over the rule and the observation."""
    toml = b'[[severity]]\nrule = "some-rule"\nseverity = "low"\nreason = "compensated elsewhere"\n'
    settings = parse(toml, rules=["some-rule"]).on(date(2026, 1, 1))
    found, _ = result(tmp_path, "bad()\n", unmet(at(1), "No.", severity=Severity.CRITICAL), settings=settings)
    assert found.findings[0].severity is Severity.LOW


def test_snippets_cover_secrets(tmp_path: Path) -> None:
    """What looks like a secret's value is not printed."""
    found, _ = result(tmp_path, 'api_key = "abcdef0123456789"\n', unmet(at(1), "No."))
    assert "abcdef0123456789" not in found.findings[0].snippet
    assert "api_key" in found.findings[0].snippet
