"""The review for a terminal: what is wrong, where, how to mend it, worst first; the worst few and how many more.

Readable at 80 columns and without colour: colour repeats what the words say.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trustwright.reports import Block, blocks, told_gap, told_questions, visible
from trustwright.review.model import ControlStatus, CriterionAssessment, Finding, Review, Severity

ENDINGS = (".txt",)
WIDTH = 80
BLOCKS_PER_CRITERION = 3
PLACES_PER_BLOCK = 3
LINES_PER_SECTION = 5
LONG_PLACE = 50  # columns; beside a longer place too little of what is wrong there would be seen
STATUS = {
    ControlStatus.NON_COMPLIANT: ("🔴 Non-Compliant", "red"),
    ControlStatus.PARTIAL: ("🟡 Partial", "yellow"),
    ControlStatus.COMPLIANT: ("✅ Compliant", "green"),
    ControlStatus.NOT_ASSESSED: ("⚪ Not assessed", "dim"),
}
COLOUR = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph: what it says, how far from the left, and a marker such as ``1.`` that hangs in front of it."""

    text: Text = field(default_factory=Text)
    indent: int = 0
    marker: str = ""


Lines = Iterator[Line]


def render(review: Review, *, width: int = WIDTH, colour: bool = False) -> bytes:
    """Return the review as UTF-8 text of at most ``width`` columns, with terminal colours if wanted."""
    page = io.StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in (_heading, _findings, _assessment, _evidence, _open_ends):
        for line in part(review):
            console.print(_laid_out(line))
    lines = (line.rstrip() for line in page.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "replace")


def _laid_out(line: Line) -> RenderableType:
    if not line.marker:
        return Padding(line.text, (0, 0, 0, line.indent))
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(line.marker, line.text)
    return Padding(grid, (0, 0, 0, line.indent))


def _heading(review: Review) -> Lines:
    target = review.target
    commit = f" at {visible(target.commit[:12])}" if target.commit else ""
    yield Line(Text(f"SOC 2 review of {visible(target.name)}{commit}", "bold"))
    languages = [f"{name} {count:,}" for name, count in sorted(target.languages.items())]
    sorts = "; ".join(", ".join(names) for names in (languages, sorted(target.frameworks)) if names)
    read = f"{_count(target.files, 'file')}, {_count(target.lines, 'line')}"
    yield Line(Text(visible(f"{read}: {sorts}" if sorts else read)))
    yield Line(_counts(review))
    if not review.complete:
        yield Line(Text("Part of the input could not be read: see the end.", "bold yellow"))


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _counts(review: Review) -> Text:
    """Count the findings by severity, and what else is open."""
    counts = [(severity, sum(finding.severity is severity for finding in review.findings)) for severity in Severity]
    found = [Text(f"{count} {severity}", COLOUR[severity]) for severity, count in counts if count]
    line = Text(", ").join(found) if found else Text("No finding in what was read", "green")
    questions = sum(len(result.questions) for result in review.results)
    if questions:
        line.append(f"; {_count(questions, 'open question')}")
    if review.suppressions:
        line.append(f"; {len(review.suppressions)} set aside in the code")
    return line


def _findings(review: Review) -> Lines:
    groups = [tuple(group) for _, group in groupby(blocks(review), key=lambda block: block.criterion.criterion)]
    for told in sorted(groups, key=lambda group: group[0].severity.rank):
        yield from _criterion(told)


def _criterion(told: Sequence[Block]) -> Lines:
    row = told[0].criterion
    words, style = STATUS[row.status]
    yield Line()
    yield Line(Text(f"{row.criterion} {row.title}: ", "bold").append(words, style))
    yield Line(Text(visible(row.gap), "dim"), 2)
    for number, block in enumerate(told[:BLOCKS_PER_CRITERION]):
        yield Line()
        yield from _block(block, whole=number == 0 and block.severity.rank <= Severity.HIGH.rank)
    rest = told[BLOCKS_PER_CRITERION:]
    if rest:
        titles = ", ".join(f"{visible(block.rule.title)} ({len(block.findings)} {block.severity})" for block in rest)
        yield Line()
        yield Line(Text(f"and {len(rest)} more: {titles}", "dim"), 2)


