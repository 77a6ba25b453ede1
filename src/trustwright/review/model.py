"""The words of a review: rules, observations, findings, routes, gaps and the assessment made of them.

Everything here is plain frozen data. Facts (what was read) live in ``source``; conclusions live here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

V = TypeVar("V", bound=StrEnum)


class Severity(StrEnum):
    """How much an auditor would mind, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for critical up to 3 for low, for sorting."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure the rule is that what it names is there."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What a rule concluded about one member of its population."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class ControlStatus(StrEnum):
    """What the review says of a criterion; docs/adr/0002 defines it."""

    NON_COMPLIANT = "non-compliant"
    PARTIAL = "partial"
    COMPLIANT = "compliant"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. ``path`` is relative to the reviewed folder, with ``/``; lines count from 1."""

    path: str
    line: int
    end_line: int = 0

    def __post_init__(self) -> None:
        """Make a one-line place of one that names only its first line."""
        if self.end_line < self.line:
            object.__setattr__(self, "end_line", self.line)

    def __str__(self) -> str:
        """Return ``path:line``, the form terminals and editors open."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule module says of itself, once; findings are built from it.

    Attributes:
        module: the defining module's ``__name__``; the rule's id is its last part with dashes.
        title: a few words, for tables.
        finding: what the rule finds, in a sentence or two; shown when an observation has no detail of its own.
        risk: what can go wrong and why an auditor cares.
        remediation: steps, in order.
        criteria: criterion ids the finding speaks against, the main one first.
        controls: control ids of the catalog.
        severity: the default; an observation may carry another.
        confidence: the default; an observation may carry another.
        population: plural noun for what the rule counts ("routes", "storage resources").
        triggers: texts (case-sensitive); a source file in a programming language that contains none of them cannot
            matter to this rule. They decide which files are parsed. Empty when the rule reads no such file itself.
        gap: how the Control Assessment says what is wrong, with ``{unmet}`` and ``{examined}`` for the counts
            (``{unmet} of {examined} routes accept anonymous requests``); made of population and title when empty.
    """

    module: str
    title: str
    finding: str
    risk: str
    remediation: tuple[str, ...]
    criteria: tuple[str, ...]
    controls: tuple[str, ...]
    severity: Severity
    confidence: Confidence
    population: str
    triggers: tuple[str, ...] = ()
    gap: str = ""

    @property
    def id(self) -> str:
        """The rule's id: its file's name, with dashes."""
        return self.module.rpartition(".")[2].replace("_", "-")


@dataclass(frozen=True, slots=True)
class Observation:
    """One member of a rule's population and what became of it.

    ``severity`` and ``confidence`` replace the rule's own when given. ``detail`` is a sentence; required unless met.
    """

    outcome: Outcome
    location: Location
    detail: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    related: tuple[Location, ...] = ()


def met(location: Location) -> Observation:
    """Record that the member at ``location`` is as it should be."""
    return Observation(Outcome.MET, location)


def unmet(
    location: Location,
    detail: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    related: tuple[Location, ...] = (),
) -> Observation:
    """Record an objection: ``detail`` says in one sentence what is wrong at ``location``."""
    return Observation(Outcome.UNMET, location, detail, severity, confidence, related)


def unknown(location: Location, detail: str) -> Observation:
    """Record that the member at ``location`` could not be judged, and why: an open question, never a pass."""
    return Observation(Outcome.UNKNOWN, location, detail)


@dataclass(frozen=True, slots=True)
class Reference:
    """A stretch of a source file, in bytes: an expression that can be looked at again."""

    path: str
    start: int
    end: int


class Access(StrEnum):
    """Verdict on a route's authentication or authorization."""

    ENFORCED = "enforced"
    ABSENT = "absent"
    DECLARED_PUBLIC = "declared-public"
    UNKNOWN = "unknown"


class Audit(StrEnum):
    """Verdict on audit events around a route's action."""

    BEFORE_AND_AFTER = "before-and-after"
    AFTER = "after"
    BEFORE = "before"
    ABSENT = "absent"
    NOT_NEEDED = "not-needed"
    UNKNOWN = "unknown"


