"""Scores checkouts of public repositories against labels that were made by reading their code.

    python benchmarks/accuracy.py ~/checkouts > docs/accuracy.md     every folder there that has labels
    python benchmarks/accuracy.py ~/checkouts/juice-shop             one of them

Labels are facts, in ``benchmarks/labels/``: ``<owner>__<name>.routes.csv`` (repository, commit, method, path, file,
line, authentication, authorization, tuned) and ``<owner>__<name>.findings.csv`` (rule, path, line, true, tuned). A
checkout belongs to a label file when its folder bears the repository's name; one at another commit than the labels' is
told. Rules and frameworks were adjusted while reading the repositories marked ``tuned``; the others count as unseen.

Prints Markdown. A finding without a label is counted, not scored. ``noise.csv`` (repository, commit, read, right,
tuned) says of the first findings that a reader meets in a repository how many were right and worth an auditor's time.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trustwright.review.engine import review
from trustwright.review.model import Review, Route
from trustwright.review.settings import Settings

INTRODUCTION = """# How right the review is

Public repositories were read, and what each route enforces and whether a finding is true was written down. This page
scores the review against these labels; `benchmarks/accuracy.py` makes it, on one's own checkouts. Rules and frameworks
were adjusted while reading the repositories marked *tuned on*: what those show is that nothing was lost since. The
*unseen* ones show what to expect of a repository that nobody here has read. A label says `unknown` where reading
did not tell either.
"""
LABELS = Path(__file__).parent / "labels"
SETTINGS = Settings(categories=("security", "availability", "processing-integrity", "confidentiality", "privacy"))
MOST_SHOWN = 15

Row = dict[str, str]


@dataclass
class RouteScore:
    """Counts over labelled routes of one framework."""

    labelled: int = 0
    found: int = 0
    said_enforced: int = 0
    rightly_enforced: int = 0
    guarded: int = 0
    guarded_found: int = 0
    mistakes: list[str] = field(default_factory=list)


@dataclass
class RuleScore:
    """Counts over labelled findings of one rule."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unlabelled: int = 0


