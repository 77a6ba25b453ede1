"""Explain a criterion, control, checklist item, category or rule, and what goes with it."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Protocol

import click
from rich.text import Text

from trustwright.catalog import SECURITY, Automation, Category, ChecklistItem, Control, Criterion, Proof
from trustwright.cli._known import Known, Subject
from trustwright.cli._output import write_whole
from trustwright.cli._pages import ASIDE, HEADING, NAME, Parts, heading, items, named, paragraph, rendered, rows, title
from trustwright.review.model import Rule

SCHEMA = "trustwright.explain/1"
SHOWN_BY: dict[Automation | Proof, str] = {
    Automation.HIGH: "Mostly shown by records of systems",
    Automation.PARTIAL: "Shown partly by records of systems, partly by people",
    Automation.LOW: "Mostly shown by people",
    Proof.AUTOMATED: "Shown by records of systems",
    Proof.HYBRID: "Shown by records of systems and what people wrote",
    Proof.DOCUMENT: "Shown only by what people wrote",
}
CROSSWALK = "a draft: overlap only, no auditor reviewed it"


class _Titled(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...


@click.command()
@click.argument("name", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to tell it.",
)
def command(name: str | None, form: str) -> None:
    """Explain what NAME means: a criterion, control, checklist item, category or rule.

    NAME is an id such as CC6.1, ACC-01, CHK-08, privacy or hard-delete, in upper or lower case. Without it, the
    categories are listed.

    Tells what the thing asks for, which controls go with it and how an auditor tests them, which evidence settles it,
    which requirements of other frameworks are related, and which rules of the review speak to it.
    """
    known = Known.everything()
    subject = known.find(name) if name else None
    if form == "json":
        data = {"schema": SCHEMA, **_data(known, subject)}
        content = (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
    else:
        content = rendered(_page(known, subject))
    write_whole(content, None)


def _page(known: Known, subject: Subject | None) -> Parts:
    match subject:
        case Category():
            return _category(known, subject)
        case Criterion():
            return _criterion(known, subject)
        case Control():
            return _control(known, subject)
        case ChecklistItem():
            return _item(known, subject)
        case Rule():
            return _rule(known, subject)
        case None:
            return _overview(known)


def _overview(known: Known) -> Parts:
    criteria = known.catalog.criteria
    yield Text(f"SOC 2 asks {len(criteria)} criteria in {len(known.catalog.categories)} categories.", HEADING), 0
    yield Text(), 0
    yield from rows([(category.id, _summary(category, criteria)) for category in known.catalog.categories])
    yield from paragraph("Explain one of them, or a criterion, control, checklist item or rule:")
    for name in (SECURITY, criteria[0].id, known.catalog.controls[0].id):
        yield Text(f"trustwright explain {name}", NAME), 2


def _summary(category: Category, criteria: Sequence[Criterion]) -> Text:
    own = [criterion.id for criterion in criteria if criterion.category == category.id]
    return Text.assemble(category.focus, (f" {len(own)} criteria, {own[0]} to {own[-1]}.", ASIDE))


def _category(known: Known, category: Category) -> Parts:
    own = [one for one in known.catalog.criteria if one.category == category.id]
    scope = "always in scope" if category.id == SECURITY else "in scope when the company chooses it"
    yield from title(category.id, category.title, f"{len(own)} criteria, {scope}")
    yield from paragraph(category.focus)
    yield from paragraph(f"In code: {category.in_code}")
    for series, name in dict.fromkeys((one.series, one.series_title) for one in own):
        yield from named(f"{series} {name}", [(one.id, one.title) for one in own if one.series == series])


def _criterion(known: Known, criterion: Criterion) -> Parts:
    catalog = known.catalog
    category = next(one for one in catalog.categories if one.id == criterion.category)
    place = ", ".join(dict.fromkeys((category.title, criterion.series_title))).capitalize()
    yield from title(criterion.id, criterion.title, f"{place}. {SHOWN_BY[criterion.automation]}.")
    yield from paragraph(criterion.meaning)
    yield from paragraph(f"In code: {criterion.in_code}")
    yield from heading("Controls and how each is tested")
    for control in catalog.controls_for(criterion.id):
        test = " ".join(control.test)
        said = Text.assemble((control.title, HEADING), (f"  {_when(control)}", ASIDE), "\n", test)
        yield from rows([(control.id, said)])
    requests = [f"{request.request} ({request.form})" for request in catalog.requests_for(criterion.id)]
    yield from items("Evidence that settles it", requests)
    yield from items("Policies", [policy.title for policy in catalog.policies_for(criterion.id)])
    related = [(one.framework.title, ", ".join(one.identifiers)) for one in catalog.crosswalk_for(criterion.id)]
    yield from named("Related in other frameworks", related, CROSSWALK)
    yield from _rules(known, criterion)


def _control(known: Known, control: Control) -> Parts:
    catalog = known.catalog
    yield from title(control.id, control.title, f"{_when(control).capitalize()}. {SHOWN_BY[control.proof]}.")
    yield from paragraph(control.statement)
    yield from named("Criteria", _names(catalog.criteria_of(control)))
    yield from items("How it is tested", control.test, mark="1")
    yield from items("Evidence that settles it", control.evidence)
    yield from paragraph(f"Evidence comes from: {', '.join(control.sources)}.")
    yield from named("Checklist", [(item.id, item.item) for item in catalog.checklist_for(control.id)])
    yield from _rules(known, control)


def _item(known: Known, item: ChecklistItem) -> Parts:
    catalog = known.catalog
    yield from title(item.id, item.item, f"Checklist, {item.group.lower()}")
    yield from paragraph(f"Records show: {item.machine}.")
    yield from paragraph(f"Records come from: {', '.join(item.sources)}.")
    if item.person:
        yield from paragraph(f"Only a person can attest: {item.person}.")
    yield from items("What an auditor objects to", item.never)
    yield from named("Criteria", _names([catalog.criterion(one) for one in item.criteria]))
    yield from named("Controls", _names([catalog.control(one) for one in item.controls]))
    yield from _rules(known, item)


def _rule(known: Known, rule: Rule) -> Parts:
    catalog = known.catalog
    yield from title(rule.id, rule.title, f"Rule of the review; {rule.severity} severity, {rule.confidence} confidence")
    yield from paragraph(rule.finding)
    yield from paragraph(f"Risk: {rule.risk}")
    yield from items("How to mend it", rule.remediation, mark="1")
    yield from named("Criteria it speaks to", _names([catalog.criterion(one) for one in rule.criteria]))
    yield from named("Controls", _names([catalog.control(one) for one in rule.controls]))


def _rules(known: Known, subject: Criterion | Control | ChecklistItem) -> Parts:
    speaking = known.rules_for(subject)
    if speaking:
        yield from named("Rules of the review that speak to it", [(rule.id, str(rule.severity)) for rule in speaking])
    else:
        yield from paragraph("No rule of the review speaks to it: other evidence must settle it.")


def _when(control: Control) -> str:
    return ", ".join(control.frequency)


def _names(things: Sequence[_Titled]) -> list[tuple[str, str]]:
    return [(thing.id, thing.title) for thing in things]


def _data(known: Known, subject: Subject | None) -> dict[str, Any]:
    """Return what a page tells, for JSON: the thing itself, and what goes with it."""
    catalog = known.catalog
    match subject:
        case None:
            return {"kind": "overview", "categories": [dataclasses.asdict(one) for one in catalog.categories]}
        case Category():
            own = [one for one in catalog.criteria if one.category == subject.id]
            return {"kind": "category", **dataclasses.asdict(subject), "criteria": _named(own)}
        case Criterion():
            return {
                "kind": "criterion",
                **dataclasses.asdict(subject),
                "coso_principle": subject.coso_principle or None,
                "controls": [dataclasses.asdict(one) for one in catalog.controls_for(subject.id)],
                "evidence_requests": [dataclasses.asdict(one) for one in catalog.requests_for(subject.id)],
                "policies": _named(catalog.policies_for(subject.id)),
                "crosswalk": {
                    "status": catalog.crosswalk.status,
                    "relation": catalog.crosswalk.relation,
                    "frameworks": [
                        {**dataclasses.asdict(one.framework), "identifiers": one.identifiers}
                        for one in catalog.crosswalk_for(subject.id)
                    ],
                },
                "rules": _named(known.rules_for(subject)),
            }
        case Control():
            return {
                "kind": "control",
                **dataclasses.asdict(subject),
                "checklist": [{"id": one.id, "title": one.item} for one in catalog.checklist_for(subject.id)],
                "rules": _named(known.rules_for(subject)),
            }
        case ChecklistItem():
            return {"kind": "checklist-item", **dataclasses.asdict(subject), "rules": _named(known.rules_for(subject))}
        case Rule():
            fields = ("id", "title", "severity", "confidence", "finding", "risk", "remediation", "criteria", "controls")
            return {"kind": "rule", **{field: getattr(subject, field) for field in fields}}


def _named(things: Sequence[_Titled]) -> list[dict[str, str]]:
    return [{"id": thing.id, "title": thing.title} for thing in things]