def _block(block: Block, *, whole: bool) -> Lines:
    """Tell the findings of a rule: whole, or in short with one place and the first step."""
    rule, count = block.rule, len(block.findings)
    title = visible(rule.title) + (f", {count} places" if count > 1 else "")
    yield Line(Text(f"{block.severity.upper()} ", COLOUR[block.severity]).append(title, "bold"), 2)
    shown = block.findings[: PLACES_PER_BLOCK if whole else 1]
    for number, finding in enumerate(shown):
        yield from _place(finding, whole=number == 0)
    if count > len(shown):
        yield Line(Text(f"and {count - len(shown)} more", "dim"), 4)
    if whole:
        yield Line(Text(visible(rule.risk)), 4, "Risk:")
    for number, step in enumerate(rule.remediation if whole else rule.remediation[:1], 1):
        yield Line(Text(visible(step)), 4, f"Fix: {number}." if number == 1 else f"     {number}.")


def _place(finding: Finding, *, whole: bool) -> Lines:
    """Tell one place: the first of a rule whole, the others on a line each, cut at the screen's edge."""
    place, detail = visible(str(finding.location)), visible(finding.detail or finding.rule.finding)
    if whole or len(place) > LONG_PLACE:
        yield Line(Text(place, "cyan"), 4)
        yield Line(Text(detail, overflow="fold" if whole else "ellipsis", no_wrap=not whole), 6)
    else:
        yield Line(Text.assemble((place, "cyan"), f"  {detail}", overflow="ellipsis", no_wrap=True), 4)
    if finding.severity_reason:
        yield Line(Text(visible(f"set to {finding.severity} in the settings: {finding.severity_reason}"), "dim"), 6)


def _assessment(review: Review) -> Lines:
    yield Line()
    scope = f" of {len(review.criteria)} criteria: {', '.join(review.categories)}"
    yield Line(Text("Control assessment", "bold").append(scope, "not bold"))
    told = {block.criterion.criterion for block in blocks(review)}
    for row in review.criteria:
        if row.status is not ControlStatus.NOT_ASSESSED:
            yield from _row(row, told=row.criterion in told)
    blank = [row.criterion for row in review.criteria if row.status is ControlStatus.NOT_ASSESSED]
    if blank:
        words, style = STATUS[ControlStatus.NOT_ASSESSED]
        said = f"{words}: {len(blank)} of {len(review.criteria)}, which nothing read speaks to: "
        yield Line(Text(said + ", ".join(blank), style), 2)


def _row(row: CriterionAssessment, *, told: bool) -> Lines:
    """Tell a row of the assessment; its gap only when it has no section of its own above."""
    words, style = STATUS[row.status]
    line = Text("").append(words, style).append(f"  {row.criterion} {row.title}", "bold")
    if row.priority:
        line.append(f", {row.priority}", COLOUR[row.priority])
    yield Line(line, 2)
    if not told:
        yield Line(Text(visible(row.gap), "dim"), 5)


def _evidence(review: Review) -> Lines:
    # What the code already speaks to comes first: that is where a reader can go on.
    rows = sorted(review.criteria, key=lambda row: row.status is ControlStatus.NOT_ASSESSED)
    needed = list(dict.fromkeys(request for row in rows for request in row.evidence_needed))
    if needed:
        yield Line()
        yield Line(Text(f"Evidence still needed: {len(needed)} documents, records and exports", "bold"))
        yield from _few(needed, "[ ]")


def _open_ends(review: Review) -> Lines:
    asked = [result for result in review.results if result.questions]
    questions = [
        f"{told_questions(result)}, such as {result.questions[0].location}: {result.questions[0].detail}"
        for result in asked
    ]
    aside = [f"{one.finding.location} {one.finding.rule.title}: {one.reason}" for one in review.suppressions]
    # What could not be understood may hide a finding; what was left out on purpose does not.
    gaps = [told_gap(gap) for gap in sorted(review.gaps, key=lambda gap: gap.kind == "left-out")]
    for title, count, lines in (
        ("Open questions", sum(len(result.questions) for result in asked), questions),
        ("Set aside in the code", len(aside), aside),
        ("Not read or not understood", len(gaps), gaps),
    ):
        if lines:
            yield Line()
            yield Line(Text(f"{title}: {count}", "bold"))
            yield from _few(lines, "-")
    yield Line()
    yield Line(_counts(review))
    yield Line(Text("Everything, with links and the ids of rules: --output review.md", "dim"))


def _few(lines: Sequence[str], marker: str) -> Lines:
    for line in lines[:LINES_PER_SECTION]:
        yield Line(Text(visible(line)), 2, marker)
    if len(lines) > LINES_PER_SECTION:
        yield Line(Text(f"and {len(lines) - LINES_PER_SECTION} more", "dim"), 2)
