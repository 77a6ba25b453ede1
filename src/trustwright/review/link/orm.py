"""The fields that applications store: models of object-relational mappers, schemas and tables."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source import prisma
from trustwright.review.source.code import Code
from trustwright.review.source.errors import SourceError
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Assignment, Call, Class
from trustwright.review.source.sql import Statement


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field as a model, a schema or a table declares it.

    Attributes:
        entity: what it belongs to: the model's, collection's or table's name.
        name: its name.
        type: its type as written, options included.
        location: where it stands.
        siblings: the names of the entity's fields.
        table: the entity's name in the database, when it has another.
    """

    entity: str
    name: str
    type: str
    location: Location
    siblings: frozenset[str]
    table: str = ""


_ENTITY_DECORATORS: Final = frozenset({"Entity", "Table", "Schema", "ViewEntity", "ChildEntity"})
_FIELD_DECORATORS: Final = frozenset(
    {"Column", "PrimaryColumn", "Prop", "Property", "ObjectIdColumn", "Encrypted", "EncryptedColumn"}
)
_TABLES: Final = re.compile(r"^(pg|mysql|sqlite|singlestore|mssql)Table$|^defineTable$|^create(Pg|Mysql|Sqlite)?Table$")
_KNEX_TYPES: Final = frozenset({"string", "text", "varchar", "char", "specificType", "binary"})
_RENAMED: Final = re.compile(r"^\s*ALTER\s+TABLE\b[^;]*?\bRENAME\s+TO\s+[\"`]?(?P<name>\w+)", re.IGNORECASE)
_MIGRATION: Final = re.compile(r"(^|/)(migrations?|alembic|versions)/")
_NOT_STORED: Final = re.compile(r"serializers|forms|wtforms|graphene|marshmallow|filters|ninja|strawberry")


def declared(corpus: Corpus, symbols: Symbols) -> Iterator[ModelField]:
    """Yield the fields of all models in production code and Prisma schemas; a schema that cannot be read gives none."""
    for path in sorted(corpus.paths(".prisma")):
        if corpus.files[path].role == "production":
            yield from _prisma(path, corpus.read(path))
    for code in corpus.production():
        if code.is_python:
            if not _MIGRATION.search(code.path):
                yield from _python(code, symbols)
        else:
            yield from _decorated(code)
            yield from _objects(code)
            yield from _knex(code)


def tables(statements: Iterable[tuple[str, tuple[Statement, ...]]]) -> Iterator[ModelField]:
    """Yield the columns that SQL files leave behind: what one creates and a later one drops is gone."""
    columns: dict[tuple[str, str], ModelField] = {}
    for path, found in statements:
        if re.search(r"(^|/|_)(down|rollback|revert)(\.|_|/)", path):
            continue
        for statement in found:
            table = statement.table.rpartition(".")[2]
            if statement.kind == "drop-table":
                columns = {key: field for key, field in columns.items() if key[0] != table.lower()}
            siblings = frozenset(column.name for column in statement.columns)
            for column in statement.columns:
                place = Location(path, column.line)
                columns[table.lower(), column.name.lower()] = ModelField(
                    table, column.name, column.type, place, siblings
                )
            for change in statement.changes:
                if change.kind == "drop-column":
                    columns.pop((table.lower(), change.name.lower()), None)
            if renamed := _RENAMED.search(statement.text):
                columns = dict(_moved(columns, table.lower(), renamed["name"]))
    yield from columns.values()


def _moved(
    columns: dict[tuple[str, str], ModelField], table: str, name: str
) -> Iterator[tuple[tuple[str, str], ModelField]]:
    """Yield all columns, those of one table under its new name."""
    for key, one in columns.items():
        yield ((name.lower(), key[1]), replace(one, entity=name)) if key[0] == table else (key, one)


def _prisma(path: str, data: bytes) -> Iterator[ModelField]:
    try:
        models = prisma.parse(path, data)
    except SourceError:
        return
    for model in models:
        siblings = frozenset(field.name for field in model.fields)
        for field in model.fields:
            type_ = f"{field.type}[]" if field.listed else field.type
            native = re.search(r"@db\.\w+", field.attributes)
            marks = [native[0] if native else "", "encrypted" if "@encrypted" in field.comment else ""]
            type_ = " ".join([type_, *marks]).strip()
            yield ModelField(model.name, field.name, type_, Location(path, field.line), siblings, model.table)


# --- Python ---------------------------------------------------------------------------------------------------------


def _python(code: Code, symbols: Symbols) -> Iterator[ModelField]:
    for klass in code.facts.classes:
        fields = [item for item in code.attributes_of(klass) if re.fullmatch(r"\w+", item.target)]
        kept = [(item, type_) for item in fields if (type_ := _python_type(code, symbols, klass, item))]
        siblings = frozenset(item.target for item, _ in kept)
        for item, type_ in kept:
            yield ModelField(klass.name, item.target, type_, code.location(item.start), siblings)
    for call in code.calls_named("Table"):
        parsed = code.call(call)
        columns = [
            one for one in parsed.arguments if one.kind == "call" and one.last_name == "Column" and one.arguments
        ]
        siblings = frozenset(one.arguments[0].text or "" for one in columns)
        for one in columns:
            if parsed.arguments[0].text and one.arguments[0].text:
                type_ = code.source(one.start, one.end)
                place = code.location(one.start)
                yield ModelField(parsed.arguments[0].text, one.arguments[0].text, type_, place, siblings)


