"""What a single call does to stored data: deletes it, marks it deleted, writes it.

A method's name alone says little: ``delete`` belongs to maps, caches, HTTP clients and queues as well. A call counts
only when its receiver or its arguments show a database, an ORM's model or a query; what shows neither is left open.
"""

import re
from functools import cached_property
from typing import Final, Literal, NamedTuple

from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Assignment, Call, Class

DataKind = Literal["hard-delete", "soft-delete", "deactivate", "write"]

_DELETES: Final = frozenset(
    {
        "delete", "deleteMany", "destroy", "deleteOne", "findByIdAndDelete", "findOneAndDelete", "findByIdAndRemove",
        "findOneAndRemove", "remove", "del", "deleteFrom", "delete_one", "delete_many", "delete_instance",
        "bulk_delete", "find_one_and_delete", "_raw_delete", "hardDelete", "hard_delete", "truncate",
    }
)  # fmt: skip
_ONLY_OF_DATABASES: Final = frozenset(
    {
        "deleteMany", "deleteOne", "findByIdAndDelete", "findOneAndDelete", "findByIdAndRemove", "findOneAndRemove",
        "deleteFrom", "delete_one", "delete_many", "delete_instance", "find_one_and_delete", "_raw_delete",
    }
)  # fmt: skip
_READS: Final = frozenset(
    {
        "find", "findMany", "findUnique", "findFirst", "findOne", "findAll", "findById", "findByPk", "findAndCountAll",
        "findOneBy", "findBy", "findUniqueOrThrow", "findFirstOrThrow", "findOneOrFail", "find_one", "countDocuments",
        "aggregate", "groupBy", "select", "selectFrom", "first", "one", "one_or_none", "all", "scalar", "scalars",
        "filter", "filter_by", "get", "first_or_404", "get_or_404", "paginate", "count", "exists", "fetchall",
        "fetchone", "values", "values_list", "order_by", "getMany", "getOne", "getManyAndCount", "getRawMany",
    }
)  # fmt: skip
_LANGUAGE: Final = re.compile(
    r"(^|\.)(Object|Promise|Array|Math|JSON|Number|String|Date|Map|Set|Buffer|URL|Response|NextResponse|Reflect)$"
)
"""Names that look like a model's and are the language's."""
_MARKS: Final = frozenset({"softDelete", "softRemove", "soft_delete", "softDeleteMany"})
_WRITES: Final = frozenset(
    {
        "create", "createMany", "insert", "insertOne", "insertMany", "save", "update", "updateOne", "updateMany",
        "upsert", "findOneAndUpdate", "findByIdAndUpdate", "bulk_create", "bulk_update", "bulkCreate", "insert_one",
        "insert_many", "update_one", "update_many", "add", "get_or_create", "update_or_create", "create_user",
        "set_password", "set", "patch", "merge", "insertInto", "updateTable", "replaceOne", "restore", "increment",
        "decrement", "add_all",
    }
)  # fmt: skip
_SQL_CALLS: Final = frozenset(
    {
        "query", "execute", "raw", "$executeRaw", "$executeRawUnsafe", "$queryRaw", "$queryRawUnsafe", "run", "exec",
        "text", "executemany", "sql", "unsafe", "fetch", "fetchrow",
    }
)  # fmt: skip
_DATABASE: Final = re.compile(
    r"(^|\.)(this\.)?(prisma\w*|db|database|tx|trx|txn|transaction|knex|orm|drizzle|supabase\w*|firestore|mongo\w*|em|"
    r"entityManager|manager|connection|conn|pool|sequelize|kysely|\w*[rR]epo(sitory)?|\w*Repository|\w*Model|model|"
    r"\w*[cC]ollection|\w*Dao|dao|\w+_set|objects|queryset|qs|query|session|\w*[dD]b|db_session|dbsession)(\.|\(|$)"
    r"|\.(where|from|eq|filter|filter_by|exclude|query|createQueryBuilder|get_queryset|objects|andWhere|in|match)\(\)"
    r"|^(knex|qb|trx|tx|db)\(\)"
)
_MODEL: Final = re.compile(r"(^|\.)[A-Z][A-Za-z0-9]*$")
_NO_DATABASE: Final = re.compile(
    r"(^|\.)(cache\w*|\w*[cC]ache|map|\w*Map|set|\w*Set|headers?|\w*[hH]eaders|params|\w*[pP]arams|cookies?|\w*[cC]ookies|"
    r"localStorage|sessionStorage|storage\w*|\w*[sS]torage\w*|formData|\w*[fF]orm[dD]ata|classList|redis\w*|\w*[rR]edis\w*|"
    r"\w*[qQ]ueue\w*|sqs|s3\w*|\w*S3\w*|bucket\w*|blob\w*|fs|files?|\w*[cC]lient|axios\w*|http\w*|\w*Http\w*|api|\w*Api|"
    r"fetcher|\w*[sS]tream|socket\w*|\w*[sS]ockets?|zip\w*|timers?|\w*Timers|registry|\w*Registry|listeners|observer|"
    r"\w*[lL]ocks?|\w*[iI]ndex|requests|res|response|request\.session|req\.session|ctx\.session|memo|seen|visited|pending|"
    r"kv|\w*KV|searchParams|element|node|document|window|\w*Ref|current|el|dom|os|shutil|path|serverApi|instance|"
    r"elasticsearch|\w*[eE]lastic\w*|es|vault\w*|stripe\w*|consul|etcd|k8s\w*|docker\w*|kube\w*)(\.\w+|\(\))?$"
)
_IN_MEMORY: Final = frozenset(
    {"Set()", "Map()", "WeakMap()", "WeakSet()", "URLSearchParams()", "Headers()", "FormData()"}
)
_MARK_FIELD: Final = re.compile(
    r"^(deleted_?(at|by|on|time|date)|(date|time)_?deleted|is_?(soft_?)?deleted|archived_?(at|on|by)|is_?archived|archived|"
    r"removed_?at|trashed(_?at)?|is_?trashed|deleted)$",
    re.IGNORECASE,
)
_ACTIVE_FIELD: Final = re.compile(r"^(is_?active|active|enabled|is_?enabled)$", re.IGNORECASE)
_NOTHING: Final = frozenset({"null", "None", "false", "False", "undefined"})
_SQL_DELETE: Final = re.compile(
    r"\b(?:delete\s+from|truncate(?:\s+table)?)\s+[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)", re.IGNORECASE
)
_SQL_WRITE: Final = re.compile(
    r"\b(?:insert\s+into|update)\s+[\"`\[]?(?:\w+[\"`\]]?\.[\"`\[]?)?(\w+)[^;]*?(?:\bset\b|\bvalues\b|\()",
    re.IGNORECASE,
)
_SQL_MARK: Final = re.compile(
    r"\bset\s+[\"`]?(deleted_at|is_deleted|deleted|archived_at)\b(?!\s*=\s*(null|false))", re.IGNORECASE
)
_SOFT_BASES: Final = re.compile(
    r"^(safedelete\.|django_softdelete\.|softdelete\.|model_utils\.models\.SoftDeletable|django_safe_?delete|"
    r"sqlalchemy_easy_softdelete|mongoose-delete|paranoia)"
)
_LOADED: Final = re.compile(r"^(?:await )?[\w.]*(?:session|db)\.(?:get|get_one|query|scalars?|execute)\(")
"""How a record that SQLAlchemy watches comes about: what is assigned to it is written at the next flush."""
_REMOTE: Final = re.compile(r"^(?:axios|ky|got|node-fetch|undici|requests|httpx|aiohttp|superagent)\.\w*$")
_REMOTE_CLIENT: Final = re.compile(r"(?:^|\.)(?:\w*[aA]pi(?:Client)?|http\w*|\w*Client|axios\w*|session|client)$")
_MAX_TEXT: Final = 600


