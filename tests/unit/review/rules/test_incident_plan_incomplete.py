"""Incident plan incomplete: severities with times, eight steps and roles, or what is missing is named."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent, project_of
from trustwright.review.rules import incident_plan_incomplete

WHOLE = """# Incident response plan <!-- met -->

The incident commander decides. Everybody on call may declare an incident, and does so in the channel made for it.

| Severity | Example | Response |
|---|---|---|
| P1 | data breach | 15 minutes |
| P2 | partial outage | 1 hour |
| P3 | slow pages | 4 hours |
| P4 | cosmetic | 24 hours |

1. **Detect** an alert or a report
2. **Triage** severity and commander
3. **Contain** by disabling access
4. **Investigate** the root cause
5. **Remediate** and verify
6. **Communicate** to those affected
7. **Review** within five business days
8. **Document** the whole report
"""


def test_a_whole_plan(tmp_path: Path) -> None:
    """Nothing is missing."""
    check_marks(incident_plan_incomplete, tmp_path, {"docs/incident-response-plan.md": WHOLE})


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """A severity without a time, and two steps."""
    text = WHOLE.replace("| 4 hours |", "| soon |").replace("7. **Review** within five business days\n", "")
    text = text.replace("met -->", "unmet -->")
    check_marks(incident_plan_incomplete, tmp_path, {"docs/incident-response-plan.md": text})
    found = list(incident_plan_incomplete.check(project_of(tmp_path, {})))
    assert found[0].detail == "The incident response plan leaves out response times for P3 and the step review."


def test_other_documents(tmp_path: Path) -> None:
    """A record of one incident is no plan."""
    text = "# Incident 12\n" + "The database was slow because of a lock. " * 20
    check_silent(incident_plan_incomplete, tmp_path, {"docs/incidents/2026-05-12.md": text, "README.md": text})


def test_a_page_about_a_rule_is_no_plan(tmp_path: Path) -> None:
    """What describes a tool that looks at plans, and what a program wrote."""
    text = "# Incident plan incomplete\n" + "A plan leaves out a step. " * 20
    made = "<!-- Made by generate.py from the code. -->\n\n" + text
    files = {"docs/rules/incident-plan-incomplete.md": text, "docs/incident-plan.md": made}
    check_silent(incident_plan_incomplete, tmp_path, files)
