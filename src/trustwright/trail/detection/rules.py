"""Reads the rules of detections: files in which Sigma rules stand, and correlations of them.

The last document of a file is what alerts; those before it are what it is made of. Of Sigma's correlations the trail
has ``event_count``, ``value_count`` (``gte``, ``gt``), ``temporal`` and ``temporal_ordered``, with ``group-by``,
``timespan`` and aliases, and correlations of correlations. Events that lack a field of ``group-by`` are in no group.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationConditionOperator, SigmaCorrelationRule, SigmaCorrelationType
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from yaml import YAMLError

from trustwright.trail.detection.detectors import Detector, Settings, detector
from trustwright.trail.detection.predicate import CLOSED, Predicate, decided, predicate
from trustwright.trail.detection.seen import Get, Group, Kind, getter, grouping
from trustwright.trail.detection.windows import Counted, Ordered, Window
from trustwright.trail.errors import TrailError

QUIET: Final = 3_600_000
"""Milliseconds for which a rule without a window of its own is quiet about a group that it alerted on."""

Grouping = Callable[[dict[str, Any]], Group | None]


@dataclass(slots=True)
class Selection:
    """Events by their fields, handed to a detector if there is one."""

    condition: object
    matches: Predicate
    group: Grouping
    detector: Detector | None = None
    known: dict[Kind, bool] = field(default_factory=dict)

    def possible(self, kind: Kind) -> bool:
        """Say whether events of a kind may match: most do not, and need no look at their other fields."""
        found = self.known.get(kind)
        if found is None:
            found = decided(self.condition, dict(zip(CLOSED, kind, strict=True))) is not False
            self.known[kind] = found
        return found

    def concerns(self, kind: Kind) -> bool:
        """Say whether events of a kind must be looked at: they may match, or the detector looks at all."""
        return self.possible(kind) or (self.detector is not None and self.detector.every)


@dataclass(slots=True)
class Part:
    """What a correlation takes events from: a selection or another correlation, and how their groups are read."""

    source: "Selection | Correlation"
    group: Grouping


@dataclass(slots=True)
class Correlation:
    """Events of several kinds in one window; ``values`` says what each event counts as, its kind when ``None``."""

    parts: list[Part]
    window: Window
    values: Get | None
    many: bool

    def concerns(self, kind: Kind) -> bool:
        """Say whether events of a kind must be looked at."""
        return any(part.source.concerns(kind) for part in self.parts)


@dataclass(slots=True)
class Rule:
    """A detection.

    Attributes:
        id: the file's name without its end.
        title: what was done, in a few words.
        description: why that matters, and what to do.
        level: ``informational``, ``low``, ``medium``, ``high`` or ``critical``.
        top: what must be met.
        quiet: milliseconds for which the rule says nothing more on a group that it alerted on.
    """

    id: str
    title: str
    description: str
    level: str
    top: Selection | Correlation
    quiet: int = QUIET


def shipped() -> list[Traversable]:
    """Return the files of the rules that come with Trustwright, sorted."""
    folder = files("trustwright.trail") / "detections"
    return sorted((item for item in folder.iterdir() if item.name.endswith(".yml")), key=lambda item: item.name)


def load(sources: list[Traversable] | None = None) -> list[Rule]:
    """Read rules.

    Args:
        sources: their files; those that come with Trustwright when not given.

    Raises:
        TrailError: a file is no rule, or asks for what the trail has not.
    """
    return [read(item.name.removesuffix(".yml"), item.read_text(encoding="utf-8")) for item in sources or shipped()]


def read(name: str, text: str) -> Rule:
    """Read one file.

    Args:
        name: the rule's id.
        text: what the file says.

    Raises:
        TrailError: it is no rule, or asks for what the trail has not.
    """
    where = f"{name}.yml"
    try:
        collection = SigmaCollection.from_yaml(text)
        collection.resolve_rule_references()
        documents = list(collection.rules)
        if not documents:
            raise TrailError(f"{where}: there is no rule in it.")
        top = documents[-1]
        if isinstance(top, SigmaRule):
            settings = dict(top.custom_attributes.get("trustwright") or {})
            quiet = Settings({"quiet": settings.pop("quiet", "1h")}, where).milliseconds("quiet", "1h")
            made: Selection | Correlation = _selection(top, settings, where)
        else:
            quiet, made = top.timespan.seconds * 1000, _correlation(top, where)
    except (SigmaError, YAMLError) as error:
        said = " ".join(str(error).split())[:200]
        raise TrailError(f"{where}: this is no Sigma rule ({said}); mend the file.") from error
    level = top.level.name.lower() if top.level is not None else "medium"
    return Rule(name, top.title, " ".join((top.description or "").split()), level, made, quiet)


def _selection(rule: SigmaRule, settings: dict[str, Any], where: str) -> Selection:
    if len(rule.detection.parsed_condition) != 1:
        raise TrailError(f"{where}: has {len(rule.detection.parsed_condition)} conditions; give it one.")
    condition = rule.detection.parsed_condition[0].parsed
    matches = predicate(condition)
    said = settings.pop("group-by", ["actor_id"])
    if not isinstance(said, list):
        raise TrailError(f"{where}: group-by is no list of fields.")
    paths = [str(path) for path in said]
    name = settings.pop("detector", None)
    if name is None:
        Settings(settings, where).finish()
        return Selection(condition, matches, grouping(paths))
    return Selection(condition, matches, grouping(paths), detector(str(name), Settings(settings, where), where))


def _correlation(rule: SigmaCorrelationRule, where: str) -> Correlation:
    aliases = {alias.alias: {ref.reference: path for ref, path in alias.mapping.items()} for alias in rule.aliases}
    parts = []
    for reference in rule.rules or []:
        paths = [aliases.get(path, {}).get(reference.reference, path) for path in rule.group_by or []]
        below = reference.rule
        source = _selection(below, {}, where) if isinstance(below, SigmaRule) else _correlation(below, where)
        parts.append(Part(source, grouping(paths)))
    span = rule.timespan.seconds * 1000
    if rule.type is SigmaCorrelationType.TEMPORAL:
        return Correlation(parts, Counted(span, len(parts), different=True), None, many=True)
    if rule.type is SigmaCorrelationType.TEMPORAL_ORDERED:
        return Correlation(parts, Ordered(span, len(parts)), None, many=True)
    if rule.type not in {SigmaCorrelationType.EVENT_COUNT, SigmaCorrelationType.VALUE_COUNT}:
        raise TrailError(f"{where}: the trail has no correlation {rule.type.name.lower()}.")
    least, name = _least(rule, where)
    different = rule.type is SigmaCorrelationType.VALUE_COUNT
    if different and not name:
        raise TrailError(f"{where}: value_count needs the field whose values it counts.")
    values = getter(name) if different else (lambda fields: "")
    return Correlation(parts, Counted(span, least, different=different), values, many=False)


def _least(rule: SigmaCorrelationRule, where: str) -> tuple[int, str]:
    condition = rule.condition
    operator, count = getattr(condition, "op", None), getattr(condition, "count", None)
    more = {SigmaCorrelationConditionOperator.GTE: 0, SigmaCorrelationConditionOperator.GT: 1}
    if operator not in more or not isinstance(count, int):
        raise TrailError(
            f"{where}: a count is at least (gte) or more than (gt) a whole number; for absence use silence."
        )
    name = getattr(condition, "fieldref", None)
    return count + more[operator], name if isinstance(name, str) else ""
