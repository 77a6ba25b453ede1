"""Connections to other systems that the code or its settings name: to whom, by which protocol, encrypted or not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from trustwright.review.link.addresses import Address, Reach, address, addresses, reach
from trustwright.review.link.configuration import configurations
from trustwright.review.link.corpus import Corpus
from trustwright.review.link.literals import literal
from trustwright.review.link.switches import circumstance, switch
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call

Protection = Literal["encrypted", "clear", "opportunistic", "unknown"]

TRIGGERS: Final = (
    "http:", "https:", "ws:", "wss:", "ftp", "telnet", "smtp", "imaplib", "poplib", "createTransport", "nodemailer",
    "ldap", "amqp:", "mqtt:", "insecure_channel", "EMAIL_HOST", "MAIL_SERVER", "HTTPConnection",
)  # fmt: skip
"""Texts of which a source file holds one when it connects to another system."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One connection to another system.

    Attributes:
        location: the call or the setting.
        protection: ``encrypted``; ``clear``; ``opportunistic`` when it falls back to clear text; ``unknown``.
        what: the protocol and the host, for a sentence (``HTTP to api.acme.io``).
        secret: True when credentials travel with it.
        setting: True when it is a setting's value, False for code.
    """

    location: Location
    protection: Protection
    what: str
    secret: bool = False
    setting: bool = False


_CLEAR: Final = {
    "http": "HTTP",
    "ws": "WebSocket",
    "ftp": "FTP",
    "ldap": "LDAP",
    "amqp": "AMQP",
    "mqtt": "MQTT",
    "telnet": "Telnet",
}
_SECURE: Final = frozenset({"https", "wss", "ftps", "sftp", "ldaps", "amqps", "mqtts"})
_VERBS: Final = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "fetch"}
)
_FUNCTIONS: Final = frozenset(
    {
        "fetch", "axios", "got", "ky", "needle", "superagent", "node-fetch", "cross-fetch", "undici.fetch",
        "undici.request", "http.request", "http.get", "https.request", "https.get", "request", "WebSocket",
        "EventSource", "ws", "ws.WebSocket", "socket.io-client.io", "mqtt.connect", "amqplib.connect",
        "urllib.request.urlopen", "urllib.request.Request", "ldap.initialize", "ldap3.Server", "pika.URLParameters",
        "websockets.connect", "aio_pika.connect_robust", "aio_pika.connect", "axios.create", "ofetch", "ofetch.$fetch",
    }
)  # fmt: skip
_CLIENT: Final = re.compile(r"^(requests|httpx|axios|got|ky|superagent|needle|undici|urllib3|ofetch)(\.|\(|$)")
_RECEIVER: Final = re.compile(r"(session|client|http|axios|api|requests?|fetcher)(\(\))?$", re.IGNORECASE)
_BASES: Final = ("baseURL", "base_url", "baseUrl")
_SECRET: Final = re.compile(rb"authorization|bearer|token|api[_-]?key|password|secret|cookie|\bauth\b", re.IGNORECASE)
_MAIL: Final = {"smtplib.SMTP": "starttls", "imaplib.IMAP4": "starttls", "poplib.POP3": "stls"}
_PROTOCOLS: Final[dict[str, tuple[str, Protection]]] = {
    "ftplib.FTP": ("FTP", "clear"), "ftplib.FTP_TLS": ("FTP over TLS", "encrypted"),
    "telnetlib.Telnet": ("Telnet", "clear"), "http.client.HTTPConnection": ("HTTP", "clear"),
    "grpc.insecure_channel": ("gRPC", "clear"), "smtplib.SMTP": ("SMTP", "clear"), "imaplib.IMAP4": ("IMAP", "clear"),
    "poplib.POP3": ("POP3", "clear"), "smtplib.SMTP_SSL": ("SMTP over TLS", "encrypted"),
    "imaplib.IMAP4_SSL": ("IMAP over TLS", "encrypted"), "poplib.POP3_SSL": ("POP3 over TLS", "encrypted"),
}  # fmt: skip
"""Python's clients of one protocol; mail may still be upgraded to TLS."""
_NAMED: Final = re.compile(
    r"^[ \t-]*(?:export\s+|ENV\s+|ARG\s+)?[\"']?(?P<name>[A-Z][A-Z0-9_]{2,})[\"']?\s*[=:]\s*[\"']?(?P<url>(?:http|ws|ftp|ldap|amqp|mqtt)s?://)",
    re.MULTILINE,
)
_OWN: Final = re.compile(r"ORIGIN|CORS|ALLOWED|PROXY|SCHEMA|NAMESPACE|ISSUER|REFERER|TRUSTED|^APT|DEBIAN|UBUNTU")
"""Names of variables that no data is sent to; packages of Debian and Ubuntu are signed."""