def _python_type(code: Code, symbols: Symbols, klass: Class, item: Assignment) -> str:
    """Return the type of a stored field; empty for an attribute that is not stored."""
    annotation = code.source(item.type_start, item.type_end) if item.type_end else ""
    value = code.value(item) if item.value_end else None
    written = code.source(value.start, min(value.end, value.start + 400)) if value is not None else ""
    if value is not None and value.kind == "call":
        last, target = value.last_name, code.qualified(value.name)
        if last in {"Column", "mapped_column"}:
            types = [code.source(one.start, one.end) for one in value.arguments if one.kind in {"name", "call"}]
            return " ".join([annotation, *types])
        if last.endswith("Field") and last != "Field" and not _NOT_STORED.search(target):
            return value.name if _is_model(code, symbols, klass, value) else ""
        if last.endswith(("relationship", "ForeignKey")):
            return ""
    if annotation.startswith("Mapped["):
        return annotation
    header = code.source(klass.start, klass.body_start)
    if annotation and "table=True" in header.replace(" ", ""):
        return f"{annotation} {written}"
    return ""


def _is_model(code: Code, symbols: Symbols, klass: Class, value: Expression) -> bool:
    """Tell a model of Django and its kin from forms and serializers, whose fields bear the same names."""
    if value.name.startswith("models.") or code.qualified(value.name).startswith("django.db.models."):
        return True
    bases = symbols.external_bases(code, klass)
    return any(base.endswith(("models.Model", "Document", ".Model")) for base in bases)


# --- JavaScript -----------------------------------------------------------------------------------------------------


def _decorated(code: Code) -> Iterator[ModelField]:
    """Read TypeORM, MikroORM, sequelize-typescript and Nest's Mongoose classes."""
    for klass in code.facts.classes:
        if (
            not {item.name.rpartition(".")[2].removesuffix("()") for item in code.decorators_of(klass)}
            & _ENTITY_DECORATORS
        ):
            continue
        kept = []
        for item in code.attributes_of(klass):
            marks = [one for one in code.decorators_of(item) if _last(one.name) in _FIELD_DECORATORS]
            if marks:
                at = code.text.find(item.target.encode(), max(one.end for one in code.decorators_of(item)))
                kept.append((item, max(at, item.start), " ".join(code.source(one.start, one.end) for one in marks)))
        siblings = frozenset(item.target for item, _, _ in kept)
        for item, at, marked in kept:
            annotation = code.source(item.type_start, item.type_end) if item.type_end else ""
            type_ = f"{annotation.lstrip(': ')} {marked}"
            yield ModelField(klass.name, item.target, type_, code.location(at), siblings)


def _last(name: str) -> str:
    return name.rpartition(".")[2].removesuffix("()")


def _objects(code: Code) -> Iterator[ModelField]:
    """Read Mongoose schemas, Sequelize definitions, Drizzle and Convex tables: a call with an object of fields."""
    names = (name for name in code.called if _last(name) in {"Schema", "define", "init"} or _TABLES.match(_last(name)))
    for call in code.calls_named(*names):
        entity, fields = _schema(code, call, _last(call.callee))
        if fields is not None and entity:
            siblings = frozenset(key for key, _ in fields.entries)
            for key, value in fields.entries:
                type_ = code.source(value.start, min(value.end, value.start + 400))
                yield ModelField(entity, key, type_, code.location(value.start), siblings)


def _schema(code: Code, call: Call, last: str) -> tuple[str, Expression | None]:
    parsed = code.call(call)
    first, second = parsed.argument(0), parsed.argument(1)
    if last == "Schema" and parsed.new and first is not None and first.kind == "object":
        return re.sub(r"_?[Ss]chema$", "", _assigned(code, call)) or _model_around(code, call) or "document", first
    if last == "define" and first is not None and first.text and second is not None and second.kind == "object":
        return first.text, second
    if (
        last == "init"
        and first is not None
        and first.kind == "object"
        and "DataTypes." in code.source(first.start, first.end)
    ):
        owner = call.callee.rpartition(".")[0].rpartition(".")[2]
        klass = code.enclosing_class(call.start)
        return (klass.name if klass is not None and owner in {"super", "this"} else owner), first
    if _TABLES.match(last):
        if first is not None and first.text and second is not None and second.kind == "object":
            return first.text, second
        if first is not None and first.kind == "object":
            return _assigned(code, call) or "table", first
    return "", None


def _model_around(code: Code, call: Call) -> str:
    """Return the name in ``mongoose.model("Team", new Schema(...))``."""
    for outer in code.calls_named("model"):
        if outer.arguments_start <= call.start < outer.end:
            named = code.call(outer).argument(0)
            return (named.text or "") if named is not None else ""
    return ""


def _assigned(code: Code, call: Call) -> str:
    """Return the name that the result of a call is given."""
    for item in code.facts.assignments:
        if item.value_start <= call.start < item.value_end:
            return item.target.rpartition(".")[2]
    return next((pair.key for pair in code.facts.pairs if pair.value_start == call.start), "")


def _knex(code: Code) -> Iterator[ModelField]:
    """Read ``table.string("ssn")`` inside ``createTable("users", ...)``."""
    for maker in code.calls_named("createTable", "alterTable", "table"):
        named = code.call(maker).argument(0)
        if named is None or not named.text or maker.end - maker.start > 20_000:
            continue
        inside = [call for call in code.calls_in(maker.arguments_start, maker.end) if _last(call.callee) in _KNEX_TYPES]
        columns = [
            (call, column) for call in inside if (column := code.call(call).argument(0)) is not None and column.text
        ]
        siblings = frozenset(column.text or "" for _, column in columns)
        for call, column in columns:
            yield ModelField(named.text, column.text or "", _last(call.callee), code.location(call.start), siblings)
