"""The terminal shows the worst first, fits its width, and lets nothing from the reviewed repository command it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.reports import samples
from trustwright.reports import terminal
from trustwright.review.model import Location, Severity

GOLDEN = Path(__file__).parent / "golden" / "review.txt"
ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def test_the_whole_report() -> None:
    assert terminal.render(samples.review()).decode() == GOLDEN.read_text(encoding="utf-8")


def test_colour_only_repeats_what_the_words_say() -> None:
    coloured = terminal.render(samples.review(), colour=True).decode()
    assert ESCAPE.search(coloured)
    plain = "\n".join(line.rstrip() for line in ESCAPE.sub("", coloured).split("\n"))
    assert plain == terminal.render(samples.review()).decode()


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    long = samples.finding(location=Location("deep/" * 30 + "file.js", 1), detail="word " * 60)
    text = terminal.render(samples.with_findings(long), width=width).decode()
    assert max(cell_len(line) for line in text.split("\n")) <= width


def test_the_first_screen_says_what_where_and_how_to_mend_it() -> None:
    screen = "\n".join(terminal.render(samples.review()).decode().split("\n")[:24])
    assert "4 critical" in screen
    assert "Route without authentication" in screen
    assert "src/routes/users.js:12" in screen
    assert "1. Attach a guard" in screen


def test_the_worst_criterion_is_told_first() -> None:
    mild = samples.finding(samples.SWALLOWED)
    worst = samples.finding(samples.SWALLOWED, line=3, severity=Severity.CRITICAL)
    review = samples.with_rows(
        samples.with_findings(mild, worst),
        samples.row("CC7.1", "First", mild),
        samples.row("CC7.2", "Second", worst, mild),
    )
    text = terminal.render(review).decode()
    assert text.index("Second") < text.index("Control assessment")


def test_of_many_places_the_first_few_and_their_number_are_shown() -> None:
    findings = [samples.finding(line=line) for line in range(1, 11)]
    text = terminal.render(samples.with_findings(*findings)).decode()
    assert "10 places" in text
    assert len(re.findall(r"users\.js:\d+", text)) == terminal.PLACES_PER_BLOCK
    assert f"{10 - terminal.PLACES_PER_BLOCK} more" in text


@given(st.text())
def test_no_text_can_command_the_terminal(text: str) -> None:
    hostile = samples.finding(location=Location(f"a{text}", 1), detail=f"[red]{text}", snippet=text)
    shown = terminal.render(samples.with_findings(hostile)).decode()
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert "[red]" in shown


def test_a_severity_that_the_settings_gave_says_so() -> None:
    milder = samples.finding(severity=Severity.LOW, severity_reason="Behind the office network.")
    text = terminal.render(samples.with_findings(milder)).decode()
    assert "set to low in the settings: Behind the office network." in text
