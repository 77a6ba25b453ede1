"""The review for a terminal: what is wrong, where, how to mend it, worst first; the worst few and how many more.

Readable at 80 columns and without colour: colour repeats what the words say.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from trustwright.reports import Block, blocks, visible
from trustwright.review.model import ControlStatus, CriterionAssessment, Review, Severity

ENDINGS = (".txt",)
WIDTH = 80
BLOCKS_PER_CRITERION = 3
PLACES_PER_BLOCK = 3
LINES_PER_SECTION = 5
STATUS = {
    ControlStatus.NON_COMPLIANT: ("🔴 Non-Compliant", "red"),
    ControlStatus.PARTIAL: ("🟡 Partial", "yellow"),
    ControlStatus.COMPLIANT: ("✅ Compliant", "green"),
    ControlStatus.NOT_ASSESSED: ("⚪ Not assessed", "dim"),
}
COLOUR = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


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
        for line, indent in part(review):
            console.print(Padding(line, (0, 0, 0, indent)) if indent else line)
    lines = (line.rstrip() for line in page.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "replace")


Lines = Iterator[tuple[Text, int]]


def _heading(review: Review) -> Lines:
    target = review.target
    commit = f" at {visible(target.commit[:12])}" if target.commit else ""
    yield Text(f"SOC 2 review of {visible(target.name)}{commit}", "bold"), 0
    languages = [f"{visible(name)} {count:,}" for name, count in sorted(target.languages.items())]
    sorts = "; ".join(", ".join(names) for names in (languages, sorted(target.frameworks)) if names)
    yield Text(f"{target.files:,} files, {target.lines:,} lines" + (f": {visible(sorts)}" if sorts else "")), 0
    yield _counts(review), 0
    if not review.complete:
        yield Text("Part of the input could not be read: see the end.", "bold yellow"), 0


def _counts(review: Review) -> Text:
    """Count the findings by severity, and what else is open."""
    line = Text()
    for severity in Severity:
        count = sum(finding.severity is severity for finding in review.findings)
        if count:
            line.append(f"{count} {severity}", COLOUR[severity]).append(", ")
    line = line[:-2] if review.findings else Text("No finding in what was read", "green")
    questions = sum(len(result.questions) for result in review.results)
    for count, noun in ((questions, "open questions"), (len(review.suppressions), "set aside in the code")):
        if count:
            line.append(f"; {count} {noun}")
    return line


def _findings(review: Review) -> Lines:
    told = sorted(blocks(review), key=lambda block: min(one.severity.rank for one in block.criterion.findings))
    for _, group in groupby(told, key=lambda block: block.criterion.criterion):
        yield from _criterion(tuple(group))


def _criterion(told: Sequence[Block]) -> Lines:
    row = told[0].criterion
    words, style = STATUS[row.status]
    yield Text(), 0
    yield Text(f"{row.criterion} {row.title}: ", "bold").append(words, style), 0
    yield Text(visible(row.gap), "dim"), 2
    for block in told[:BLOCKS_PER_CRITERION]:
        yield Text(), 0
        yield from _block(block)
    rest = told[BLOCKS_PER_CRITERION:]
    if rest:
        titles = ", ".join(f"{visible(block.rule.title)} ({len(block.findings)} {block.severity})" for block in rest)
        yield Text(), 0
        yield Text(f"And {len(rest)} more: {titles}", "dim"), 2


def _block(block: Block) -> Lines:
    rule, count = block.rule, len(block.findings)
    places = f", {count} places" if count > 1 else ""
    yield Text(f"{block.severity.upper()} ", COLOUR[block.severity]).append(f"{visible(rule.title)}{places}", "bold"), 2
    for finding in block.findings[:PLACES_PER_BLOCK]:
        yield Text(visible(str(finding.location)), "cyan"), 4
        yield Text(visible(finding.detail or rule.finding)), 6
    if count > PLACES_PER_BLOCK:
        yield Text(f"and {count - PLACES_PER_BLOCK} more", "dim"), 4
    yield Text("Risk: ", "bold").append(visible(rule.risk), "not bold"), 4
    yield Text("Fix:", "bold"), 4
    for number, step in enumerate(rule.remediation, 1):
        yield Text(f"{number}. {visible(step)}"), 6


def _assessment(review: Review) -> Lines:
    yield Text(), 0
    yield Text("Control assessment", "bold"), 0
    for row in review.criteria:
        if row.status is not ControlStatus.NOT_ASSESSED:
            yield from _row(row)
    blank = [row.criterion for row in review.criteria if row.status is ControlStatus.NOT_ASSESSED]
    if blank:
        words, style = STATUS[ControlStatus.NOT_ASSESSED]
        yield (
            Text(f"{words}: {len(blank)} of {len(review.criteria)} criteria ", style).append(", ".join(blank), style),
            2,
        )


def _row(row: CriterionAssessment) -> Lines:
    words, style = STATUS[row.status]
    line = Text("").append(words, style).append(f"  {row.criterion} {row.title}", "bold")
    if row.priority:
        line.append(f", {row.priority}", COLOUR[row.priority])
    yield line, 2
    if not row.findings:
        yield Text(visible(row.gap), "dim"), 5


def _evidence(review: Review) -> Lines:
    needed = list(dict.fromkeys(request for row in review.criteria for request in row.evidence_needed))
    if needed:
        yield Text(), 0
        yield Text(f"Evidence still needed: {len(needed)} documents, records and exports", "bold"), 0
        yield from _few([f"[ ] {request}" for request in needed])


def _open_ends(review: Review) -> Lines:
    questions = [f"{question.location} {question.detail}" for result in review.results for question in result.questions]
    aside = [f"{one.finding.location} {one.finding.rule.title}: {one.reason}" for one in review.suppressions]
    gaps = [f"{gap.path} {gap.kind}: {gap.detail}" for gap in review.gaps]
    for title, lines in (("Open questions", questions), ("Set aside in the code", aside), ("Not read", gaps)):
        if lines:
            yield Text(), 0
            yield Text(f"{title}: {len(lines)}", "bold"), 0
            yield from _few(lines)
    yield Text(), 0
    yield _counts(review), 0
    yield Text("Everything, with links: --format markdown --output review.md", "dim"), 0


def _few(lines: Sequence[str]) -> Lines:
    for line in lines[:LINES_PER_SECTION]:
        yield Text(visible(line)), 2
    if len(lines) > LINES_PER_SECTION:
        yield Text(f"and {len(lines) - LINES_PER_SECTION} more", "dim"), 2