def outgoing(corpus: Corpus, symbols: Symbols) -> Iterator[Outgoing]:
    """Yield the connections whose protocol the repository states; this machine and its network are left out."""
    reader = _Reader(symbols)
    for code in corpus.production():
        yield from reader.read(code)
    yield from _settings(corpus)


@lru_cache(maxsize=50_000)
def _is_client(callee: str, target: str) -> bool:
    last = callee.rpartition(".")[2]
    if target in _FUNCTIONS:
        return True
    if last not in _VERBS or "." not in callee:
        return False
    receiver = callee[: -len(last) - 1]
    return bool(_CLIENT.match(target) or _RECEIVER.search(receiver))


class _Reader:
    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def read(self, code: Code) -> Iterator[Outgoing]:
        """Read one file of code."""
        for call in code.facts.calls:
            target = code.target(call)
            if target in _PROTOCOLS and code.is_python:
                found = self._protocol(code, call, target)
            elif target == "nodemailer.createTransport":
                found = self._transport(code, call)
            elif _is_client(call.callee, target):
                found = self._addressed(code, call)
            else:
                continue
            if circumstance(code, call.start) != "development":
                yield from found
        for pair in code.pairs_named(*_BASES):
            base = address(literal(self._symbols, code, code.value(pair)))
            yield from self._outgoing(code, pair.start, base, secret=False)
        if code.is_python:
            yield from self._mail_settings(code)

    # --- addresses --------------------------------------------------------------------------------------------------

    def _addressed(self, code: Code, call: Call) -> Iterator[Outgoing]:
        parsed = code.call(call)
        last = call.callee.rpartition(".")[2]
        first = parsed.argument(1 if last in {"request", "stream"} and code.is_python else 0, "url")
        if first is None:
            return
        known = first.get("url") if first.kind == "object" else first
        text = literal(self._symbols, code, known) if known is not None else ""
        secret = bool(_SECRET.search(code.text[call.arguments_start : call.end]))
        yield from self._outgoing(code, call.start, address(text), secret)

    @staticmethod
    def _outgoing(code: Code, at: int, found: Address | None, secret: bool) -> Iterator[Outgoing]:
        if found is None or found.reach is not Reach.EXTERNAL:
            return
        secret = secret or found.credentials
        if found.scheme in _SECURE:
            yield Outgoing(code.location(at), "encrypted", f"{found.scheme.upper()} to {found.host}", secret)
        elif found.scheme in _CLEAR:
            yield Outgoing(code.location(at), "clear", f"{_CLEAR[found.scheme]} to {found.host}", secret)

    # --- protocols --------------------------------------------------------------------------------------------------

    def _protocol(self, code: Code, call: Call, target: str) -> Iterator[Outgoing]:
        """Read the clients of Python that speak one protocol."""
        host, where = self._host(code, call)
        if where in {Reach.LOCAL, Reach.INTERNAL}:
            return
        to = f" to {host}" if host else ""
        place = code.location(call.start)
        name, protection = _PROTOCOLS[target]
        if target in _MAIL:
            protection = self._upgraded(code, call, _MAIL[target])
        if host or protection != "clear" or name in {"FTP", "Telnet"}:
            yield Outgoing(place, protection, f"{name}{to}", secret=name not in {"HTTP", "gRPC"})

    def _host(self, code: Code, call: Call) -> tuple[str, Reach]:
        first = code.call(call).argument(0, "host")
        if first is None:
            return "", Reach.UNKNOWN
        text = literal(self._symbols, code, first).partition(":")[0]
        where = reach(text)
        if where is Reach.EXTERNAL or first.kind in {"string", "template"}:
            return ("" if where is Reach.UNKNOWN else text), where
        return "", Reach.UNKNOWN  # a default that a setting replaces says nothing

    @staticmethod
    def _upgraded(code: Code, call: Call, method: str) -> Protection:
        """Say whether a mail connection is encrypted before it is used: always, only under a condition, or never."""
        function = code.enclosing_function(call.start)
        first, last = (function.body_start, function.body_end) if function is not None else (0, len(code.text))
        upgrades = [item for item in code.calls_in(first, last) if item.callee.rpartition(".")[2] == method]
        if not upgrades and any(item.callee.rpartition(".")[2] == method for item in code.facts.calls):
            return "unknown"  # elsewhere in the file, perhaps on this connection
        if not upgrades:
            return "clear"
        outside = len(code.branches_around(call.start))
        return "encrypted" if any(len(code.branches_around(item.start)) <= outside for item in upgrades) else "unknown"

    def _transport(self, code: Code, call: Call) -> Iterator[Outgoing]:
        """Read nodemailer's options: without ``secure`` or ``requireTLS`` it encrypts only if the server offers to."""
        parsed = code.call(call)
        options = parsed.argument(0)
        if (
            options is None
            or options.kind != "object"
            or options.get("service")
            or options.get("...")
            or options.get("SES")
        ):
            return
        place = code.location(call.start)
        named = options.get("host")
        text = literal(self._symbols, code, named) if named is not None else ""
        if named is None or reach(text) in {Reach.LOCAL, Reach.INTERNAL} or options.get("jsonTransport"):
            return
        host = f" to {text}" if named.kind == "string" else ""
        if self._on(code, options.get("secure")) or self._on(code, options.get("requireTLS")):
            yield Outgoing(place, "encrypted", f"SMTP{host}")
        elif self._on(code, options.get("ignoreTLS")):
            yield Outgoing(place, "clear", f"SMTP{host}", secret=True)
        elif all(item is None or item.kind == "boolean" for item in (options.get("secure"), options.get("requireTLS"))):
            yield Outgoing(place, "opportunistic", f"SMTP{host}", secret=True)
        else:
            yield Outgoing(place, "unknown", f"SMTP{host}", secret=True)

    def _on(self, code: Code, value: Expression | None) -> bool:
        return value is not None and switch(self._symbols, code, value).on is True

    def _mail_settings(self, code: Code) -> Iterator[Outgoing]:
        """Read Django's and Flask's mail settings: a host without TLS or SSL."""
        found = {
            item.target: item
            for item in code.facts.assignments
            if item.value_end and _MAIL_SETTING.match(item.target) and code.enclosing_class(item.start) is None
        }
        host = found.get("EMAIL_HOST") or found.get("MAIL_SERVER")
        if host is None:
            return
        value = code.value(host)
        text = literal(self._symbols, code, value)
        if value.kind == "string" and reach(text) in {Reach.LOCAL, Reach.INTERNAL}:
            return
        switches = [switch(self._symbols, code, code.value(found[name])) for name in _MAIL_SWITCHES if name in found]
        to = f" to {text}" if value.kind == "string" else ""
        place = code.location(host.start)
        if any(one.on for one in switches):
            yield Outgoing(place, "encrypted", f"SMTP{to}")
        elif any(one.on is None or one.configurable for one in switches) or value.kind != "string":
            yield Outgoing(place, "unknown", f"SMTP{to}", secret=True)
        else:
            yield Outgoing(place, "clear", f"SMTP{to}", secret=True)