def main() -> int:
    """Score what was named and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--mistakes", action="store_true", help="list every disagreement")
    arguments = parser.parse_args()
    routes: dict[tuple[str, bool], RouteScore] = defaultdict(RouteScore)
    rules: dict[tuple[str, bool], RuleScore] = defaultdict(RuleScore)
    scored = []
    for folder in sorted(_checkouts(arguments.checkouts)):
        labels = _labels(folder.name)
        if labels is None:
            continue
        name, route_rows, finding_rows = labels
        result = review(folder, SETTINGS)
        commits = {row["commit"][:7] for row in route_rows if row.get("commit")}
        other = "" if not commits or result.target.commit[:7] in commits else ", ".join(sorted(commits))
        note = f" (labels are of {other})" if other else ""
        scored.append(f"{name.replace('__', '/')} at {result.target.commit[:7]}{note}")
        _score_routes(name, result, route_rows, routes)
        _score_findings(result, finding_rows, rules)
    if not scored:
        print("no checkout with labels was found; name a folder of checkouts", file=sys.stderr)
        return 2
    _print(scored, routes, rules, mistakes=arguments.mistakes)
    return 0


def _checkouts(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if _labels(path.resolve().name) is not None:
            yield path.resolve()
        elif path.is_dir():
            yield from (child for child in path.iterdir() if child.is_dir() and _labels(child.name) is not None)


def _labels(folder: str) -> tuple[str, list[Row], list[Row]] | None:
    stems = {path.name.rsplit(".", 2)[0] for path in LABELS.glob("*.csv")}
    stem = next((stem for stem in sorted(stems) if stem.partition("__")[2] == folder), None)
    if stem is None:
        return None
    return stem, _rows(LABELS / f"{stem}.routes.csv"), _rows(LABELS / f"{stem}.findings.csv")


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _tuned(row: Row) -> bool:
    return row.get("tuned", "yes").strip().lower() in {"yes", "true", "1"}


def _score_routes(name: str, result: Review, rows: list[Row], scores: dict[tuple[str, bool], RouteScore]) -> None:
    found = {(route.declared.method, route.declared.path): route for route in result.routes}
    by_place = {(route.declared.location.path, route.declared.location.line): route for route in result.routes}
    frameworks: dict[str, int] = defaultdict(int)
    for route in result.routes:
        frameworks[route.declared.framework] += 1
    usual = max(frameworks, key=lambda key: frameworks[key], default="none")
    for row in rows:
        match = found.get((row["method"], row["path"])) or _at(by_place, row)
        framework = match.declared.framework if match is not None else usual
        score = scores[framework, _tuned(row)]
        score.labelled += 1
        guarded = row["authentication"] == "enforced"
        score.guarded += guarded
        if match is None:
            score.mistakes.append(f"{name}: not found: {row['method']} {row['path']} ({row['file']}:{row['line']})")
            continue
        score.found += 1
        said = str(match.authentication.value)
        score.said_enforced += said == "enforced"
        score.rightly_enforced += said == "enforced" and guarded
        score.guarded_found += said == "enforced" and guarded
        if (said == "enforced") != guarded:
            score.mistakes.append(
                f"{name}: {match.name}: said {said}, is {row['authentication']} ({row['file']}:{row['line']})"
            )


def _at(by_place: dict[tuple[str, int], Route], row: Row) -> Route | None:
    """Return the route declared on the labelled line with the labelled method, however its path is written."""
    route = by_place.get((row["file"], int(row["line"] or 0)))
    return route if route is not None and route.declared.method in {row["method"], "ANY"} else None


def _score_findings(result: Review, rows: list[Row], scores: dict[tuple[str, bool], RuleScore]) -> None:
    tuned = all(_tuned(row) for row in rows) if rows else True
    labels = {(row["rule"], row["path"], int(row["line"])): row for row in rows}
    reported = {(item.rule.id, item.location.path, item.location.line) for item in result.findings}
    for key, row in labels.items():
        score = scores[key[0], _tuned(row)]
        true = row["true"].strip().lower() in {"yes", "true", "1"}
        if key in reported:
            score.right += true
            score.wrong += not true
        elif true:
            score.missed += 1
    for key in reported - labels.keys():
        scores[key[0], tuned].unlabelled += 1


def _print(
    scored: list[str],
    routes: dict[tuple[str, bool], RouteScore],
    rules: dict[tuple[str, bool], RuleScore],
    *,
    mistakes: bool,
) -> None:
    print(INTRODUCTION)
    print("Scored: " + "; ".join(scored) + ".\n\n## Routes\n")
    print("| framework | repositories | routes labelled | found | said enforced, rightly | protected ones found |")
    print("|---|---|---|---|---|---|")
    for (framework, tuned), score in sorted(routes.items()):
        print(
            f"| {framework} | {'tuned on' if tuned else 'unseen'} | {score.labelled} | "
            f"{_share(score.found, score.labelled)} | "
            f"{_share(score.rightly_enforced, score.said_enforced)} | {_share(score.guarded_found, score.guarded)} |"
        )
    print("\n## Rules\n")
    print("| rule | repositories | right | wrong | precision | labelled but not reported | reported without label |")
    print("|---|---|---|---|---|---|---|")
    for (rule, tuned), count in sorted(rules.items()):
        print(
            f"| {rule} | {'tuned on' if tuned else 'unseen'} | {count.right} | {count.wrong} | "
            f"{_share(count.right, count.right + count.wrong)} | {count.missed} | {count.unlabelled} |"
        )
    print("\n## What a reader meets first\n\n| repository | findings read | right |\n|---|---|---|")
    for row in _rows(LABELS / "noise.csv"):
        tuned_on = ", tuned on" if _tuned(row) else ""
        print(f"| {row['repository']} at {row['commit'][:7]}{tuned_on} | {row['read']} | {row['right']} |")
    print("\n## Disagreements")
    for (framework, _), score in sorted(routes.items()):
        shown = score.mistakes if mistakes else score.mistakes[:MOST_SHOWN]
        if shown:
            print(f"\n{framework}, disagreements ({len(score.mistakes)}):\n")
            print("\n".join(f"- {line}" for line in shown))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "-"


if __name__ == "__main__":
    raise SystemExit(main())
