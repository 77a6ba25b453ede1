"""Report formats: each module here is one, found by being here.

A format has ``render(review) -> bytes`` and ``ENDINGS``, the endings of the files it is written to. What every
format shares stands in this file: which formats there are, and the order in which findings are told.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
from types import ModuleType
from urllib.parse import quote

import msgspec

from trustwright.review.model import CriterionAssessment, Finding, Gap, Review, Rule, RuleResult, Severity

Renderer = Callable[[Review], bytes]


@dataclass(frozen=True, slots=True)
class Block:
    """The findings of one rule under one criterion, told together: same cause, same remedy."""

    criterion: CriterionAssessment
    rule: Rule
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """The worst severity among the findings."""
        return self.findings[0].severity


def formats() -> tuple[str, ...]:
    """Name the formats there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def format_of(file_name: str) -> str | None:
    """Name the format whose files end like ``file_name``, if there is one; the longest ending wins."""
    endings = {ending: name for name in formats() for ending in _module(name).ENDINGS}
    return next((endings[end] for end in sorted(endings, key=len, reverse=True) if file_name.endswith(end)), None)


def renderer(name: str) -> Renderer:
    """Return what renders a review in the format ``name``, one of ``formats()``; its module is imported only now."""
    render: Renderer = _module(name).render
    return render


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")


def indented(document: object) -> bytes:
    """Return a document as UTF-8 JSON, indented, with a newline at its end.

    The standard library indents in Python, which takes thirty times as long.
    """
    packed = dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return msgspec.json.format(packed, indent=2) + b"\n"


def uri(path: str) -> str:
    """Return a relative path as a URI reference, also when its bytes on disk are no text."""
    return quote(path, errors=sys.getfilesystemencodeerrors())


def told_gap(gap: Gap) -> str:
    """Say in one line what was not read or not understood, and why."""
    count = f" ({gap.count:,} files)" if gap.count > 1 else ""
    return f"{gap.kind}: {f'{gap.path}: ' if gap.path else ''}{gap.detail}{count}"


def told_questions(result: RuleResult) -> str:
    """Say in one line how much a rule could not judge, of how much."""
    rule = result.rule
    return f"{rule.title}: {len(result.questions)} unknown of {result.population.examined} {rule.population}"


def visible(text: str) -> str:
    """Return ``text`` on one line, with characters that would not be shown replaced by a sign that is.

    Text from a reviewed repository may hold terminal commands, or characters that turn the reading direction.
    """
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def blocks(review: Review) -> tuple[Block, ...]:
    """Tell each finding once, under the first criterion in scope that it speaks against; criteria in their order.

    Within a criterion the worst come first, and of equals the rule with the most places.
    """
    rows = {row.criterion: row for row in review.criteria}
    grouped: dict[str, dict[str, list[Finding]]] = {name: {} for name in rows}
    for finding in review.findings:
        home = next((name for name in finding.rule.criteria if name in rows), None)
        if home is not None:
            grouped[home].setdefault(finding.rule.id, []).append(finding)
    told = []
    for name, by_rule in grouped.items():
        groups = [tuple(sorted(group, key=_place)) for group in by_rule.values()]
        groups.sort(key=lambda group: (group[0].severity.rank, -len(group), group[0].rule.id))
        told += [Block(rows[name], group[0].rule, group) for group in groups]
    return tuple(told)


def _place(finding: Finding) -> tuple[int, str, int, str]:
    return finding.severity.rank, finding.location.path, finding.location.line, finding.fingerprint
