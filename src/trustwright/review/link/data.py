"""The data map: each sensitive field that is stored, where, and whether it is protected before it is stored.

A field is protected by its type (``EncryptedString``), or by evidence that its values are encrypted, hashed or sealed
on the way in, or decrypted on the way out. A name that says so (``ssnHash``) is a claim, looked up like any other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.data_kinds import DataKind, kind_of, says_protected, words
from trustwright.review.link.orm import ModelField, declared, tables
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Function
from trustwright.review.source.sql import Statement

TRIGGERS: Final = (
    "ssn", "Ssn", "SSN", "ocial_security", "ocialSecurity", "ocialInsurance", "ard_number", "ardNumber", "ard_no",
    "cc_num",
    "redit_card", "reditCard", "ebit_card", "ebitCard", "ccnum", "cardnumber", "cvv", "Cvv", "CVV", "cvc", "Cvc", "CVC",
    "iban", "Iban", "IBAN", "ank_account", "ankAccount", "bankAcc", "ank_acc", "ccount_number", "ccountNumber",
    "ccount_no",
    "outing_number", "outingNumber", "ort_code", "ortCode", "aba_number", "ational_id", "ationalId", "ational_ins",
    "ationalIns", "itizen_", "itizenId", "dentity_number", "dentityNumber", "assport", "riving_lic", "rivers_lic",
    "river_lic", "riverLic", "riversLic", "adhaar", "cpf", "curp", "bsn", "nino", "iscal_code", "fiscalCode", "tax_id",
    "taxId", "TaxId", "taxID", "ax_number", "axNumber", "taxpayer", "itin", "iagnos", "edical", "edication",
    "rescription",
    "llerg", "lood_", "bloodType", "bloodGroup", "ealth_", "healthCondition", "healthRecord", "healthData", "isabilit",
    "hiv_status", "ecret", "pi_key", "piKey", "apikey", "API_KEY", "rivate_key", "rivateKey", "igning_key", "igningKey",
    "ncryption_key", "ncryptionKey", "ccess_token", "ccessToken", "efresh_token", "efreshToken", "uth_token",
    "uthToken",
    "ot_token", "otToken", "earer_token", "pi_token", "piToken", "_password", "Password",
)  # fmt: skip
"""Texts of which a source file holds one when it declares or writes a sensitive field."""


@dataclass(frozen=True, slots=True)
class StoredField:
    """A sensitive field that is stored.

    Attributes:
        entity: the model, table or collection.
        name: the field.
        kind: what it holds.
        location: where it is declared, or written when no declaration was found.
        protected: True when encrypted or hashed before it is stored, False when plain, None when that is not settled.
        said: what the verdict rests on, for a sentence.
        evidence: the places that the verdict rests on.
        others: further places of the same field: the migration, the writes.
    """

    entity: str
    name: str
    kind: DataKind
    location: Location
    protected: bool | None
    said: str
    evidence: tuple[Location, ...] = ()
    others: tuple[Location, ...] = ()


State = Literal["protected", "plain", "empty"]


@dataclass(frozen=True, slots=True)
class _Write:
    entity: str
    name: str
    state: State
    location: Location
    certain: bool


@dataclass(slots=True)
class _Evidence:
    """What the code does with sensitive values: writes by field, and the words beside encryption by field."""

    writes: dict[str, list[_Write]] = field(default_factory=dict)
    protections: dict[str, list[tuple[str, Location]]] = field(default_factory=dict)


_PROTECTS: Final = re.compile(
    r"encrypt|decrypt|cipher|seal|hash|digest|hmac|bcrypt|argon|scrypt|pbkdf|tokeni[sz]e|vault|kms|fernet|make_password|"
    r"set_password|generateHash|sha256|_enc\b|toHash",
    re.IGNORECASE,
)
_OPENS: Final = re.compile(
    r"(en|de)(crypt|cipher)|unseal|(bcrypt\w*|argon2?\w*|hasher)\.(compare|verify|check)", re.IGNORECASE
)
"""Calls beside a stored value that show it is sealed: hashing beside it may only sign with it or look it up."""
_NOT_PROTECTING: Final = re.compile(
    r"hash_?(map|router|history|change)|use_?hash|encode|location\.hash|image_?hash", re.IGNORECASE
)
_TYPE_PROTECTS: Final = re.compile(r"encrypt|cipher|fernet|pgp|sealed", re.IGNORECASE)
_TEXT: Final = re.compile(r"str(ing)?\b|text|char|clob|citext", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(big|small)?(int|integer|number|numeric|decimal|bigint|long)(field)?\b", re.IGNORECASE)
_BINARY: Final = re.compile(r"bytes|bytea|blob|binary|buffer", re.IGNORECASE)
_OTHER: Final = re.compile(
    r"bool|\bdate|\btime|relation|ForeignKey|OneToOne|ManyTo|\bjson|references\(|ObjectId|\[\]|list\[", re.IGNORECASE
)
_WRITES: Final = frozenset(
    {"create", "createMany", "insert", "insertOne", "insertMany", "insert_one", "update", "updateOne", "updateMany",
     "upsert",
     "save", "findOneAndUpdate", "findByIdAndUpdate", "bulkCreate", "bulk_create", "values", "set", "get_or_create",
     "update_or_create", "updateUser", "findOrCreate", "add"}
)  # fmt: skip
_DATABASE: Final = re.compile(
    r"(^|\.)(db|prisma\w*|tx|trx|knex|repo\w*|\w*[rR]epo(sitory)?|\w*Model|database|orm|em|manager|objects|collection(\(\))?|"
    r"supabase|session|dal|table|query)(\b|\.|\(|$)"
)
_MIGRATION: Final = re.compile(r"(^|/)migrations?/|\.sql$")
_EXTENDS: Final = re.compile(rb"\$extends|defineExtension|prisma\.\$use|listens_for|EntitySubscriber|addHook\(")
_NAMES: Final = re.compile(r"\[\s*(?:['\"]\w+['\"]\s*,?\s*)+\]")
_ANY_ENTITY: Final = frozenset(
    {"", "repository", "repo", "db", "session", "manager", "em", "tx", "trx", "object", "query", "knex", "insert",
     "update",
     "database", "orm", "from", "dal"}
)  # fmt: skip
"""What a write goes to when the call does not name the entity."""
_OUTSIDE: Final = re.compile(
    r"stripe|openai|axios|fetch|http|sdk|api\.|client\.|paypal|octokit|searchParams|headers|cookie|localStorage|cache|redis",
    re.IGNORECASE,
)
_UNSETTLED: Final = {
    "pgpsecretkey": "a PGP key is usually locked with a passphrase",
    "jwksprivatekey": "the library that makes signing keys encrypts them unless it is told not to",
}
"""Fields of which plain storage is not the same as a plain value."""


def stored_fields(
    corpus: Corpus, symbols: Symbols, statements: Iterable[tuple[str, tuple[Statement, ...]]]
) -> tuple[StoredField, ...]:
    """Return the sensitive fields that the repository stores, each once, by place.

    A field is declared by a model, else by an SQL file, else by the call that writes it.
    """
    evidence = _Evidence()
    for code in corpus.production():
        _Collector(code, symbols, evidence).collect()
    models = list(declared(corpus, symbols))
    known = {_plain(one) for model in models for one in (model.entity, model.table) if one}
    columns = list(tables(statements))
    found: dict[tuple[str, str], list[ModelField]] = {}
    for one in (*models, *(column for column in columns if _plain(column.entity) not in known)):
        if _is_sensitive(one):
            found.setdefault((_plain(one.table or one.entity), _plain(one.name)), []).append(one)
    places = {(_plain(one.entity), _plain(one.name)): one.location for one in columns}
    names = [name for _, name in found]
    fields = [
        _judged(group, evidence, names.count(key[1]) == 1, places.get(key)) for key, group in sorted(found.items())
    ]
    fields += _written(evidence, {_plain(model.name) for model in models})
    return tuple(sorted(fields, key=lambda one: (one.location, one.entity, one.name)))


def _plain(name: str) -> str:
    """Return a name without style, number and empty words: ``user_accounts`` and ``UserAccount`` are one."""
    joined = "".join(part for part in words(name) if part not in {"model", "schema", "entity", "table", "tbl"})
    return joined[:-1] if joined.endswith("s") and not joined.endswith("ss") else joined


def _bare(name: str) -> tuple[str, ...]:
    """Return a name's words without those that claim protection: ``ssn`` of ``ssn_encrypted``."""
    return tuple(part for part in words(name) if not says_protected(part))


