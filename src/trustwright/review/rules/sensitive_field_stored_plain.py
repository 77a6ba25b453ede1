"""Social security numbers, cards, bank accounts, health data and secrets that are stored as they came."""

from collections.abc import Iterator
from typing import Final

from trustwright.review.link.data import TRIGGERS, StoredField, stored_fields
from trustwright.review.link.data_kinds import DataKind
from trustwright.review.model import Confidence, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Sensitive field stored in plain text",
    finding="A field with sensitive data is stored without encrypting or hashing it first.",
    risk=(
        "Everybody who can read the table, a backup or a query log has the values: operators, an injection, a stolen "
        "dump. Disk encryption does not help against any of these."
    ),
    remediation=(
        (
            "Encrypt the value in the application before it is written, with a key from a key service and an "
            "authenticated cipher; keep a keyed hash beside it where the value must be found again."
        ),
        "Hash tokens and API keys that are only ever compared.",
        "Do not store what you need not: card numbers and verification codes belong to the payment provider.",
        "Encrypt the values that are there already, and drop the plain column.",
    ),
    criteria=("CC6.1", "C1.1", "CC6.7"),
    controls=("ACC-12", "COM-03"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="sensitive fields stored",
    triggers=TRIGGERS,
    gap="{unmet} of {examined} sensitive fields are stored in plain text",
)

_SEVERITY: Final = {
    DataKind.CARD: Severity.CRITICAL,
    DataKind.CARD_CODE: Severity.CRITICAL,
    DataKind.TAX_ID: Severity.MEDIUM,
    DataKind.SECRET: Severity.MEDIUM,
}


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each sensitive field that the repository stores, however many places name it."""
    for field in stored_fields(project.corpus, project.symbols, project.statements):
        called = f"{field.entity}.{field.name} ({field.kind})"
        if field.protected:
            yield met(field.location)
        elif field.protected is None:
            yield unknown(field.location, f"Whether {called} is protected is not settled: {field.said}.")
        else:
            yield _plain(field, called)


def _plain(field: StoredField, called: str) -> Observation:
    return unmet(
        field.location,
        f"{called} is stored in plain text: {field.said}.",
        severity=_SEVERITY.get(field.kind, Severity.HIGH),
        related=tuple(sorted({*field.evidence, *field.others} - {field.location}))[:5],
    )
