"""Database migrations that cannot be taken back."""

from collections.abc import Iterator

from trustwright.review.link.code_migrations import TRIGGERS, code_migrations
from trustwright.review.link.migrations import Migration, sql_migrations
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Migration without rollback",
    finding="A migration changes the database and brings no way back.",
    risk=(
        "When a release has to be taken back, the database stays ahead of the code, or data that the migration dropped "
        "is gone; what remains is a restore, with everything written since lost."
    ),
    remediation=(
        "Write the way back with each migration: `downgrade`, `down`, `reverse_code`, `reverse_sql`, a `down.sql`.",
        "Take columns and tables away in a later release than the code that used them, after a backup.",
        "Where the tool knows no way back, keep migrations additive, and write down and try how to restore.",
    ),
    criteria=("CC8.1", "A1.2"),
    controls=("CHG-09",),
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    population="migrations",
    triggers=TRIGGERS,
    gap="{unmet} of {examined} migrations cannot be taken back",
)


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each migration that does not undo itself."""
    for migration in sql_migrations(project.statements, project.corpus):
        yield _judge(migration)
    for code in project.production():
        for migration in code_migrations(code):
            yield _judge(migration)


def _judge(migration: Migration) -> Observation:
    """Judge a migration; where nobody writes ways back, one that takes nothing away needs none: old code still runs."""
    place, name = migration.location, migration.name
    if migration.reversible:
        return met(place)
    if migration.reversible is None:
        return unknown(place, f"What {name} does could not be read.")
    if not migration.practised:
        detail = f"{name} {migration.loses}, and there is no way back."
        return unmet(place, detail) if migration.loses else met(place)
    does = f"{name} {migration.loses}" if migration.loses else name
    link = ", and" if migration.loses else ":"
    severity = Severity.MEDIUM if migration.loses else None
    return unmet(place, f"{does}{link} {migration.reason}.", severity=severity)
