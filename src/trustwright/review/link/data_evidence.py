"""What the code does with sensitive values: what it writes where, and what it encrypts, decrypts or hashes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from trustwright.review.link.data_kinds import kind_of, words
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Function

State = Literal["protected", "plain", "empty"]


@dataclass(frozen=True, slots=True)
class Write:
    """A value that goes into a sensitive field.

    ``entity`` is what it is written to, as far as the code names it. ``certain`` is True for a call to a database,
    False for a record that may never be stored.
    """

    entity: str
    name: str
    state: State
    location: Location
    certain: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """By plain field name: its writes, and the places where its values are sealed or opened, with the text there."""

    writes: dict[str, list[Write]] = field(default_factory=dict)
    seals: dict[str, list[tuple[str, Location]]] = field(default_factory=dict)


_PROTECTS: Final = re.compile(
    r"encrypt|cipher|seal|hash|digest|hmac|bcrypt|argon|scrypt|pbkdf|tokeni[sz]e|vault|kms|fernet|make_password|"
    r"sha256|_enc\b",
    re.IGNORECASE,
)
_NOT_PROTECTING: Final = re.compile(
    r"decrypt|decipher|unseal|hash_?(map|router|history|change)|use_?hash|encode|location\.hash|image_?hash|file_?hash",
    re.IGNORECASE,
)
_OPENS: Final = re.compile(
    r"(en|de)(crypt|cipher)|unseal|(bcrypt\w*|argon2?\w*|hasher)\.(compare|verify|check)", re.IGNORECASE
)
"""Calls beside a stored value that show it is sealed; hashing beside it may only sign with it or look it up."""
_WRITES: Final = frozenset(
    {
        "create", "createMany", "insert", "insertOne", "insertMany", "insert_one", "update", "updateOne", "updateMany",
        "upsert", "save", "findOneAndUpdate", "findByIdAndUpdate", "bulkCreate", "bulk_create", "values", "set",
        "get_or_create", "update_or_create", "updateUser", "findOrCreate", "add",
    }
)  # fmt: skip
_DATABASE: Final = re.compile(
    r"(^|\.)(db|prisma\w*|tx|trx|knex|\w*[rR]epo(sitory)?|\w*Model|database|orm|em|manager|objects|collection(\(\))?|"
    r"supabase|session|dal|table|query)(\b|\.|\(|$)"
)
_OUTSIDE: Final = re.compile(
    r"stripe|openai|axios|fetch|http|sdk|api\.|client\.|paypal|octokit|searchParams|headers|cookie|localStorage|"
    r"cache|redis",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:table|from|into|collection|insert|update|getRepository)\(\s*['\"`]?(\w+)|^(?:knex|db)\(\s*['\"`](\w+)"
)
_EXTENDS: Final = re.compile(rb"\$extends|defineExtension|prisma\.\$use|listens_for|EntitySubscriber|addHook\(")
_NAMES: Final = re.compile(r"\[\s*(?:['\"]\w+['\"]\s*,?\s*)+\]")
_FILTER: Final = re.compile(r"\b(where|select|include|orderBy|filter)\s*[:=]\s*\{[^{}]*$")
_NEAR: Final = 6000
_MAX_CALLS: Final = 60


def plain(name: str) -> str:
    """Return a name without style, plural and words that say nothing: ``user_accounts`` and ``UserAccount`` are one."""
    joined = "".join(part for part in words(name) if part not in {"model", "schema", "entity", "table", "tbl"})
    return joined[:-1] if joined.endswith("s") and not joined.endswith("ss") else joined


def collect(codes: Iterable[Code], symbols: Symbols) -> Evidence:
    """Return the evidence in source files."""
    evidence = Evidence()
    for code in codes:
        _Collector(code, symbols, evidence).collect()
    return evidence


def _is_sensitive(name: str) -> bool:
    return kind_of(name, "", ("bank",)) is not None


@lru_cache(maxsize=50_000)
def _opens(callee: str) -> bool:
    return _OPENS.search(callee) is not None


class _Collector:
    """Collects from one file."""

    def __init__(self, code: Code, symbols: Symbols, evidence: Evidence) -> None:
        self._code, self._symbols, self._evidence = code, symbols, evidence

    def collect(self) -> None:
        """Add everything in the file to the evidence."""
        code = self._code
        for pair in code.facts.pairs:
            if _is_sensitive(pair.key):
                self._pair(pair.key, pair.start, code.value(pair))
        for item in code.facts.assignments:
            name = item.target.rpartition(".")[2]
            if "." in item.target and item.value_end and _is_sensitive(name):
                owner = item.target.rpartition(".")[0].rpartition(".")[2]
                written = self._written_later(owner, item.start)
                entity = written or self._entity(owner, item.start)
                self._add(entity, name, code.value(item), item.start, certain=bool(written))
        for call in code.facts.calls:
            plugs = call.callee.endswith(".plugin") and b"ncrypt" in code.text[call.arguments_start : call.end]
            if plugs or _opens(call.callee):
                text = code.source(call.arguments_start, min(call.end, call.arguments_start + 300))
                self._seal(text, f"{text} {code.path}", code.location(call.start))
        if _EXTENDS.search(code.text):
            self._extension()

    # --- sealing ----------------------------------------------------------------------------------------------------

    def _seal(self, text: str, context: str, place: Location) -> None:
        for name in sorted(set(re.findall(r"[A-Za-z_]\w*", text))):
            if _is_sensitive(name):
                self._evidence.seals.setdefault(plain(name), []).append((context, place))

    def _extension(self) -> None:
        """Read the lists of fields in a file that hooks encryption into the database client."""
        text = self._code.text.decode("utf-8", "replace")
        for listed in _NAMES.finditer(text) if _OPENS.search(text) else ():
            line = text[text.rfind("\n", 0, listed.start()) + 1 : listed.end()]
            place = Location(self._code.path, text.count("\n", 0, listed.start()) + 1)
            self._seal(listed[0], line, place)

    # --- writing ----------------------------------------------------------------------------------------------------

    def _pair(self, key: str, at: int, value: Expression) -> None:
        """Add a pair when it stands in a call that writes to a database or makes a record."""
        code = self._code
        near = code.calls_in(max(0, at - _NEAR), at)
        for call in reversed([call for call in near if call.arguments_start <= at < call.end]):
            last = call.callee.rpartition(".")[2]
            receiver = call.callee[: -len(last) - 1]
            if last in _WRITES and receiver and not _OUTSIDE.search(receiver):
                if not _FILTER.search(code.source(call.arguments_start, at)):
                    certain = self._is_database(receiver, call.start)
                    self._add(self._receiver(call, receiver), key, value, at, certain=certain)
                return
            if last[:1].isupper() and (call.new or code.is_python):
                self._add(last, key, value, at, certain=False)
                return

    def _receiver(self, call: Call, receiver: str) -> str:
        """Return what a call writes to: ``users`` of ``db.insert(users)``, ``user`` of ``prisma.user.create``."""
        named = _NAMED.search(self._code.source(call.callee_start, call.callee_end))
        if named is not None:
            return named[1] or named[2]
        return receiver.removesuffix(".objects").rpartition(".")[2].removesuffix("()")

    def _written_later(self, owner: str, at: int) -> str:
        """Return where an object made in a function is written to: ``users`` of ``users.update({}, {$set: user})``."""
        code, function = self._code, self._code.enclosing_function(at)
        if function is None or owner in {"self", "this", "cls"}:
            return ""
        for call in code.calls_in(at, function.body_end):
            last = call.callee.rpartition(".")[2]
            receiver = call.callee[: -len(last) - 1]
            if last in _WRITES and receiver and not _OUTSIDE.search(receiver):
                text = code.source(call.arguments_start, min(call.end, call.arguments_start + 300))
                passed = re.search(rf"(?<![\w.]){re.escape(owner)}(?![\w.])", text)
                if passed and self._is_database(receiver, call.start):
                    entity = self._receiver(call, receiver)
                    return self._entity(owner, at) if plain(entity) in {"session", "db", "em", "manager"} else entity
        return ""

    def _entity(self, owner: str, at: int) -> str:
        """Return the class of an object, when the code says it, else the object's name."""
        klass = self._code.enclosing_class(at) if owner in {"self", "this", "cls"} else None
        if klass is not None:
            return klass.name
        binding = self._code.binding(owner, at)
        made = binding.assignment if binding is not None else None
        if made is not None and made.value_end:
            value = self._code.value(made)
            if value.kind == "call" and value.last_name[:1].isupper():
                return value.last_name
        return owner

    def _is_database(self, receiver: str, at: int) -> bool:
        """Tell a database, or what was got from one: ``const users = db.collection("users")``."""
        if _DATABASE.search(receiver):
            return True
        binding = self._code.binding(receiver.partition(".")[0], at)
        made = binding.assignment if binding is not None else None
        if made is None or not made.value_end:
            return False
        return bool(_DATABASE.search(self._code.source(made.value_start, min(made.value_end, made.value_start + 200))))

    def _add(self, entity: str, name: str, value: Expression, at: int, *, certain: bool) -> None:
        write = Write(entity, name, self._state(value), self._code.location(at), certain)
        self._evidence.writes.setdefault(plain(name), []).append(write)

    # --- values -----------------------------------------------------------------------------------------------------

    def _state(self, value: Expression) -> State:
        if value.kind in {"null", "boolean", "number", "other"} or (value.kind == "string" and not value.text):
            return "empty"
        if self._comes_from_protection(value):
            return "protected"
        if value.kind == "name":
            binding = self._code.binding(value.name.partition(".")[0], value.start)
            made = binding.assignment if binding is not None else None
            if made is not None and made.value_end and self._comes_from_protection(self._code.value(made)):
                return "protected"
        return "plain"

    def _comes_from_protection(self, value: Expression) -> bool:
        return any(part.kind == "call" and self._protects(part) for part in value.walk())

    def _protects(self, call: Expression) -> bool:
        """Tell whether a call encrypts or hashes, by its name or by what the function of the repository does."""
        if _is_protection(call.name):
            return True
        symbol = self._symbols.name(self._code, call.name, call.start) if call.name else None
        if symbol is None or symbol.code is None or symbol.function is None:
            return False
        return self._body_protects(symbol.code, symbol.function, 0)

    def _body_protects(self, code: Code, function: Function, depth: int) -> bool:
        calls = code.calls_in(function.body_start, function.body_end)[:_MAX_CALLS]
        if any(_is_protection(inner.callee) for inner in calls):
            return True
        for inner in calls if depth < 2 else ():
            symbol = self._symbols.name(code, inner.callee, inner.start)
            made = symbol.function if symbol.kind == "function" else None
            if made is None or symbol.code is None or made.start == function.start:
                continue
            if self._body_protects(symbol.code, made, depth + 1):
                return True
        return False


def _is_protection(name: str) -> bool:
    return bool(_PROTECTS.search(name)) and not _NOT_PROTECTING.search(name)