def _is_sensitive(one: ModelField) -> bool:
    kind = kind_of(one.name, one.entity, one.siblings)
    if kind is None:
        return False
    if _TYPE_PROTECTS.search(one.type) or _TEXT.search(one.type) or _BINARY.search(one.type):
        return not (_OTHER.search(one.type) and not _TEXT.search(one.type) and not _TYPE_PROTECTS.search(one.type))
    return kind is not DataKind.SECRET and bool(_NUMBER.search(one.type))


def _judged(group: list[ModelField], evidence: _Evidence, unique: bool, migration: Location | None) -> StoredField:
    """Judge one field by its type, its writes and what is done with it elsewhere."""
    group = sorted(group, key=lambda item: bool(_MIGRATION.search(item.location.path)))
    one = group[0]
    kind = kind_of(one.name, one.entity, one.siblings) or DataKind.SECRET
    others = tuple(
        sorted({*(other.location for other in group[1:]), *([migration] if migration else [])} - {one.location})
    )

    def verdict(protected: bool | None, said: str, places: Iterable[Location] = ()) -> StoredField:
        return StoredField(one.entity, one.name, kind, one.location, protected, said, tuple(places)[:5], others)

    if any(_TYPE_PROTECTS.search(other.type) for other in group):
        return verdict(True, "its type encrypts", (one.location,))
    key = _plain(one.name)
    library = _UNSETTLED.get(key) or _UNSETTLED.get(_plain(one.entity) + key)
    writes = [
        item
        for item in evidence.writes.get(key, ())
        if _alike(item.entity, one) or (unique and _plain(item.entity) in _ANY_ENTITY)
    ]
    protecting = [item.location for item in writes if item.state == "protected"]
    if protecting:
        return verdict(True, "its values are encrypted or hashed before they are written", protecting)
    if library:
        return verdict(None, library)
    twin = any(name != one.name and says_protected(name) and _bare(name) == _bare(one.name) for name in one.siblings)
    near = evidence.protections.get(key, ()) if not twin else ()  # what is encrypted beside it may be its twin
    seen = [place for text, place in near if _belongs(text, place, one)]
    if seen:
        return verdict(True, "the code encrypts, decrypts or hashes its values", seen)
    plain = [item.location for item in writes if item.state == "plain" and item.certain]
    if says_protected(one.name):
        said = "its name says that it is protected, and nothing was found that encrypts or hashes it"
        return verdict(False if plain else None, said, plain)
    if any(_BINARY.search(other.type) and not _TEXT.search(other.type) for other in group):
        return verdict(None, "it is stored as bytes, which may be encrypted; nothing was found that does so", plain)
    return verdict(False, "nothing was found that encrypts or hashes it", plain)