class DataCall(NamedTuple):
    """What a call does, and the model or table it does it to, in lower case; empty when that is not known."""

    kind: DataKind
    model: str = ""


class DataCalls:
    """Recognises calls on stored data."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver."""
        self._symbols = symbols

    def of(self, code: Code, call: Call) -> DataCall | None:
        """Say what a call does to stored data by itself; ``None`` when it does nothing or shows no database."""
        last = call.callee.rpartition(".")[2]
        receiver = call.callee[: -len(last) - 1]
        if last in _MARKS and receiver:
            return DataCall("soft-delete", self._model(code, call, receiver))
        if last in _DELETES:
            return self._delete(code, call, last, receiver)
        if last in _SQL_CALLS:
            return _by_sql(code, call)
        if last in _WRITES and receiver and not _is_other(receiver):
            # Flask's session is a signed cookie; what is written to it is not stored.
            return self._write(code, call, last, receiver) if code.qualified(receiver) != "flask.session" else None
        return None

    def reads(self, code: Code, call: Call) -> bool:
        """Tell whether a call reads stored data."""
        last = call.callee.rpartition(".")[2]
        receiver = call.callee[: -len(last) - 1]
        if not receiver:
            return last in {"get_object_or_404", "get_list_or_404"} or (
                last == "select" and code.qualified(last).startswith(("sqlalchemy", "sqlmodel"))
            )
        if last in _SQL_CALLS:
            text = code.source(call.start, min(call.end, call.start + _MAX_TEXT))
            return re.search(r"\bselect\b.*\bfrom\b", text, re.IGNORECASE | re.DOTALL) is not None
        if last not in _READS or _is_other(receiver) or _LANGUAGE.search(receiver):
            return False
        shown = _DATABASE.search(receiver) or _MODEL.search(receiver)
        return shown is not None and code.qualified(receiver) != "flask.session"

    @staticmethod
    def assigned(code: Code, item: Assignment) -> DataCall | None:
        """Say what an assignment to an attribute does: ``user.deletedAt = new Date()``."""
        owner, _, name = item.target.rpartition(".")
        value = code.source(item.value_start, item.value_end)
        if _MARK_FIELD.match(name) and value not in _NOTHING:
            return DataCall("soft-delete", _plain(owner.rpartition(".")[2]))
        if _ACTIVE_FIELD.match(name) and value in {"false", "False"}:
            return DataCall("deactivate", _plain(owner.rpartition(".")[2]))
        binding = code.binding(owner, item.start) if code.is_python and owner.isidentifier() else None
        made = binding.assignment if binding is not None else None
        if made is not None and _LOADED.match(code.source(made.value_start, made.value_end)):
            return DataCall("write", _plain(owner))
        return None

    # --- deletes ------------------------------------------------------------------------------------------------

    def _delete(self, code: Code, call: Call, last: str, receiver: str) -> DataCall | None:
        if not receiver:
            ours = code.qualified(last) in {"sqlalchemy.delete", "sqlmodel.delete", "sqlalchemy.sql.delete"}
            return DataCall("hard-delete", _first_name(code, call)) if ours else None
        shown = self._python_delete if code.is_python else self._javascript_delete
        if last not in _ONLY_OF_DATABASES and not shown(code, call, last, receiver):
            return None
        if code.is_python and last == "delete" and receiver.startswith("super()"):
            return DataCall("hard-delete")
        model = self._model(code, call, receiver)
        return DataCall("soft-delete" if self._keeps(code, call, receiver, model) else "hard-delete", model)

    def _javascript_delete(self, code: Code, call: Call, last: str, receiver: str) -> bool:
        text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + 200))
        if _is_other(receiver) or re.match(r"\(\s*[`\"'](/|http)", text):
            return False
        if re.search(r"\bwhere\b", text) or _DATABASE.search(receiver):
            return last != "destroy" or not re.match(r"\(\s*err", text)
        if _MODEL.search(receiver):
            return True
        awaited = code.source(max(0, call.start - 7), call.start).endswith("await ")
        return last in {"destroy", "deleteOne"} and awaited and (text == "()" or "transaction" in text)

    def _python_delete(self, code: Code, call: Call, last: str, receiver: str) -> bool:
        if last not in {"delete", "bulk_delete", "hard_delete", "truncate"}:
            return False
        text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + 200))
        if re.search(
            r"(^|[._])(session|db|dbsession|tx|conn|uow|em)$|\.query\(\)|\.filter(_by)?\(\)|\.objects", receiver
        ):
            return not re.match(r"\(\s*[fbr]?[\"']", text)
        if _is_other(receiver):
            return False
        return text == "()" or re.match(r"\(\s*(using|synchronize_session|keep_parents|force|hard)\b", text) is not None

    def _keeps(self, code: Code, call: Call, receiver: str, model: str) -> bool:
        """Tell whether a delete only marks: the model is declared so, and the call does not force it."""
        text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + _MAX_TEXT))
        if re.search(r"\bforce\s*[:=]\s*(true|True)|force_policy\s*=\s*HARD|soft\s*=\s*False", text):
            return False
        if model and model in self._paranoid:
            return True
        found = self._class_of(code, call, receiver)
        return found is not None and any(_SOFT_BASES.match(base) for base in self._symbols.external_bases(*found))

    @cached_property
    def _paranoid(self) -> frozenset[str]:
        """The models that are declared to keep what is deleted: Sequelize's ``paranoid``, a plugin of Mongoose."""
        found = set()
        for code in self._symbols.corpus.production():
            for pair in code.pairs_named("paranoid"):
                if code.source(pair.value_start, pair.value_end) == "true":
                    found |= {_plain(name) for name in _declared_around(code, pair.start)}
        return frozenset(found - {""})

    # --- writes -------------------------------------------------------------------------------------------------

    def _write(self, code: Code, call: Call, last: str, receiver: str) -> DataCall | None:
        shown = _DATABASE.search(receiver) or _MODEL.search(receiver)
        if last in {"add", "set", "patch", "merge"} and not re.search(
            r"(session|db|tx|em)$|[qQ]uery\b|\.update\(\)", receiver
        ):
            return None
        if not shown and not (last == "save" and not receiver.startswith(("this", "self.file", "fs"))):
            return None
        model = self._model(code, call, receiver)
        for key, value in _set_fields(code.call(call)):
            text = code.source(value.start, value.end)
            if _MARK_FIELD.match(key) and text not in _NOTHING:
                return DataCall("soft-delete", model)
            if _ACTIVE_FIELD.match(key) and text in {"false", "False"}:
                return DataCall("deactivate", model)
        return DataCall("write", model)

    # --- models -------------------------------------------------------------------------------------------------

    def _model(self, code: Code, call: Call, receiver: str) -> str:
        found = self._class_of(code, call, receiver)
        if found is not None:
            return _plain(found[1].name)
        names = [
            part for part in re.split(r"\.", receiver.replace("()", "")) if part not in {"this", "self", "objects"}
        ]
        name = names[-1] if names else ""
        if re.fullmatch(r"(db_?)?session|db|tx|trx|em|manager|entityManager|query|where|filter\w*|eq|from", name):
            name = _first_name(code, call)
        return _plain(name)

    def _class_of(self, code: Code, call: Call, receiver: str) -> tuple[Code, Class] | None:
        """Return the repository's class whose rows a call touches, if the code tells."""
        for name in _model_names(code, call, receiver):
            symbol = self._symbols.name(code, name, call.start)
            if symbol.kind in {"class", "instance"} and symbol.code is not None and symbol.klass is not None:
                return symbol.code, symbol.klass
        return None


