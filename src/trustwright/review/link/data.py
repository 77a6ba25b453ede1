"""The data map: each sensitive field that is stored, where, and whether it is protected before it is stored.

A field is protected by its type (``EncryptedString``), or by evidence that its values are encrypted, hashed or sealed
on the way in, or opened on the way out. A name that says so (``ssnHash``) is a claim, looked up like any other field.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.data_evidence import Evidence, Write, collect, plain
from trustwright.review.link.data_kinds import DataKind, kind_of, says_protected, words
from trustwright.review.link.orm import ModelField, declared, tables
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source.sql import Statement

TRIGGERS: Final = (
    "ssn", "Ssn", "SSN", "ocial_security", "ocialSecurity", "ocialInsurance", "ard_num", "ardNum", "pan_num",
    "panNum", "ard_no", "cc_num", "redit_card", "reditCard", "ebit_card", "ebitCard", "ccnum", "cardnumber", "cvv",
    "Cvv", "CVV", "cvc", "Cvc", "CVC", "iban", "Iban", "IBAN", "ank_account", "ankAccount", "bankAcc", "ank_acc",
    "ccount_number", "ccountNumber", "ccount_no", "outing_number", "outingNumber", "ort_code", "ortCode",
    "aba_number", "ational_id", "ationalId", "ational_ins", "ationalIns", "itizen_", "itizenId", "dentity_number",
    "dentityNumber", "assport", "riving_lic", "rivers_lic", "river_lic", "riverLic", "riversLic", "adhaar", "cpf",
    "curp", "bsn", "nino", "iscal_code", "fiscalCode", "tax_id", "taxId", "TaxId", "taxID", "ax_number", "axNumber",
    "taxpayer", "itin", "iagnos", "edical", "edication", "rescription", "llerg", "lood_", "bloodType", "bloodGroup",
    "ealth_", "healthCondition", "healthRecord", "healthData", "isabilit", "hiv_status", "ecret", "pi_key", "piKey",
    "apikey", "API_KEY", "rivate_key", "rivateKey", "igning_key", "igningKey", "ncryption_key", "ncryptionKey",
    "ccess_token", "ccessToken", "efresh_token", "efreshToken", "uth_token", "uthToken", "ot_token", "otToken",
    "earer_token", "pi_token", "piToken", "_password", "Password",
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


_TYPE_PROTECTS: Final = re.compile(r"encrypt|cipher|fernet|pgp|sealed", re.IGNORECASE)
_TEXT: Final = re.compile(r"str(ing)?\b|text|char|clob|citext", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(big|small)?(int|integer|number|numeric|decimal|bigint|long)(field)?\b", re.IGNORECASE)
_BINARY: Final = re.compile(r"bytes|bytea|blob|binary|buffer", re.IGNORECASE)
_OTHER: Final = re.compile(
    r"bool|\bdate|\btime|relation|ForeignKey|OneToOne|ManyTo|\bjson|references\(|ObjectId|\[\]|list\[", re.IGNORECASE
)
_MIGRATION: Final = re.compile(r"(^|/)migrations?/|\.sql$")
_ANY_ENTITY: Final = frozenset(
    {
        "", "repository", "repo", "db", "session", "manager", "em", "tx", "trx", "object", "query", "knex",
        "insert", "update", "database", "orm", "from", "dal",
    }
)  # fmt: skip
"""What a write goes to when the call does not name the entity."""
_UNSETTLED: Final = {
    "pgpsecretkey": "a PGP key is usually locked with a passphrase",
    "jwkprivatekey": "the library that makes signing keys encrypts them unless it is told not to",
}
"""Fields of which plain storage is not the same as a plain value."""


def stored_fields(
    corpus: Corpus, symbols: Symbols, statements: Iterable[tuple[str, tuple[Statement, ...]]]
) -> tuple[StoredField, ...]:
    """Return the sensitive fields that the repository stores, each once, by place.

    A field is declared by a model, else by an SQL file, else by the call that writes it.
    """
    evidence = collect(corpus.production(), symbols)
    models = list(declared(corpus, symbols))
    known = {plain(one) for model in models for one in (model.entity, model.table) if one}
    columns = list(tables(statements))
    found: dict[tuple[str, str], list[ModelField]] = {}
    for one in (*models, *(column for column in columns if plain(column.entity) not in known)):
        if _is_sensitive(one):
            found.setdefault((plain(one.table or one.entity), plain(one.name)), []).append(one)
    places = {(plain(one.entity), plain(one.name)): one.location for one in columns}
    names = [name for _, name in found]
    fields = [
        _judged(group, evidence, names.count(key[1]) == 1, places.get(key)) for key, group in sorted(found.items())
    ]
    fields += _written(evidence, {plain(model.name) for model in models})
    return tuple(sorted(fields, key=lambda one: (one.location, one.entity, one.name)))


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


def _judged(group: list[ModelField], evidence: Evidence, unique: bool, migration: Location | None) -> StoredField:
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
    key = plain(one.name)
    library = _UNSETTLED.get(key) or _UNSETTLED.get(plain(one.entity) + key)
    writes = [
        item
        for item in evidence.writes.get(key, ())
        if _alike(item.entity, one) or (unique and (plain(item.entity) in _ANY_ENTITY or says_protected(one.name)))
    ]
    protecting = [item.location for item in writes if item.state == "protected"]
    if protecting:
        return verdict(True, "its values are encrypted or hashed before they are written", protecting)
    if library:
        return verdict(None, library)
    twin = any(name != one.name and says_protected(name) and _bare(name) == _bare(one.name) for name in one.siblings)
    near = evidence.seals.get(key, ()) if not twin else ()  # what is encrypted beside it may be its twin
    seen = [place for text, place in near if _belongs(text, place, one)]
    if seen:
        return verdict(True, "the code encrypts, decrypts or hashes its values", seen)
    as_it_is = [item.location for item in writes if item.state == "plain" and item.certain]
    if says_protected(one.name):
        said = "its name says that it is protected, and nothing was found that encrypts or hashes it"
        return verdict(False if as_it_is else None, said, as_it_is)
    if any(_BINARY.search(other.type) and not _TEXT.search(other.type) for other in group):
        return verdict(None, "it is stored as bytes, which may be encrypted; nothing was found that does so", as_it_is)
    return verdict(False, "nothing was found that encrypts or hashes it", as_it_is)


def _alike(entity: str, one: ModelField) -> bool:
    """Tell whether a write goes to an entity, by its name in whole or in part."""
    mine = {plain(one.entity), plain(one.table or one.entity)}
    other = plain(entity)
    return bool(other) and any(other == name or (len(other) > 3 and (other in name or name in other)) for name in mine)


def _belongs(text: str, place: Location, one: ModelField) -> bool:
    """Tell whether encryption beside a field's name is about this field: its entity is near, or its declaration is."""
    near = plain(text)
    named = [part for part in words(one.entity) if len(part) > 3]
    return (
        place.path == one.location.path
        or (bool(named) and all(part in near for part in named))
        or plain(one.entity) in near
    )


def _written(evidence: Evidence, declared_names: set[str]) -> Iterator[StoredField]:
    """Yield the fields that are written and that no model declares; each once."""
    groups: dict[tuple[str, str], list[Write]] = {}
    for key, writes in evidence.writes.items():
        for one in writes:
            if one.certain and one.state != "empty" and key not in declared_names:
                groups.setdefault((plain(one.entity), key), []).append(one)
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
