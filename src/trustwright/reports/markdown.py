"""The review as Markdown, to be kept beside the code or pasted into a pull request.

The order and the words of the headings are those of an auditor's review: assessment, findings, evidence still needed.
Text that comes from the reviewed repository cannot become markup.
"""

import re
from collections.abc import Iterable, Iterator

from trustwright.reports import Block, blocks, told_gap, told_questions, uri, visible
from trustwright.review.model import ControlStatus, Finding, Location, Review, Severity

ENDINGS = (".md", ".markdown")
STATUS = {
    ControlStatus.NON_COMPLIANT: "🔴 Non-Compliant",
    ControlStatus.PARTIAL: "🟡 Partial",
    ControlStatus.COMPLIANT: "✅ Compliant",
    ControlStatus.NOT_ASSESSED: "⚪ Not assessed",
}


def render(review: Review) -> bytes:
    """Return the review as UTF-8 Markdown; links to places are relative to the reviewed folder."""
    parts = [_heading(review), _assessment(review), _findings(review), _evidence(review)]
    parts += [_suppressions(review), _questions(review), _gaps(review)]
    text = "\n".join(line for part in parts for line in part)
    return text.rstrip().encode("utf-8", "replace") + b"\n"


def _heading(review: Review) -> Iterator[str]:
    target = review.target
    yield "## 🏛️ SOC2 Compliance Review"
    yield ""
    commit = f" at commit {code(target.commit)}" if target.commit else ""
    read = f"{target.files:,} files, {target.lines:,} lines"
    languages = ", ".join(f"{escape(name)} {count:,}" for name, count in sorted(target.languages.items()))
    frameworks = ", ".join(escape(name) for name in sorted(target.frameworks))
    sorts = "; ".join(text for text in (languages, frameworks) if text)
    yield f"{code(target.name)}{commit}: {read}{f' ({sorts})' if sorts else ''}."
    yield ""
    yield f"Scope: {', '.join(review.categories)}; {len(review.criteria)} criteria."
    counts = [(severity, sum(one.severity is severity for one in review.findings)) for severity in Severity]
    found = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    questions = sum(len(result.questions) for result in review.results)
    yield f"Findings: {found or 'none'}. Open questions: {questions}. Set aside: {len(review.suppressions)}."
    yield "A status speaks of what the repository shows; whether a control operated needs the evidence listed below."
    if not review.complete:
        yield "**Part of the input could not be read**; see the end."
    yield ""


def _assessment(review: Review) -> Iterator[str]:
    yield "### Control Assessment"
    yield ""
    yield "| Control | Status | Gap | Priority |"
    yield "|---------|--------|-----|----------|"
    for row in review.criteria:
        priority = row.priority.capitalize() if row.priority else "-"
        yield f"| {row.criterion} {escape(row.title)} | {STATUS[row.status]} | {escape(row.gap)} | {priority} |"
    yield ""


def _findings(review: Review) -> Iterator[str]:
    yield "### Findings"
    yield ""
    told = blocks(review)
    if not told:
        yield "No finding in what was read."
        yield ""
    for block in told:
        yield from _block(block)
        yield ""


def _block(block: Block) -> Iterator[str]:
    rule, first = block.rule, block.findings[0]
    yield f"#### {block.criterion.criterion}: {escape(rule.title)}"
    if len(block.findings) == 1:
        # Two spaces end the line without ending the paragraph.
        yield f"**Finding:** {escape(first.detail or rule.finding)} {link(first.location)}{_aside(first)}  "
    else:
        yield f"**Finding:** {escape(rule.finding)} {len(block.findings)} places:"
        yield ""
        for finding in block.findings:
            level = f"{finding.severity.capitalize()}: " if finding.severity is not block.severity else ""
            yield f"- {link(finding.location)} {level}{escape(finding.detail)}{_aside(finding)}".rstrip()
        yield ""
    yield f"**Risk:** {escape(rule.risk)}  "
    yield "**Remediation:**"
    yield from (f"{number}. {escape(step)}" for number, step in enumerate(rule.remediation, 1))
    yield ""
    also = [name for name in rule.criteria if name != block.criterion.criterion]
    facts = [block.severity.capitalize(), f"{first.confidence} confidence", f"rule {code(rule.id)}"]
    facts += [f"also {', '.join(also)}"] * bool(also)
    facts += [f"controls {', '.join(rule.controls)}"] * bool(rule.controls)
    yield " · ".join(facts)


def _aside(finding: Finding) -> str:
    """Name the other places that matter; say if the settings gave the severity, so that a milder one is seen."""
    see = f" See also {', '.join(link(place) for place in finding.related)}." if finding.related else ""
    reason = finding.severity_reason
    return see + (f" (Set to {finding.severity} in the settings: {escape(reason)})" if reason else "")


def _evidence(review: Review) -> Iterator[str]:
    needed: dict[str, list[str]] = {}
    for row in review.criteria:
        for request in row.evidence_needed:
            needed.setdefault(request, []).append(row.criterion)
    yield "### Evidence Requirements"
    yield ""
    yield from (f"- [ ] {escape(request)}: {', '.join(criteria)}" for request, criteria in needed.items())
    yield ""


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield f"### {title}"
        yield ""
        yield from body
        yield ""


def _suppressions(review: Review) -> Iterator[str]:
    return _section(
        "Set aside in the code",
        (
            f"- {link(one.finding.location)} {escape(one.finding.rule.title)}. Reason given: {escape(one.reason)}"
            for one in review.suppressions
        ),
    )


def _questions(review: Review) -> Iterator[str]:
    lines: list[str] = []
    for result in review.results:
        if result.questions:
            lines.append(f"- {escape(told_questions(result))}")
            lines += [f"  - {link(one.location)} {escape(one.detail)}" for one in result.questions]
    return _section("Open questions", lines)


def _gaps(review: Review) -> Iterator[str]:
    return _section("Not read or not understood", (f"- {escape(told_gap(gap))}" for gap in review.gaps))


def link(place: Location) -> str:
    """Return a relative link to a place, shown as ``path:line``."""
    return f"[{escape(str(place))}]({uri(place.path)}#L{place.line})"


def code(text: str) -> str:
    """Return ``text`` as inline code, whatever it holds."""
    line = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    # Beside a backtick, or a space at both ends, Markdown wants a space of its own and takes it away again.
    edge = " " if line[:1] in "` " or line[-1:] in "` " else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def escape(text: str) -> str:
    """Return ``text`` on one line so that Markdown shows it as it is: no markup, link, mention or HTML comes of it."""
    plain = re.sub(r"([\\`*\[\]<|~&$]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", visible(text).strip())
    # These mean something at the start of a line only.
    plain = re.sub(r"^(\d*)([-+.)#>=])", r"\1\\\2", plain)
    plain = plain.replace("://", "\\://").replace("www.", "www\\.")
    # Between `@` and a name, an invisible character that joins words keeps a pasted report from calling people.
    return re.sub(r"@(?=\w)", "@&#8288;", plain)