def _alike(entity: str, one: ModelField) -> bool:
    """Tell whether a write goes to an entity, by its name in whole or in part."""
    mine = {_plain(one.entity), _plain(one.table or one.entity)}
    other = _plain(entity)
    return bool(other) and any(other == name or (len(other) > 3 and (other in name or name in other)) for name in mine)


def _belongs(text: str, place: Location, one: ModelField) -> bool:
    """Tell whether encryption beside a field's name is about this field: its entity is near, or its declaration is."""
    near = _plain(text)
    named = [part for part in words(one.entity) if len(part) > 3]
    return (
        place.path == one.location.path
        or (bool(named) and all(part in near for part in named))
        or _plain(one.entity) in near
    )


def _written(evidence: _Evidence, declared_names: set[str]) -> Iterator[StoredField]:
    """Yield the fields that are written and that no model declares; each once."""
    groups: dict[tuple[str, str], list[_Write]] = {}
    for key, writes in evidence.writes.items():
        for one in writes:
            if one.certain and one.state != "empty" and key not in declared_names:
                groups.setdefault((_plain(one.entity), key), []).append(one)
    for _, writes in sorted(groups.items()):
        first = min(writes, key=lambda item: (item.state == "protected", item.location))
        kind = kind_of(first.name, first.entity)
        if kind is not None:
            protected = first.state == "protected"
            said = (
                "its values are encrypted or hashed before they are written"
                if protected
                else "its value is written as it is"
            )
            others = tuple(sorted({item.location for item in writes} - {first.location}))[:5]
            yield StoredField(
                first.entity, first.name, kind, first.location, protected, said, (first.location,), others
            )