def _model_names(code: Code, call: Call, receiver: str) -> list[str]:
    """Return the names that may be the model's: in the chain, the arguments, or where the variable is made."""
    head = receiver.partition(".")[0].removesuffix("()")
    names = [head] if head[:1].isupper() else []
    inside = code.source(call.start, min(call.end, call.start + 300))
    names += re.findall(r"(?:\b(?:query|delete|get|select|get_object_or_404|from_statement)\(\s*)([A-Z]\w+)", inside)
    variable = head if head not in {"session", "db", "self", "this"} else _first_name(code, call, plain=False)
    binding = code.binding(variable, call.start) if variable.isidentifier() else None
    if binding is not None and binding.assignment is not None and binding.assignment.value_end:
        made = code.source(
            binding.assignment.value_start, min(binding.assignment.value_end, binding.assignment.value_start + 200)
        )
        names += re.findall(r"\b([A-Z]\w+)\b", made)[:3]
    if binding is not None and binding.kind == "parameter" and binding.function is not None:
        names += [item.annotation_text for item in code.parameters(binding.function) if item.name == variable]
    return [name for name in names if name]


def _first_name(code: Code, call: Call, *, plain: bool = True) -> str:
    """Return the name that is a call's first argument."""
    first = code.call(call).argument(0)
    name = first.name if first is not None and first.kind in {"name", "call"} else ""
    return _plain(name.rpartition(".")[2]) if plain else name


