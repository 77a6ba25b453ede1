"""What a company sets for its reviews in ``trustwright.toml``: scope, thresholds, declared public routes, overrides.

Every entry that takes something out of the review's sight must say why. An entry past its ``expires`` date has no
effect any more and becomes a finding; it is not an error.
"""

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, ValidationError

from trustwright.errors import TrustwrightError
from trustwright.review.model import Location, Severity
from trustwright.review.source.toml import key_lines

FILE_NAME = "trustwright.toml"
LARGEST_FILE = 1_000_000  # bytes; a configuration beyond this is a mistake, and reading it would only cost time

Text = Annotated[str, Meta(min_length=1, pattern=r"\S")]
Days = Annotated[int, Meta(ge=1)]
Category = Literal["security", "availability", "processing-integrity", "confidentiality", "privacy"]
DEFAULT_CATEGORIES: tuple[Category, ...] = ("security", "availability", "confidentiality")
S = TypeVar("S", bound=Struct)


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers that rules compare with. SOC 2 fixes none of them: they are the company's own commitments."""

    minimum_tls_version: Literal["1.0", "1.1", "1.2", "1.3"] = "1.2"
    log_retention_days: Days = 90
    audit_log_retention_days: Days = 365
    backup_retention_days: Days = 7
    key_rotation_days: Days = 365


DEFAULT_THRESHOLDS = Thresholds()


class PublicRoute(Struct, frozen=True, forbid_unknown_fields=True):
    """Routes that are meant to be reachable without signing in.

    ``pattern`` is a path (``/health``), or a method and a path (``POST /webhooks/*``); ``*`` stands for one segment and
    ``**`` for any number.
    """

    pattern: Text
    reason: Text
    owner: Text
    expires: date

    def matches(self, method: str, path: str) -> bool:
        """Say whether the route ``method path`` (``GET``, ``/users/{id}``) is one of these."""
        wanted, _, pattern = self.pattern.strip().rpartition(" ")
        return (not wanted.strip() or wanted.strip().upper() == method.upper()) and matches(pattern, path)


class LeftOut(Struct, frozen=True, forbid_unknown_fields=True):
    """Files that are not reviewed: a pattern below the reviewed folder; one that fits a folder takes all below it."""

    path: Text
    reason: Text
    expires: date | None = None


class SeverityOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """Another severity for a rule's findings, everywhere or below ``path`` only."""

    rule: Text
    severity: Severity
    reason: Text
    path: str = ""
    expires: date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ExpiringEntry:
    """An entry with a date: what it is called, the day after which it has no effect, and where it stands."""

    name: str
    expires: date
    location: Location


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one review.

    Attributes:
        categories: the categories in scope; security is always among them.
        thresholds: the numbers that rules compare with.
        public_routes: the routes meant to be public, expired ones included.
        left_out: the files not reviewed, expired ones included.
        severity: the severity overrides, expired ones included.
        audit_helpers: names of the functions that write the audit log, as called (``recordEvent``, ``audit.write``).
        as_of: the day by which entries expire.
        file: the file they were read from, relative to the reviewed folder; empty when there is none.
        lines: line of each key in that file, by dotted path (``public_routes.0.expires``).
    """

    categories: tuple[Category, ...] = DEFAULT_CATEGORIES
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    public_routes: tuple[PublicRoute, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    severity: tuple[SeverityOverride, ...] = ()
    audit_helpers: tuple[str, ...] = ()
    as_of: date = date.min
    file: str = ""
    lines: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def on(self, day: date) -> "Settings":
        """Return the same settings as they hold on ``day``."""
        return dataclasses.replace(self, as_of=day)

    def public_route(self, method: str, path: str) -> PublicRoute | None:
        """Return the entry in force that declares the route public, if one does."""
        return next((entry for entry in self.public_routes if self._holds(entry) and entry.matches(method, path)), None)

    def leaves_out(self, path: str) -> LeftOut | None:
        """Return the entry in force that leaves out the file at ``path`` (relative, with ``/``), if one does."""
        return next((entry for entry in self.left_out if self._holds(entry) and below(entry.path, path)), None)

    def why_left_out(self, path: str) -> str | None:
        """Return the reason for which the file at ``path`` is left out, or None when it is not."""
        entry = self.leaves_out(path)
        return entry.reason if entry is not None else None

    def override(self, rule: str, path: str) -> SeverityOverride | None:
        """Return the override in force for a finding of ``rule`` in the file at ``path``; the most exact path wins."""
        candidates = [
            entry
            for entry in self.severity
            if entry.rule == rule and self._holds(entry) and (not entry.path or below(entry.path, path))
        ]
        return max(candidates, key=lambda entry: len(entry.path), default=None)

    def place(self, key: str) -> Location:
        """Return where ``key`` stands in the file; the line of the nearest entry around it when it has none itself."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return Location(self.file, self.lines.get(key, 1))

    def expiring(self) -> Iterator[ExpiringEntry]:
        """Yield every entry that has a date, in the file's order of kinds."""
        kinds: tuple[tuple[str, Sequence[PublicRoute | LeftOut | SeverityOverride], str], ...] = (
            ("public_routes", self.public_routes, "pattern"),
            ("left_out", self.left_out, "path"),
            ("severity", self.severity, "rule"),
        )
        for kind, entries, title in kinds:
            for index, entry in enumerate(entries):
                if entry.expires is not None:
                    name = f"{kind} entry {getattr(entry, title)}"
                    yield ExpiringEntry(name, entry.expires, self.place(f"{kind}.{index}.expires"))

    def _holds(self, entry: PublicRoute | LeftOut | SeverityOverride) -> bool:
        return entry.expires is None or self.as_of <= entry.expires


