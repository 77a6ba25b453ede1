"""Production data that reaches development, test or staging."""

import re
from collections.abc import Iterator
from typing import Final

from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unmet
from trustwright.review.project import Project

RULE = Rule(
    __name__,
    title="Production data in development",
    finding="A development or test setting names a production database, or a script copies production data out of it.",
    risk="Customers' data lies where access is wide, logging thin and laptops get lost; contracts usually forbid it.",
    remediation=(
        "Give development and staging databases of their own, filled with invented data.",
        "Where real shapes are needed, anonymise in production before anything leaves it, and review the script.",
        "Take production credentials out of every other environment, and rotate them.",
    ),
    criteria=("CC8.1", "C1.1", "CC6.1"),
    controls=("CHG-08", "ACC-18"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    population="development settings and copies of databases",
)

_DEVELOPMENT: Final = re.compile(
    r"(^|[/._-])(dev|devel|development|local|test|testing|stag|stage|staging|qa)([/._-]|$)", re.IGNORECASE
)
_DATABASE_URL: Final = re.compile(
    r"\b(postgres(ql)?(\+\w+)?|mysql(\+\w+)?|mongodb(\+srv)?|mariadb|redis|mssql|sqlserver)://[^\s\"']+", re.IGNORECASE
)
_PRODUCTION_HOST: Final = re.compile(r"@?[\w.-]*\b(prod|production|live)\b[\w.-]*", re.IGNORECASE)
_DUMP: Final = re.compile(
    r"\b(pg_dump(all)?|mysqldump|mongodump|pg_basebackup|heroku\s+pg:(backups|pull|copy)|rds\s+restore-db|wal-g)\b"
)
_FROM_PRODUCTION: Final = re.compile(r"\bprod(uction)?\b|PROD(UCTION)?_|_PROD(UCTION)?\b|\blive\b", re.IGNORECASE)
_TO_ELSEWHERE: Final = re.compile(
    r"stag(e|ing)|develop|\bdev\b|DEV_|_DEV\b|\blocal(host)?\b|\btest\b|\bqa\b|preview|sandbox", re.IGNORECASE
)
_ANONYMISED: Final = re.compile(
    r"anonymi[sz]|pseudonymi[sz]|sanitiz|scrub|mask|obfuscat|--schema-only|--no-data|-s\s", re.IGNORECASE
)
_SCRIPTS: Final = (".sh", ".bash", ".yml", ".yaml")
_NAMES: Final = ("Makefile", "Justfile", "justfile", "Taskfile.yml")
_WINDOW = 12
"""Lines around a dump in which its destination and its cleaning are looked for."""


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each development setting with a database, and for each copy of one."""
    for path, tree in project.settings_files:
        if not _DEVELOPMENT.search(path.rpartition("/")[2]):
            continue
        for key, value in tree.items():
            match = _DATABASE_URL.search(value.text) if value.is_scalar else None
            if match is not None:
                place = Location(path, value.line)
                host = match[0].rpartition("@")[2]
                if _PRODUCTION_HOST.match(host) or re.search(r"[.-](prod|production|live)[.-]", host):
                    yield unmet(place, f"{key} of a development setting names a production host.")
                else:
                    yield met(place)
    for path in sorted(project.corpus.paths(*_SCRIPTS, names=_NAMES)):
        text = project.corpus.read(path)
        if b"dump" in text or b"pg:" in text or b"restore-db" in text:
            yield from _copies(path, text.decode("utf-8", "replace"))


def _copies(path: str, text: str) -> Iterator[Observation]:
    """Judge each dump of a production database by where it goes and what is done to it on the way."""
    lines = text.split("\n")
    last = -_WINDOW
    for number, line in enumerate(lines):
        if not _DUMP.search(line) or line.lstrip().startswith("#") or number - last < _WINDOW:
            continue
        around = "\n".join(lines[max(0, number - _WINDOW) : number + _WINDOW])
        if _FROM_PRODUCTION.search(around) and _TO_ELSEWHERE.search(f"{path}\n{around}"):
            last = number
            place = Location(path, number + 1)
            if _ANONYMISED.search(around):
                yield met(place)
            else:
                yield unmet(place, "A dump of the production database goes to another environment as it is.")