class Deletion(StrEnum):
    """Verdict on how a route deletes."""

    SOFT = "soft"
    HARD = "hard"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict(Generic[V]):
    """A value and the places it rests on; ``reason`` is one short sentence."""

    value: V
    evidence: tuple[Location, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GuardUse:
    """Something that runs before a handler and may refuse the request.

    Attributes:
        reference: the guard's expression where it is attached (``authenticate``, ``requireRole("admin")``).
        scope: where it is attached: ``route``, ``router``, ``application`` or ``global``.
        verdict: what the framework already knows of it, when its meaning is not in its body (a settings entry);
            ``None`` lets the linker resolve and read the body.
        unreached: stretches of the guard's body that do not run for this route, so that no refusal there counts: the
            guard returns early for a route with this decorator, or for this path.
        doubt: why it may not run for this route; what it enforces is then unknown. Empty when it runs.
    """

    reference: Reference
    scope: str
    verdict: "GuardVerdict | None" = None
    unreached: tuple[Reference, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """What a guard does, read from its body or from the table of known library guards.

    ``authentication`` and ``authorization`` are ENFORCED, ABSENT (it was read and does no such thing) or UNKNOWN.
    ``evidence`` is the reject path, or the use of the known guard.
    """

    authentication: Access
    authorization: Access
    evidence: tuple[Location, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """A route as its framework module found it, before any verdict.

    Attributes:
        method: ``GET``, ``POST``, ... or ``ANY``.
        path: the full path in OpenAPI style (``/users/{id}``), mounts included.
        framework: the framework module's name.
        location: where the route is declared.
        handler: the handler's expression or definition, when found.
        handler_name: how to call the handler in reports.
        guards: all that runs before the handler, outermost first.
        unresolved: reasons why more guards may exist than were found; not empty means "absent" cannot be said.
        unreached: stretches of the handler that do not run for this route: it answers others, by other methods, too.
        ready_made: True when a library's own code handles the route, and is known to check nothing by itself.
    """

    method: str
    path: str
    framework: str
    location: Location
    handler: Reference | None
    handler_name: str
    guards: tuple[GuardUse, ...] = ()
    unresolved: tuple[str, ...] = ()
    unreached: tuple[Reference, ...] = ()
    ready_made: bool = False


class Reach(StrEnum):
    """What a handler does to stored data; ``UNSEEN``: it calls what could not be followed."""

    SIGNS_IN, CHANGES, READS, UNSEEN, NOTHING = "signs in", "changes", "reads", "unseen", "nothing"


@dataclass(frozen=True, slots=True)
class Route:
    """A route with its verdicts: one row of the route map; ``reached`` is where stored data is changed or read."""

    declared: DeclaredRoute
    authentication: Verdict[Access]
    authorization: Verdict[Access]
    audit: Verdict[Audit]
    deletion: Verdict[Deletion]
    changes_state: bool
    sensitive: str = ""
    """Why the action is sensitive (``deletes a user``), or empty."""
    reach: Reach = Reach.UNSEEN
    reached: tuple[Location, ...] = ()

    @property
    def name(self) -> str:
        """Method and path, as people say it."""
        return f"{self.declared.method} {self.declared.path}"


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something the review did not look at or could not understand; shown, never folded into good.

    ``kind`` is a closed word: ``left-out``, ``capped``, ``parse-error``, ``unreadable``, ``not-understood``,
    ``bad-suppression``. ``count`` is the number of files it stands for.
    """

    kind: str
    path: str
    detail: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """An objection, ready for a report.

    ``severity_reason`` is why the settings give it another severity than the rule would; empty when they do not.
    """

    fingerprint: str
    rule: Rule
    severity: Severity
    confidence: Confidence
    detail: str
    location: Location
    snippet: str
    related: tuple[Location, ...] = ()
    severity_reason: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A finding that a comment in the code sets aside, with the reason the comment gives."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """How many were examined, and how many of them were met or unknown."""

    examined: int = 0
    met: int = 0
    unknown: int = 0

    def __add__(self, other: "Population") -> "Population":
        """Add two disjoint populations."""
        return Population(self.examined + other.examined, self.met + other.met, self.unknown + other.unknown)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A member of a population that could not be judged, and why."""

    rule: Rule
    location: Location
    detail: str


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule saw: its population, its findings, its open questions."""

    rule: Rule
    population: Population
    findings: tuple[Finding, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionAssessment:
    """One row of the Control Assessment table."""

    criterion: str
    title: str
    status: ControlStatus
    gap: str
    priority: Severity | None
    population: Population
    findings: tuple[Finding, ...]
    evidence_needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What was reviewed: the folder's name and, in a git checkout, its commit; counts of what was read."""

    name: str
    commit: str
    files: int
    lines: int
    languages: Mapping[str, int] = field(default_factory=dict)
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The whole result, from which every report format is made."""

    target: Target
    criteria: tuple[CriterionAssessment, ...]
    results: tuple[RuleResult, ...]
    findings: tuple[Finding, ...]
    suppressions: tuple[Suppression, ...]
    routes: tuple[Route, ...]
    gaps: tuple[Gap, ...]
    complete: bool
    """False when part of the input could not be read."""
    categories: tuple[str, ...] = ()
    """The categories in scope: every criterion of theirs has a row."""
