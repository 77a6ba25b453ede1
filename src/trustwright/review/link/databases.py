"""Connections to databases: where the code or the settings make one, to which host, and whether it is encrypted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from trustwright.review.link.addresses import Address, Reach, address, addresses, reach
from trustwright.review.link.configuration import configurations
from trustwright.review.link.corpus import Corpus
from trustwright.review.link.switches import circumstance, switch
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.texts import pattern_of, text_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call, Pair

Encryption = Literal["on", "off", "optional", "unknown"]

TRIGGERS: Final = (
    "postgres:", "postgresql", "mysql", "mariadb", "mongodb", "redis", "ssl:", "ssl=", "ssl'", 'ssl"', "sslmode",
    "ssl_mode", "sslMode", "tls:", "encrypt:", "'pg'", '"pg"', "mongoose", "psycopg", "asyncpg", "create_engine",
    "create_async_engine", "MySQLdb", "DATABASES", "'postgres'", '"postgres"',
)  # fmt: skip
"""Texts of which a source file holds one when it connects to a database."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One place that connects to a database, or says how.

    Attributes:
        location: the option that decides, or the call that connects.
        encryption: ``on``; ``off``; ``optional`` when it falls back to clear text; ``unknown``.
        said: what says so, for a sentence (``sslmode=disable``, ``ssl is false``).
        host: the host as far as it is known.
        reach: where the host is.
        configurable: True when a setting decides, and ``encryption`` is what holds without it.
        family: of a connection nothing is known about: the driver it uses.
    """

    location: Location
    encryption: Encryption
    said: str
    host: str = ""
    reach: Reach = Reach.UNKNOWN
    configurable: bool = False
    family: str = ""


_MODES: Final[dict[str, Encryption]] = {
    "disable": "off", "disabled": "off", "none": "off", "allow": "optional", "prefer": "optional",
    "preferred": "optional", "require": "on", "required": "on", "no-verify": "on", "verify-ca": "on", "verify_ca": "on",
    "verify-full": "on", "verify_identity": "on", "true": "on", "1": "on", "false": "off", "0": "off",
}  # fmt: skip
_SCHEMES: Final = frozenset(
    {
        "postgres",
        "postgresql",
        "mysql",
        "mysql2",
        "mariadb",
        "mongodb",
        "redis",
        "rediss",
        "sqlserver",
        "mssql",
    }
)
_MODE_KEYS: Final = ("sslmode", "ssl_mode", "sslMode", "ssl-mode")
_SSL_KEYS: Final = ("ssl", "tls", "useSSL", "encrypt", "ssl_disabled")
_HOST_KEYS: Final = ("host", "hostname", "server", "HOST")
_URL_KEYS: Final = ("connectionString", "url", "uri", "dsn", "conninfo")
_SIBLINGS: Final = frozenset(
    {
        *_HOST_KEYS,
        "connectionString",
        "database",
        "dialect",
        "db",
        "dbname",
        "DATABASE",
        "NAME",
        "synchronize",
        "entities",
    }
)
_CLIENTS: Final = {
    # what connects: what holds when nothing is said about encryption
    "pg.Pool": "off", "pg.Client": "off", "mysql2.createPool": "off", "mysql2.createConnection": "off",
    "mysql2/promise.createPool": "off", "mysql2/promise.createConnection": "off", "mysql.createPool": "off",
    "mysql.createConnection": "off", "mariadb.createPool": "off", "mongoose.connect": "off",
    "mongoose.createConnection": "off", "mongodb.MongoClient": "off", "mongodb.MongoClient.connect": "off",
    "ioredis": "off", "ioredis.Redis": "off", "redis.createClient": "off", "postgres": "off",
    "psycopg.connect": "optional", "psycopg2.connect": "optional", "psycopg_pool.ConnectionPool": "optional",
    "asyncpg.connect": "optional", "asyncpg.create_pool": "optional", "pymysql.connect": "off",
    "MySQLdb.connect": "optional", "mysql.connector.connect": "optional", "sqlalchemy.create_engine": "optional",
    "sqlalchemy.ext.asyncio.create_async_engine": "optional", "pymongo.MongoClient": "off",
    "motor.motor_asyncio.AsyncIOMotorClient": "off", "redis.Redis": "off", "redis.StrictRedis": "off",
    "redis.from_url": "off", "redis.Redis.from_url": "off", "redis.asyncio.Redis": "off",
    "redis.asyncio.from_url": "off",
}  # fmt: skip


_NEAR: Final = 4000
"""Bytes before an option in which what it belongs to begins."""


def connections(corpus: Corpus, symbols: Symbols) -> Iterator[Connection]:
    """Yield the connections of production code and of the configuration files; those of developers' files are left out.

    Connections that the repository says nothing about are told once for each driver, not at every place.
    """
    reader = _Reader(symbols)
    told: set[str] = set()
    for code in corpus.production():
        for found in reader.read(code):
            key = found.family or code.path.rpartition("/")[0]
            if found.encryption != "unknown" or key not in told:
                yield found
            if found.encryption == "unknown":
                told.add(key)
    yield from _files(corpus)


def of_address(found: Address, srv: bool = False) -> tuple[Encryption, str]:
    """Say whether the address of a database asks for encryption, and what in it says so."""
    for key in _MODE_KEYS:
        if key in found.parameters:
            mode = found.parameters[key].strip("'\"").lower()
            return _MODES.get(mode, "unknown"), f"{key}={found.parameters[key]}"
    for key in ("ssl", "tls", "useSSL", "encrypt"):
        if key in found.parameters:
            return _MODES.get(found.parameters[key].lower(), "on"), f"{key}={found.parameters[key]}"
    if "sslaccept" in found.parameters or "sslrootcert" in found.parameters:
        return "on", "a certificate in the address"
    if found.scheme == "rediss" or srv:
        return "on", f"{found.scheme}:"
    if found.scheme == "redis":
        return "off", "redis: instead of rediss:"
    if found.scheme == "mongodb":
        return "off", "no tls=true in the address"
    return "unknown", "nothing in the address"


class _Reader:
    """Reads one file of code at a time."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._values = Values(symbols)

    def read(self, code: Code) -> Iterator[Connection]:
        seen: set[int] = set()
        for pair in code.pairs_named(*_MODE_KEYS, *_SSL_KEYS):
            found = self._option(code, pair, seen)
            if found is not None and circumstance(code, pair.start) != "development":
                yield found
        for call in code.facts.calls:
            if (
                call.start not in seen
                and code.target(call) in _CLIENTS
                and circumstance(code, call.start) != "development"
            ):
                yield from self._client(code, call)
        for item in code.facts.assignments:
            if item.target == "DATABASES" and item.value_end and code.is_python:
                yield from self._django(code, code.value(item))
        for call in code.calls_named("set", "append"):
            yield from self._parameter(code, call)

    # --- options ----------------------------------------------------------------------------------------------------

    def _option(self, code: Code, pair: Pair, seen: set[int]) -> Connection | None:
        """Read ``ssl: false`` and its kin where they belong to a database."""
        value = code.value(pair)
        holder, call = _holder(code, pair)
        if pair.key in _MODE_KEYS and value.kind == "object":
            return None  # the description of an option, not the option
        if call is not None and code.target(call) in _CLIENTS:
            seen.add(call.start)
        elif holder is None or not self._is_database(code, pair, holder, call):
            return None
        host, where = self._host(code, holder) if holder is not None else ("", Reach.UNKNOWN)
        place = code.location(pair.start)
        if pair.key in _MODE_KEYS:
            text = text_of(self._values, Value(code, value)) or ""
            mode = _MODES.get(text.lower(), "unknown")
            said = f"{pair.key} is {text or code.source(value.start, value.end)[:40]}"
            return Connection(place, mode, said, host, where, configurable=value.kind != "string")
        if value.kind == "object" or (value.kind == "string" and pair.key in {"ssl", "tls"}):
            return Connection(place, "on", f"{pair.key} is set", host, where)
        found = switch(self._symbols, code, value)
        on = found.on if pair.key != "ssl_disabled" or found.on is None else not found.on
        encryption: Encryption = "unknown" if on is None else "on" if on else "off"
        said = f"{pair.key} is {code.source(value.start, value.end)[:40]}"
        return Connection(place, encryption, said, host, where, found.configurable)

    def _is_database(self, code: Code, pair: Pair, holder: Expression, call: Call | None) -> bool:
        """Tell the options of a database from those of mail, storage and servers, by what stands beside them."""
        keys = {key for key, _ in holder.entries}
        if keys & {
            "secure",
            "auth",
            "accessKey",
            "bucket",
            "endPoint",
            "tlsOptions",
            "protocols",
            "cert",
            "key",
            "from",
        }:
            return False
        if pair.key in _MODE_KEYS:
            near = call.callee.rpartition(".")[2].lower() if call is not None else ""
            below = any(other.key in {"OPTIONS", "connect_args", "connection"} for other in _pairs_around(code, pair))
            return below or "connect" in near or "engine" in near or bool(keys & (_SIBLINGS - {"db", "NAME"}))
        url = next((value for key, value in holder.entries if key in _URL_KEYS), None)
        text = text_of(self._values, Value(code, url)) if url is not None else None
        known = address(text) if text else None
        if known is not None:
            return known.scheme in _SCHEMES
        return bool(keys & _SIBLINGS) or (
            pair.key == "ssl" and bool(keys & {"connectionString", "url"}) and "engine" in keys
        )

    def _host(self, code: Code, holder: Expression) -> tuple[str, Reach]:
        for key, value in holder.entries:
            if key in _HOST_KEYS + _URL_KEYS:
                text = text_of(self._values, Value(code, value))
                if text is None:
                    return "", Reach.UNKNOWN
                found = address(text)
                host = found.host if found is not None else text
                if host.startswith("/"):
                    return host, Reach.LOCAL
                where = reach(host)
                literal = value.kind in {"string", "template"}
                return host, where if literal or where is Reach.EXTERNAL else Reach.UNKNOWN
        return "", Reach.UNKNOWN

    # --- calls ------------------------------------------------------------------------------------------------------

    def _client(self, code: Code, call: Call) -> Iterator[Connection]:
        """Read a client that nothing is said about: the driver's default, or what its address says."""
        target = code.target(call)
        default: Encryption = "off" if _CLIENTS[target] == "off" else "optional"
        parsed = code.call(call)
        first = parsed.argument(0, "url") or parsed.get("dsn") or parsed.get("host")
        options = next((item for item in (*parsed.arguments, parsed) if item.kind == "object"), parsed)
        place = code.location(call.start)
        family = target.partition(".")[0]
        text = pattern_of(self._values, Value(code, first)) if first is not None and first.kind != "object" else ""
        known = address(text)
        literal = first is not None and first.kind in {"string", "template"}
        if re.match(r"sqlite|file:|duckdb", text):
            return
        spread = any(key == "..." for key, _ in (*parsed.entries, *options.entries))
        if spread or parsed.get("connect_args") is not None:
            yield Connection(place, "unknown", "its options come from elsewhere", family=family)
        elif known is not None and known.scheme in _SCHEMES and (literal or known.reach is Reach.EXTERNAL):
            encryption, said = of_address(known, srv="+srv:" in text)
            yield Connection(place, encryption, said, known.host, known.reach, configurable=not literal)
        else:
            host, where = self._host(code, options)
            if not options.entries and not parsed.arguments:
                where = Reach.LOCAL  # every driver's default is this machine
            settled = where is not Reach.UNKNOWN
            said = "nothing turns it on" if settled else "its address comes from elsewhere"
            yield Connection(place, default if settled else "unknown", said, host, where, family=family)

    def _parameter(self, code: Code, call: Call) -> Iterator[Connection]:
        """Read ``url.searchParams.set("sslmode", mode)``."""
        if not call.callee.endswith(("searchParams.set", "searchParams.append")):
            return
        parsed = code.call(call)
        name, value = parsed.argument(0), parsed.argument(1)
        if name is not None and value is not None and (name.text or "").lower() in _MODE_KEYS:
            text = text_of(self._values, Value(code, value)) or ""
            said = f"{name.text} is {text or code.source(value.start, value.end)[:40]}"
            mode = _MODES.get(text.lower(), "unknown")
            yield Connection(code.location(call.start), mode, said, configurable=value.kind != "string")

    def _django(self, code: Code, value: Expression) -> Iterator[Connection]:
        """Read Django's databases; each is one connection."""
        for name, entry in value.entries:
            engine = entry.get("ENGINE")
            text = text_of(self._values, Value(code, engine)) if engine is not None else ""
            if entry.kind != "object" or (text or "").endswith(("sqlite3", "spatialite")):
                continue
            options = entry.get("OPTIONS")
            inside = {key for key, _ in options.entries} if options is not None else set()
            if inside & {*_MODE_KEYS, *_SSL_KEYS}:
                continue  # read as an option
            host, where = self._host(code, entry)
            if where not in {Reach.LOCAL, Reach.INTERNAL}:
                yield Connection(
                    code.location(entry.start),
                    "unknown",
                    f"the options of {name} do not speak of it",
                    host,
                    where,
                    family="django",
                )