def _plain(name: str) -> str:
    """Return a model's name as everybody would say it: ``this.userRepository`` and ``UserModel`` are ``user``."""
    return re.sub(r"_?(model|repository|repo|dao|collection|table|schema)$", "", name.strip("()").lower()).strip("_")


def _declared_around(code: Code, offset: int) -> list[str]:
    """Return the names of the model whose declaration holds an offset."""
    klass = code.enclosing_class(offset)
    names = [klass.name] if klass is not None else []
    for call in code.facts.calls:
        if call.start <= offset < call.end:
            receiver, _, last = call.callee.rpartition(".")
            if last == "init":
                names.append(receiver.rpartition(".")[2])
            elif last == "define" and (first := code.call(call).argument(0)) is not None and first.text:
                names.append(first.text)
            elif last == "Table":
                decorated = next((item for item in code.facts.decorators if item.start <= call.start < item.end), None)
                owner = decorated.owner if decorated is not None else -1
                names += [item.name for item in code.facts.classes if item.start == owner]
    return names


def _set_fields(call: Expression) -> list[tuple[str, Expression]]:
    """Return the fields that a write sets: its keywords, or the entries of its data and not of its condition."""
    found = [(key, value) for key, value in call.entries if key not in {"where", "filter"}]
    for position, item in enumerate(call.arguments[:3]):
        if item.kind != "object":
            continue
        data = item.get("data") or item.get("$set") or item.get("set") or item.get("update")
        if data is not None and data.kind == "object":
            inner = data.get("$set")
            found += list(inner.entries if inner is not None and inner.kind == "object" else data.entries)
        elif item.get("where") is None or position > 0:
            found += [(key, value) for key, value in item.entries if key != "where"]
    return found