_MAIL_SETTING: Final = re.compile(r"^(EMAIL|MAIL)_(HOST|SERVER|USE_TLS|USE_SSL|STARTTLS|SSL_TLS)$")
_MAIL_SWITCHES: Final = (
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
    "MAIL_USE_TLS",
    "MAIL_USE_SSL",
    "MAIL_STARTTLS",
    "MAIL_SSL_TLS",
)


def _settings(corpus: Corpus) -> Iterator[Outgoing]:
    """Read the variables of settings, images, manifests and pipelines whose value is an address."""
    for file in configurations(
        corpus, b"http://", b"ws://", b"ftp://", b"ldap://", b"amqp://", b"mqtt://", b"https://"
    ):
        if file.stage == "development":
            continue
        for match in _NAMED.finditer(file.text):
            found = next((one for _, one in addresses(file.text[match.start("url") : match.start("url") + 300])), None)
            if found is None or found.reach is not Reach.EXTERNAL or found.is_placeholder or _OWN.search(match["name"]):
                continue
            clear = found.scheme in _CLEAR
            said = f"{_CLEAR[found.scheme] if clear else found.scheme.upper()} to {found.host} ({match['name']})"
            yield Outgoing(
                file.location(match.start("url")),
                "clear" if clear else "encrypted",
                said,
                found.credentials,
                setting=True,
            )