def _pairs_around(code: Code, pair: Pair) -> list[Pair]:
    """Return the pairs whose value holds a pair, outermost first."""
    near = code.within(code.facts.pairs, max(0, pair.start - _NEAR), pair.start)
    return [other for other in near if other.value_start <= pair.start < other.value_end]


def _holder(code: Code, pair: Pair) -> tuple[Expression | None, Call | None]:
    """Return the object that a pair stands in, and the innermost call around it."""
    first, at = max(0, pair.start - _NEAR), pair.start
    calls = [call for call in code.calls_in(first, at) if call.arguments_start <= at < call.end]
    spans = [(call.start, call.end) for call in calls[-1:]]
    spans += [(other.value_start, other.value_end) for other in _pairs_around(code, pair)]
    assigned = code.within(code.facts.assignments, first, at)
    spans += [(item.value_start, item.value_end) for item in assigned if item.value_start <= at < item.value_end]
    returned = code.within(code.facts.returns, first, at)
    spans += [(item.start + len("return"), item.end) for item in returned if at < item.end]
    call = calls[-1] if calls else None
    for start, end in sorted(spans, key=lambda span: span[1] - span[0]):
        for value in code.expression(start, end).walk():
            if any(inner.start == pair.value_start for _, inner in value.entries):
                return value, call
    return None, call