ENTRIES: Mapping[str, type[Struct]] = {
    "public_routes": PublicRoute,
    "left_out": LeftOut,
    "severity": SeverityOverride,
}


class _Lists(Struct, frozen=True):
    """The settings that are plain lists."""

    categories: tuple[Category, ...] = DEFAULT_CATEGORIES
    audit_helpers: tuple[Text, ...] = ()


KEYS = (*_Lists.__struct_fields__, "thresholds", *ENTRIES)


def matches(pattern: str, path: str) -> bool:
    """Say whether ``path`` fits ``pattern``: ``*`` is any text within one segment, ``**`` any number of segments."""
    return _expression(pattern.strip().strip("/")).fullmatch(path.strip("/")) is not None


def below(pattern: str, path: str) -> bool:
    """Say whether the file at ``path`` fits ``pattern`` or lies below a folder that does."""
    return matches(pattern, path) or matches(f"{pattern.rstrip('/')}/**", path)


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    # Runs of `**/` mean the same as one; left in, they would make matching take exponential time.
    shortest = re.sub(r"(\*\*/)+", "**/", re.sub(r"\*{3,}", "**", pattern))
    wild = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*"}
    pieces = re.split(r"(\*\*/|\*\*|\*)", shortest)
    return re.compile("".join(wild.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


def load(root: Path, file: Path | None = None, *, rules: Collection[str] = (), as_of: date | None = None) -> Settings:
    """Read the settings for a review of the folder ``root``.

    Args:
        root: the reviewed folder; its ``trustwright.toml`` is read when ``file`` is not given.
        file: another file to read instead; it must exist.
        rules: the ids that a severity override may name.
        as_of: the day by which entries expire; today (UTC) when not given.

    Raises:
        TrustwrightError: the file cannot be read or holds something that is not a setting; says file, line and key.
    """
    day = as_of or datetime.now(UTC).date()
    source = file or root / FILE_NAME
    if file is None and not source.is_file():
        return Settings(as_of=day)
    try:
        with source.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise TrustwrightError(f"{source}: {error.strerror or error}; name a readable file of settings.") from error
    if len(content) > LARGEST_FILE:
        raise TrustwrightError(f"{source}: larger than {LARGEST_FILE} bytes; name a file of settings.")
    resolved, folder = source.resolve(), root.resolve()
    name = resolved.relative_to(folder).as_posix() if resolved.is_relative_to(folder) else source.name
    return parse(content, name, rules=rules).on(day)


def parse(content: bytes, name: str = FILE_NAME, *, rules: Collection[str] = ()) -> Settings:
    """Make settings of a file's bytes; ``name`` is how messages and findings call the file.

    Raises:
        TrustwrightError: as for ``load``.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TrustwrightError(f"{name}:{line}: not UTF-8 text; save the file as UTF-8.") from error
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        reason = str(error).partition(" (at ")[0] if isinstance(error, ValueError) else "nested too deeply"
        raise TrustwrightError(f"{name}:{line}: not valid TOML: {reason}; correct the file's syntax.") from error
    lines = {".".join(map(str, path)): line for path, line in key_lines(text).items()}
    return _Reader(name, lines, rules).settings(data)


WORDS = (
    ("`date | null`", "a date such as 2027-03-31"),
    ("`date`", "a date such as 2027-03-31"),
    ("`datetime`", "a date with a time"),
    ("`str` matching regex '\\\\S'", "text that is not empty"),
    ("`str` of length >= 1", "text that is not empty"),
    ("`int`", "a whole number"),
    ("`str`", "text"),
    ("`array`", "a list"),
    ("`object`", "a table"),
    ("Invalid RFC3339 encoded date", "expected a date such as 2027-03-31"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """Turns parsed TOML into settings; knows where each key stands, for messages."""

    name: str
    lines: Mapping[str, int]
    rules: Collection[str]

    def settings(self, data: Mapping[str, object]) -> Settings:
        for key in data:
            if key not in KEYS:
                raise self._error(key, f"there is no such setting; {_suggestion(key, KEYS)}")
        lists = self._convert("", {key: data[key] for key in data if key in _Lists.__struct_fields__}, _Lists)
        entries: dict[str, Any] = {key: self._entries(key, kind, data) for key, kind in ENTRIES.items()}
        for index, entry in enumerate(entries["severity"]):
            if self.rules and entry.rule not in self.rules:
                message = f"there is no rule {entry.rule!r}; {_suggestion(entry.rule, self.rules)}"
                raise self._error(f"severity.{index}.rule", message)
        return Settings(
            categories=in_scope(lists.categories),
            thresholds=self._convert("thresholds", data.get("thresholds", {}), Thresholds),
            audit_helpers=lists.audit_helpers,
            file=self.name,
            lines=self.lines,
            **entries,
        )

    def _entries(self, key: str, kind: type[S], data: Mapping[str, object]) -> tuple[S, ...]:
        value = data.get(key, [])
        if not isinstance(value, list):
            raise self._error(key, f"expected entries; begin each with [[{key}]]")
        return tuple(self._convert(f"{key}.{index}", entry, kind) for index, entry in enumerate(value))

    def _convert(self, path: str, value: object, kind: type[S]) -> S:
        known = kind.__struct_fields__
        if isinstance(value, dict):
            for key in value:
                if key not in known:
                    raise self._error(f"{path}.{key}", f"there is no such setting; {_suggestion(key, known)}")
        try:
            return msgspec.convert(value, kind)
        except ValidationError as error:
            message = str(error)
            missing = re.search(r"missing required field `(\w+)`", message)
            if missing:
                raise self._error(path, f"{missing[1]} is missing; add a line `{missing[1]} = ...`") from error
            place = re.search(r"at `\$\.(\w+)", message)
            key = f"{path}.{place[1]}".lstrip(".") if place else path
            wrong = re.match(r"Invalid enum value '(.*)'", message)
            if wrong and place:
                choices = _choices(get_type_hints(kind)[place[1]])
                raise self._error(key, f"{wrong[1]!r} is not a choice; {_suggestion(wrong[1], choices)}") from error
            raise self._error(key, _reworded(message)) from error

    def _error(self, key: str, message: str) -> TrustwrightError:
        place = Settings(file=self.name, lines=self.lines).place(key)
        shown = re.sub(r"\.\d+", "", key)
        return TrustwrightError(f"{place}: {shown}: {message}" + ("" if message.endswith("?") else "."))


def in_scope(chosen: Collection[Category]) -> tuple[Category, ...]:
    """Return the chosen categories in the criteria's own order; security is in every SOC 2, so always among them."""
    return tuple(category for category in get_args(Category) if category == "security" or category in chosen)


def _choices(hint: Any) -> tuple[str, ...]:
    """Return the values that a type of choices allows, also within a list or an optional."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return tuple(hint)
    if get_origin(hint) is Literal:
        return get_args(hint)
    return tuple(choice for inner in get_args(hint) for choice in _choices(inner))


def _reworded(message: str) -> str:
    """Say what msgspec says of a value in words for people who did not write the code."""
    message = message.partition(" - at `")[0]
    for technical, plain in WORDS:
        message = message.replace(technical, plain)
    return message[:1].lower() + message[1:]


def _suggestion(word: str, known: Collection[str]) -> str:
    """Return what the reader may have meant, or what there is."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean {str(close[0])!r}?" if close else f"choose from {', '.join(sorted(known))}"
