"""From a rule's observations to its result: fingerprints, snippets, severities, suppressions."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.held_secrets import HeldSecret
from trustwright.review.model import (
    Finding,
    Gap,
    Location,
    Observation,
    OpenQuestion,
    Outcome,
    Population,
    Rule,
    RuleResult,
    Severity,
    Suppression,
)
from trustwright.review.settings import Settings

_IGNORE = re.compile(r"trustwright:\s*ignore\[([\w\s,-]+)\]\s*(.*?)\s*(?:\*/|-->|\}\})?\s*$")
_MAX_SNIPPET_LINES = 6
_MAX_SNIPPET_COLUMNS = 160


class Findings:
    """Turns observations into results, one rule after another."""

    def __init__(self, corpus: Corpus, settings: Settings, secrets: Iterable[HeldSecret] = ()) -> None:
        """Take the files, for snippets and suppressions, the severity overrides, and what must not be printed."""
        self._corpus = corpus
        self._secrets: dict[str, list[tuple[int, int]]] = {}
        for held in secrets:
            if held.secret.kind != "reference":
                self._secrets.setdefault(held.location.path, []).append((held.secret.start, held.secret.end))
        self._settings = settings
        self._lines: dict[str, list[str]] = {}
        self.suppressions: list[Suppression] = []
        self.gaps: list[Gap] = []

    def result(self, rule: Rule, observations: Iterable[Observation]) -> RuleResult:
        """Sum up a rule's observations. The same place is counted once, and its worst observation wins."""
        distinct: dict[tuple[Location, str], Observation] = {}
        for item in observations:
            distinct.setdefault((item.location, item.detail), item)
        ordered = sorted(distinct.values(), key=lambda item: (item.location, item.detail))
        seen: Counter[str] = Counter()
        findings: list[Finding] = []
        questions: list[OpenQuestion] = []
        met = set_aside = 0
        for item in ordered:
            if item.outcome is Outcome.MET:
                met += 1
            elif item.outcome is Outcome.UNKNOWN:
                questions.append(OpenQuestion(rule, item.location, item.detail))
            else:
                finding = self._finding(rule, item, seen)
                reason = self._suppressed(finding)
                if reason is None:
                    findings.append(finding)
                else:
                    set_aside += 1
                    self.suppressions.append(Suppression(finding, reason))
        population = Population(met + len(questions) + len(findings) + set_aside, met, len(questions))
        return RuleResult(rule, population, tuple(findings), tuple(questions))

    def _finding(self, rule: Rule, item: Observation, seen: Counter[str]) -> Finding:
        text = " ".join(self._source(item.location).split())
        key = f"{rule.id}\0{item.location.path}\0{text}"
        seen[key] += 1
        digest = hashlib.blake2b(f"{key}\0{seen[key]}".encode(), digest_size=10).hexdigest()
        override = self._settings.override(rule.id, item.location.path)
        severity: Severity = override.severity if override is not None else item.severity or rule.severity
        return Finding(
            fingerprint=digest,
            rule=rule,
            severity=severity,
            confidence=item.confidence or rule.confidence,
            detail=item.detail or rule.finding,
            location=item.location,
            snippet=self._snippet(item.location),
            related=item.related,
            severity_reason=override.reason if override is not None else "",
        )

    def _text(self, path: str) -> list[str]:
        """Return a file's lines as they may be printed; no secret goes into a report, nor into a fingerprint."""
        if path not in self._lines:
            self._lines[path] = self._corpus.covered_lines(path, self._secrets.get(path, ()))
        return self._lines[path]

    def _source(self, location: Location) -> str:
        return "\n".join(self._text(location.path)[location.line - 1 : location.end_line])

    def _snippet(self, location: Location) -> str:
        """Return a few lines, long ones cut."""
        last = min(location.end_line, location.line + _MAX_SNIPPET_LINES - 1)
        lines = self._text(location.path)[location.line - 1 : last]
        return "\n".join(line.rstrip()[:_MAX_SNIPPET_COLUMNS] for line in lines)

    def _suppressed(self, finding: Finding) -> str | None:
        """Return the reason of a comment that sets the finding aside: on its line, or alone on the line above."""
        lines = self._text(finding.location.path)
        first = finding.location.line
        for number in (first, first - 1):
            text = lines[number - 1] if 0 < number <= len(lines) else ""
            match = _IGNORE.search(text)
            if match is None or finding.rule.id not in {name.strip() for name in match[1].split(",")}:
                continue
            if number != first and not re.match(r"\s*(#|//|/\*|--|;|<!--|\{\{?/?\*|\*)", text):
                continue
            if match[2]:
                return match[2]
            detail = f"line {number}: ignore[{finding.rule.id}] gives no reason, so it has no effect"
            self.gaps.append(Gap("bad-suppression", finding.location.path, detail))
        return None