# --- settings -------------------------------------------------------------------------------------------------------

_WORDS: Final = (
    b"postgres", b"mysql:", b"mariadb:", b"mongodb", b"redis://", b"rediss://", b"PGSSLMODE", b"sqlserver:",
)  # fmt: skip
_PGSSLMODE: Final = re.compile(r"\bPGSSLMODE\s*[=:]\s*['\"]?(?P<mode>[\w-]+)")
_PIPELINES: Final = (".github/", ".gitlab", ".circleci/", ".buildkite/")
"""Databases of pipelines are made for their tests."""
_SRV: Final = re.compile(r"\+srv:", re.IGNORECASE)


def _files(corpus: Corpus) -> Iterator[Connection]:
    for file in configurations(corpus, *_WORDS):
        if file.stage == "development" or file.path.startswith(_PIPELINES):
            continue
        for offset, found in addresses(file.text):
            if found.scheme not in _SCHEMES or found.reach in {Reach.LOCAL, Reach.INTERNAL} or not found.host:
                continue
            if found.is_placeholder and file.stage == "template":
                continue
            encryption, said = of_address(found, srv=bool(_SRV.match(file.text[offset + len(found.scheme) :][:6])))
            if found.reach is Reach.UNKNOWN and encryption != "on":
                encryption, said = "unknown", "its address is put together elsewhere"
            yield Connection(file.location(offset), encryption, said, found.host, found.reach)
        for match in _PGSSLMODE.finditer(file.text):
            mode = _MODES.get(match["mode"].lower(), "unknown")
            yield Connection(file.location(match.start()), mode, f"PGSSLMODE is {match['mode']}")
