"""Configuration files of any format, as text: where addresses and switches stand that decide how a program runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from trustwright.review.link.corpus import Corpus
from trustwright.review.model import Location

Stage = Literal["production", "template", "development"]

MAX_BYTES: Final = 300_000
"""Larger files of these formats are data, not configuration."""

_SUFFIXES: Final = (
    ".env", ".ini", ".cfg", ".conf", ".properties", ".toml", ".yml", ".yaml", ".sh", ".bash", ".tf", ".tfvars",
    ".prisma", ".config",
)  # fmt: skip
_NAMES: Final = re.compile(
    r"(^|/)((\.env|env)(rc|[.-][\w.-]+)?|\.npmrc|\.curlrc|nginx[\w.-]*|[\w.-]+\.conf\.(template|tmpl|j2|erb|in)|"
    r"[\w.-]*dockerfile[\w.-]*|procfile|makefile|package\.json|app\.json|"
    r"(app)?settings[\w.-]*\.json|config[\w.-]*\.json)$",
    re.IGNORECASE,
)
_DATA: Final = re.compile(
    r"(^|/)(locales?|i18n|lang|languages|translations|messages|openapi|swagger|schemas?|changelogs?|licen[cs]es?)/"
    r"|(^|/)(pnpm-lock|yarn\.lock|poetry\.lock|openapi|swagger|mkdocs|cspell|renovate|\.pre-commit-config|"
    r"codecov|dependabot|crowdin)[\w.-]*$|\.(md|mdx|ts|mts|js|mjs|tsx|py)$",
    re.IGNORECASE,
)
_TEMPLATE: Final = re.compile(r"example|sample|template|\bdist\b|-dist$", re.IGNORECASE)
_DEVELOPMENT: Final = re.compile(
    r"(^|[/._-])(dev|devel|development|local|localdev|devcontainer|test|tests|testing|test-environments?|ci|e2e|cypress|"
    r"override|sandbox|playground|demo|debug|vagrant|smoke-tests?|mock|bench|benchmarks?|tox|pytest)([/._-]|$)",
    re.IGNORECASE,
)
_PRODUCTION: Final = re.compile(r"(^|[/._-])(prod|production|prd|live)([/._-]|$)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"^[ \t]*(?:#|//|;|--).*$|(?<=\s)#\s.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration file. ``text`` has its comments blanked out, so that what is found in it is in force."""

    path: str
    text: str

    @property
    def stage(self) -> Stage:
        """Where the file counts, judged by its path."""
        return stage_of(self.path)

    def location(self, offset: int) -> Location:
        """Return the place of a character offset."""
        return Location(self.path, self.text.count("\n", 0, offset) + 1)

    def line(self, offset: int) -> str:
        """Return the line around a character offset."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start : end if end >= 0 else len(self.text)]


def stage_of(path: str) -> Stage:
    """Say whether a file counts in production, for developers only, or is a template that is copied and filled in."""
    if _PRODUCTION.search(path):
        return "production"
    if _DEVELOPMENT.search(path):
        return "development"
    return "template" if _TEMPLATE.search(path.rpartition("/")[2]) else "production"


def configurations(corpus: Corpus, *words: bytes) -> Iterator[Configuration]:
    """Yield the handwritten configuration files that hold one of ``words``, by path; files for tests are left out."""
    for path, file in sorted(corpus.files.items()):
        if file.role != "production" or file.language or file.size > MAX_BYTES or not is_configuration(path):
            continue
        data = corpus.read(path)
        if any(word in data for word in words) and b"\0" not in data[:8000]:
            text = data.decode("utf-8", "replace")
            yield Configuration(path, _COMMENT.sub(lambda match: " " * len(match[0]), text))


def is_configuration(path: str) -> bool:
    """Tell by its path alone whether a file configures something."""
    return bool(path.endswith(_SUFFIXES) or _NAMES.search(path)) and not _DATA.search(path)