def _by_sql(code: Code, call: Call) -> DataCall | None:
    text = code.source(call.arguments_start, min(call.arguments_end, call.arguments_start + _MAX_TEXT))
    if call.arguments_end <= call.arguments_start:  # a tagged template
        text = code.source(call.start, min(call.end, call.start + _MAX_TEXT))
    deleted = _SQL_DELETE.search(text)
    if deleted is not None:
        return DataCall("hard-delete", deleted[1].lower())
    written = _SQL_WRITE.search(text)
    if written is None:
        return None
    return DataCall("soft-delete" if _SQL_MARK.search(text) else "write", written[1].lower())


def _is_other(receiver: str) -> bool:
    """Tell whether a receiver is no database: a cache, a header, a client; ``prisma.client.user`` is one."""
    return _NO_DATABASE.search(receiver) is not None and not re.match(r"(this\.)?prisma\w*\.client\.", receiver)


def is_memory(symbol: Symbol) -> bool:
    """Tell whether a symbol is a method of a collection in memory: ``Map().delete``."""
    return symbol.kind == "external" and symbol.name.rpartition(".")[0] in _IN_MEMORY


def is_remote(code: Code, call: Call) -> bool:
    """Tell whether a call asks another service to do something: a request that may change what is there."""
    target = code.target(call)
    if target in {"fetch", "ky", "got", "axios"} or _REMOTE.match(target):
        return True
    receiver, _, last = call.callee.rpartition(".")
    return last in {"post", "put", "patch", "delete", "request"} and _REMOTE_CLIENT.search(receiver) is not None