class _Collector:
    """Collects from one file what is written to sensitive fields, and what is encrypted, decrypted or hashed."""

    def __init__(self, code: Code, symbols: Symbols, evidence: _Evidence) -> None:
        self._code, self._symbols, self._evidence = code, symbols, evidence

    def collect(self) -> None:
        """Add everything in the file to the evidence."""
        code = self._code
        for pair in code.facts.pairs:
            if kind_of(pair.key, "", (pair.key, "bank")) is not None:
                self._pair(pair.key, pair.start, code.value(pair))
        for item in code.facts.assignments:
            name = item.target.rpartition(".")[2]
            if "." in item.target and item.value_end and kind_of(name, "", (name, "bank")) is not None:
                owner = item.target.rpartition(".")[0].rpartition(".")[2]
                written = self._written_later(owner, item.start)
                self._add(written or owner, name, code.value(item), item.start, certain=bool(written))
        if _EXTENDS.search(code.text):
            self._extension()
        for call in code.facts.calls:
            last = call.callee.rpartition(".")[2]
            if _OPENS.search(call.callee) or (
                last == "plugin" and b"ncrypt" in code.text[call.arguments_start : call.end]
            ):
                self._protection(call)

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
                if re.search(rf"(?<![\w.]){re.escape(owner)}(?![\w.])", text) and self._is_database(
                    receiver, call.start
                ):
                    return receiver.rpartition(".")[2].removesuffix("()")
        return ""

    def _is_database(self, receiver: str, at: int) -> bool:
        """Tell a database, or what was got from one: ``const users = db.collection("users")``."""
        if _DATABASE.search(receiver):
            return True
        binding = self._code.binding(receiver.partition(".")[0], at)
        made = binding.assignment if binding is not None else None
        if made is None or not made.value_end:
            return False
        return bool(_DATABASE.search(self._code.source(made.value_start, min(made.value_end, made.value_start + 200))))

    def _extension(self) -> None:
        """Read the tables of fields in a file that hooks encryption into the database client."""
        text = self._code.text.decode("utf-8", "replace")
        if not _OPENS.search(text):
            return
        for listed in _NAMES.finditer(text):
            line = text[text.rfind("\n", 0, listed.start()) + 1 : listed.end()]
            place = Location(self._code.path, text.count("\n", 0, listed.start()) + 1)
            for name in re.findall(r"\w+", listed[0]):
                if kind_of(name, "", (name, "bank")) is not None:
                    self._evidence.protections.setdefault(_plain(name), []).append((line, place))

    def _protection(self, call: Call) -> None:
        code = self._code
        text = code.source(call.arguments_start, min(call.end, call.arguments_start + 300))
        place = code.location(call.start)
        for name in set(re.findall(r"[A-Za-z_]\w*", text)):
            if kind_of(name, "", (name, "bank")) is not None:
                context = f"{text} {code.path}"
                self._evidence.protections.setdefault(_plain(name), []).append((context, place))

    def _pair(self, key: str, at: int, value: Expression) -> None:
        """Add a pair when it stands in a call that writes to a database or makes a record."""
        code = self._code
        around = [call for call in code.calls_in(max(0, at - 6000), at) if call.arguments_start <= at < call.end]
        for call in reversed(around):
            last = call.callee.rpartition(".")[2]
            receiver = call.callee[: -len(last) - 1]
            if last in _WRITES and receiver and not _OUTSIDE.search(receiver):
                entity = receiver.removesuffix(".objects").rpartition(".")[2].removesuffix("()")
                within = code.source(call.arguments_start, at)
                certain = self._is_database(receiver, call.start) and not re.search(
                    r"\b(where|select|include|filter)\s*[:=]\s*\{[^{}]*$", within
                )
                if not re.search(r"\b(where|select|include|orderBy)\s*:\s*\{[^{}]*$", within):
                    self._add(entity, key, value, at, certain=certain)
                return
            if last[:1].isupper() and (call.new or code.is_python):
                self._add(last, key, value, at, certain=False)
                return

    def _add(self, entity: str, name: str, value: Expression, at: int, *, certain: bool) -> None:
        state = self._state(value)
        place = self._code.location(at)
        self._evidence.writes.setdefault(_plain(name), []).append(_Write(entity, name, state, place, certain))

    def _state(self, value: Expression) -> State:
        if value.kind in {"null", "boolean", "number", "other"} or (value.kind == "string" and not value.text):
            return "empty"
        if any(part.kind == "call" and self._protects(part, 0) for part in value.walk()):
            return "protected"
        if value.kind == "name" and self._made_by_protection(value):
            return "protected"
        return "plain"

    def _protects(self, call: Expression, depth: int) -> bool:
        """Tell whether a call encrypts or hashes, by its name or by what the function of the repository does."""
        if _PROTECTS.search(call.name) and not _NOT_PROTECTING.search(call.name):
            return True
        symbol = self._symbols.name(self._code, call.name, call.start) if call.name else None
        if symbol is None or symbol.code is None or symbol.function is None:
            return False
        return self._body_protects(symbol.code, symbol.function, depth)

    def _body_protects(self, code: Code, function: Function, depth: int) -> bool:
        for inner in code.calls_in(function.body_start, function.body_end)[:60]:
            if _PROTECTS.search(inner.callee) and not _NOT_PROTECTING.search(inner.callee):
                return True
            if depth < 2:
                symbol = self._symbols.name(code, inner.callee, inner.start)
                made = symbol.function if symbol.kind == "function" else None
                elsewhere = made is not None and made.start != function.start
                if made and symbol.code and elsewhere and self._body_protects(symbol.code, made, depth + 1):
                    return True
        return False

    def _made_by_protection(self, value: Expression) -> bool:
        """Tell whether a name stands for what encrypting or hashing gave."""
        binding = self._code.binding(value.name.partition(".")[0], value.start)
        if binding is None or binding.assignment is None or not binding.assignment.value_end:
            return False
        made = self._code.value(binding.assignment)
        return any(part.kind == "call" and self._protects(part, 0) for part in made.walk())
