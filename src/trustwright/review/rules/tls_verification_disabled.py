"""Connections whose other end is not checked: certificates, host names and SSH host keys that anything passes for."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from trustwright.review.link.addresses import Reach, addresses
from trustwright.review.link.configuration import configurations
from trustwright.review.link.switches import Switch, circumstance, switch
from trustwright.review.link.texts import pattern_of
from trustwright.review.link.values import Value, Values
from trustwright.review.model import Confidence, Location, Observation, Rule, Severity, met, unknown, unmet
from trustwright.review.project import Project
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Call

RULE = Rule(
    __name__,
    title="TLS verification disabled",
    finding="A client accepts any certificate, so it cannot tell the server from somebody in between.",
    risk=(
        "Encryption without verification protects from nobody who can reach the network: an attacker presents a "
        "certificate of their own and reads and changes what passes, credentials included."
    ),
    remediation=(
        "Remove the setting; verification is on by default in every common client.",
        "For a private authority, give the client its certificate (ca, verify=<path>, NODE_EXTRA_CA_CERTS).",
        "For tests, make a certificate for the test host instead of switching the check off.",
        "For SSH, ship the known host keys and reject unknown ones.",
    ),
    criteria=("CC6.7", "CC6.1"),
    controls=("ACC-14",),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    population="clients that check, or do not check, the other end of a connection",
    triggers=(
        "rejectUnauthorized", "strictSSL", "checkServerIdentity", "TLS_REJECT_UNAUTHORIZED",
        "trustServerCertificate", "tlsAllowInvalid", "tlsInsecure", "tls_insecure", "insecureSkipVerify",
        "https.Agent", "https.request", "https.get", "https'", 'https"', "tls.connect", "tls'", 'tls"', "undici",
        "nodemailer", "requests", "httpx", "verify", "ssl", "CERT_", "cert_reqs", "starttls", "smtplib", "imaplib",
        "poplib", "ftplib", "missing_host_key", "asyncssh", "OPT_X_TLS", "validate_certs", "hostname",
        "PYTHONHTTPSVERIFY",
    ),
    gap="{unmet} of {examined} clients do not check whom they talk to",
)  # fmt: skip

_ON: Final = frozenset(
    {
        "rejectUnauthorized", "strictSSL", "sslValidate", "verify_ssl", "ssl_verify", "verify_certs", "validate_certs",
        "ssl_check_hostname", "check_hostname", "assert_hostname", "verify_hostname", "tls_verify", "verify_tls",
    }
)  # fmt: skip
"""Options that check the other end when they are on."""
_OFF: Final = frozenset(
    {
        "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames", "tlsInsecure", "trustServerCertificate",
        "insecureSkipVerify", "disable_ssl_certificate_validation", "skip_tls_verify", "tls_insecure",
    }
)  # fmt: skip
"""Options that stop checking when they are on."""
_MODES: Final = frozenset({"cert_reqs", "ssl_cert_reqs", "verify_mode", "validate"})
"""Options with the word for a mode: ``CERT_NONE`` checks nothing."""
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_PYTHON_HTTP: Final = re.compile(
    r"^(requests(\.api|\.sessions)?|httpx)\.(get|post|put|patch|delete|head|options|request|stream|Session|Client|AsyncClient)$"
)
_JAVASCRIPT_TLS: Final = frozenset(
    {
        "https.Agent", "https.request", "https.get", "tls.connect", "undici.Agent", "undici.Client", "undici.Pool",
        "nodemailer.createTransport",
    }
)  # fmt: skip
_WITH_CONTEXT: Final[Mapping[str, str]] = {
    "smtplib.SMTP_SSL": "context", "imaplib.IMAP4_SSL": "ssl_context", "poplib.POP3_SSL": "context",
    "ftplib.FTP_TLS": "context",
}  # fmt: skip
"""Python's own clients that check nothing unless they are given a context."""
_NO_POLICY: Final = frozenset({"AutoAddPolicy", "WarningPolicy"})
_VARIABLE: Final = re.compile(r"(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\W{0,3}$")
_FILE: Final = re.compile(
    r"(^|[._])(ca|cert|certificate|bundle)_?(file|path|bundle|certs?)?(_?(path|name|\.name))?$", re.IGNORECASE
)
_THIS_MACHINE: Final = re.compile(r"['\"](localhost|127\.0\.0\.1)['\"]")
_LOOSE_LDAP: Final = re.compile(r"OPT_X_TLS_(NEVER|ALLOW|TRY)$")

_OPTIONS: Final = tuple(sorted(_ON | _OFF | _MODES | {"verify", "ssl", "checkServerIdentity", "known_hosts"}))


def check(project: Project) -> Iterator[Observation]:
    """Yield one observation for each switch, and for each client whose check is on because nothing switches it off."""
    for code in project.production():
        found = [*_switches(project, code)]
        found += _python(project, code) if code.is_python else _javascript(code)
        yield from found
    yield from _files(project)


def _switches(project: Project, code: Code) -> Iterator[Observation]:
    """Judge every option and attribute that switches a check on or off."""
    for pair in code.pairs_named(*_OPTIONS):
        call = _around(code, pair.start)
        if pair.key not in {"verify", "ssl", "known_hosts"} or _is_http(code, pair.key, call):
            yield from _judge(project, code, pair.key, code.value(pair), pair.start)
    for item in code.facts.assignments:
        name = item.target.rpartition(".")[2]
        if not item.value_end:
            continue
        if _VARIABLE.search(item.target):
            if switch(project.symbols, code, code.value(item)).on is False:
                yield from _when(
                    code, item.start, "No client of this process checks certificates any more.", RULE.severity
                )
        elif "." in item.target and (
            name in _ON | _OFF | _MODES or (name == "verify" and _is_session(project, code, item.target))
        ):
            yield from _judge(project, code, name, code.value(item), item.start)


def _around(code: Code, offset: int) -> Call | None:
    """Return the innermost call whose arguments hold an offset."""
    inside = [
        call for call in code.calls_in(max(0, offset - 3000), offset) if call.arguments_start <= offset < call.end
    ]
    return inside[-1] if inside else None


def _is_http(code: Code, key: str, call: Call | None) -> bool:
    """Tell ``verify=`` and ``ssl=`` of an HTTP client from the same words elsewhere."""
    if not code.is_python:
        return False
    target = code.target(call) if call is not None else ""
    if key == "known_hosts":
        return target.startswith("asyncssh.")
    if key == "ssl":
        client = target.rpartition(".")[2]
        return "aiohttp" in code.modules and (client in _VERBS or client in {"TCPConnector", "ws_connect", "_request"})
    if call is None:
        return bool({"requests", "httpx"} & code.modules)
    return (
        bool(_PYTHON_HTTP.match(target))
        or (target.rpartition(".")[2] in _VERBS and "." in target)
        or (target.rpartition(".")[2] in {"client", "resource", "Client", "HTTPTransport", "dict", "HTTPAdapter"})
    )


def _is_session(project: Project, code: Code, target: str) -> bool:
    return code.is_python and ("session" in target.lower() or bool({"requests", "httpx"} & code.modules))


def _judge(project: Project, code: Code, key: str, value: Expression, at: int) -> Iterator[Observation]:
    """Judge one option by its value and by when it is reached."""
    place = code.location(at)
    found, severity, what = _meaning(project, code, key, value)
    if found is None:
        return
    when = circumstance(code, at)
    if when == "development" or (found.on is False and _is_local(project, code, at)):
        return
    if found.on is False and _looks_at_certificate(code, at):
        yield unknown(place, f"{what.capitalize()} is not checked where it is fetched to be looked at.")
        return
    if found.on:
        yield met(place)
    elif found.on is None:
        yield unknown(place, f"Whether {what} is checked depends on {code.source(value.start, value.end)[:60]}.")
    elif when == "asked-for":
        yield unknown(place, f"{what.capitalize()} is not checked when the condition around this asks for it.")
    elif found.configurable:
        yield unmet(
            place, f"{what.capitalize()} is not checked unless a setting turns the check on.", severity=Severity.MEDIUM
        )
    else:
        yield unmet(
            place,
            f"{what.capitalize()} is not checked: {key} is {code.source(value.start, value.end)[:40]}.",
            severity=severity,
        )


def _looks_at_certificate(code: Code, at: int) -> bool:
    """Tell whether a function connects to read the other end's certificate, whatever that is worth."""
    function = code.enclosing_function(at)
    body = code.source(function.body_start, function.body_end) if function is not None else ""
    return re.search(r"get_?peer_?cert", body, re.IGNORECASE) is not None


def _meaning(project: Project, code: Code, key: str, value: Expression) -> tuple[Switch | None, Severity, str]:
    """Return whether an option checks the other end, how bad it is if not, and what it checks."""
    certificate, hostname = "the server's certificate", "the server's name in its certificate"
    if key == "checkServerIdentity":
        body = code.source(value.start, value.end)
        empty = value.kind == "function" and re.search(
            r"=>\s*(undefined|null|void 0|\{\s*(return;?)?\s*\})\s*$|\{\s*\}$", body
        )
        return (Switch(not empty) if value.kind in {"function", "name"} else None), Severity.MEDIUM, hostname
    if key == "known_hosts":
        return (Switch(False) if value.kind == "null" else Switch(True)), Severity.MEDIUM, "the SSH host key"
    if key in _MODES:
        word = value.last_name or value.text or ""
        if not word.startswith("CERT_") and not (value.kind == "null" and key.endswith("cert_reqs")):
            return None, Severity.HIGH, certificate
        return Switch(word == "CERT_REQUIRED"), Severity.HIGH, certificate
    if value.kind in {"object", "array", "function", "other"} or (value.kind == "string" and key != "verify"):
        return None, Severity.HIGH, certificate
    if value.kind in {"string", "template"} or (value.kind == "name" and _is_context(project, code, value)):
        return Switch(True), Severity.HIGH, certificate
    if value.kind == "null":
        return (Switch(False) if key == "ssl_cert_reqs" else None), Severity.HIGH, certificate
    found = switch(project.symbols, code, value)
    if value.kind == "call" and found.on is None and not found.configurable:
        return None, Severity.HIGH, certificate
    if key in _OFF:
        found = Switch(None if found.on is None else not found.on, found.configurable)
    name = "hostname" in key
    return found, Severity.MEDIUM if name else Severity.HIGH, hostname if name else certificate


def _is_context(project: Project, code: Code, value: Expression) -> bool:
    """Tell a TLS context or the path of an authority from a switch."""
    if _FILE.search(value.name):
        return True
    symbol = project.symbols.name(code, value.name, value.start)
    if symbol.kind == "external" and symbol.name.startswith(("ssl.create_default_context", "certifi.")):
        return True
    return symbol.kind == "value" and symbol.expression is not None and symbol.expression.kind in {"string", "template"}


def _is_local(project: Project, code: Code, at: int) -> bool:
    """Tell a connection to this machine by an address in the same call."""
    call = _around(code, at)
    if call is None:
        return False
    first = code.call(call).argument(0, "url")
    known = pattern_of(Values(project.symbols), Value(code, first)) if first is not None else ""
    text = f"{known} {code.source(call.start, min(call.end, call.start + 600))}"
    return any(one.reach is Reach.LOCAL for _, one in addresses(text)) or bool(_THIS_MACHINE.search(text))


def _javascript(code: Code) -> Iterator[Observation]:
    """Count the clients that nothing switches off."""
    for call in code.calls_named("Agent", "request", "get", "connect", "Client", "Pool", "createTransport"):
        if code.target(call) in _JAVASCRIPT_TLS and not _has_switch(code, call):
            yield met(code.location(call.start))


def _has_switch(code: Code, call: Call) -> bool:
    keys = _ON | _OFF | _MODES | {"verify", "ssl", "checkServerIdentity"}
    return any(pair.key in keys for pair in code.within(code.facts.pairs, call.arguments_start, call.end))


def _python(project: Project, code: Code) -> Iterator[Observation]:
    loosened = {
        code.enclosing_function(item.start)
        for item in code.facts.assignments
        if item.target.endswith((".verify_mode", ".check_hostname"))
    }
    for call in code.facts.calls:
        target, last = code.target(call), call.callee.rpartition(".")[2]
        place = code.location(call.start)
        if _PYTHON_HTTP.match(target) and not _has_switch(code, call):
            if not any(pair.key == "..." for pair in code.within(code.facts.pairs, call.arguments_start, call.end)):
                yield met(place)
        elif target == "ssl.create_default_context" and code.enclosing_function(call.start) not in loosened:
            if _around(code, call.start) is None:  # else the client that it is given to is counted
                yield met(place)
        elif last in {"_create_unverified_context", "_create_stdlib_context"} and target.startswith("ssl."):
            yield from _when(
                code,
                call.start,
                "The server's certificate is not checked: the TLS context checks nothing.",
                Severity.HIGH,
            )
        elif last == "set_missing_host_key_policy":
            yield from _host_keys(code, call)
        elif target.endswith("set_option") and "OPT_X_TLS_REQUIRE_CERT" in code.source(call.arguments_start, call.end):
            yield from _ldap(code, call)
        elif target in _WITH_CONTEXT or (last == "starttls" and {"smtplib", "imaplib"} & code.modules):
            yield from _own_client(code, call, _WITH_CONTEXT.get(target, "context"))
    for item in code.facts.assignments:
        if item.target == "ssl._create_default_https_context" and "unverified" in code.source(
            item.value_start, item.value_end
        ):
            yield from _when(
                code, item.start, "No HTTPS client of the standard library checks certificates any more.", Severity.HIGH
            )


def _when(code: Code, at: int, detail: str, severity: Severity) -> Iterator[Observation]:
    """Object, unless the place is reached outside production only, or when a setting asks for it."""
    when = circumstance(code, at)
    if when == "asked-for":
        yield unknown(code.location(at), f"Only when the condition around this asks for it: {detail}")
    elif when == "always":
        yield unmet(code.location(at), detail, severity=severity)


def _host_keys(code: Code, call: Call) -> Iterator[Observation]:
    policy = code.call(call).argument(0)
    name = policy.last_name.removesuffix("()") if policy is not None else ""
    if name in _NO_POLICY:
        yield from _when(
            code, call.start, "The SSH host key is not checked: unknown hosts are accepted.", Severity.MEDIUM
        )
    elif name == "RejectPolicy":
        yield met(code.location(call.start))


def _ldap(code: Code, call: Call) -> Iterator[Observation]:
    mode = code.call(call).argument(1)
    if mode is not None and _LOOSE_LDAP.search(mode.name):
        yield from _when(code, call.start, "The certificate of the LDAP server is not checked.", Severity.HIGH)
    elif mode is not None and mode.last_name in {"OPT_X_TLS_DEMAND", "OPT_X_TLS_HARD"}:
        yield met(code.location(call.start))


def _own_client(code: Code, call: Call, name: str) -> Iterator[Observation]:
    """Judge a client of the standard library: without a context it checks no certificate."""
    parsed = code.call(call)
    context = parsed.get(name) or parsed.get("context")
    if context is not None and context.kind != "null":
        yield met(code.location(call.start))
    elif parsed.get("...") is None:
        client = call.callee.rpartition(".")[2]
        if circumstance(code, call.start) != "development":
            detail = f"The server's certificate is not checked: {client} is called without {name}=."
            yield unmet(code.location(call.start), detail, severity=Severity.LOW)


_IN_FILES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), what, severity)
    for pattern, what, severity in (
        (r"\b(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\s*[=:]\s*['\"]?(?P<off>0)\b", "certificates", "high"),
        (r"(?P<off>--(?:kube-)?insecure-skip-tls-verify)(?!=false)", "certificates", "high"),
        (r"\b(insecure_?skip_?(tls_)?verify|skip_tls_verify)\"?\s*[=:]\s*(?P<off>true)\b", "certificates", "high"),
        (r"\bGIT_SSL_NO_VERIFY\s*[=:]\s*['\"]?(?P<off>1|true)\b", "certificates", "medium"),
        (r"\bcurl\b[^|;&\n]*\s(?P<off>(?-i:-[a-jl-zA-Z]*k[a-zA-Z]*)|--insecure)(?=\s)[^\n]*", "certificates", "medium"),
        (r"\bwget\b[^|;&\n]*\s(?P<off>--no-check-certificate)\b[^\n]*", "certificates", "medium"),
        (r"\bstrict-ssl[\s=]+(?P<off>false)\b", "certificates", "medium"),
        (r"\bhttp\.sslVerify[\s=]+['\"]?(?P<off>false|0)\b", "certificates", "medium"),
        (r"\bproxy_ssl_verify\s+(?P<off>off)\b", "certificates", "medium"),
        (r"\bvalidate_certs\s*[=:]\s*(?P<off>no|false)\b", "certificates", "medium"),
        (r"\bStrictHostKeyChecking[\s=]+(?P<off>no|off)\b", "SSH host keys", "medium"),
    )
)
"""Settings and commands in text files: what is not checked any more, and how much that matters."""
_WORDS: Final = (
    b"TLS_REJECT", b"PYTHONHTTPSVERIFY", b"SSL_NO_VERIFY", b"curl", b"wget", b"strict-ssl", b"sslVerify", b"nsecure",
    b"skip_tls", b"skip_verify", b"proxy_ssl_verify", b"validate_certs", b"StrictHostKey",
)  # fmt: skip


def _files(project: Project) -> Iterator[Observation]:
    """Object to switches and commands in settings, scripts, pipelines and images; once for each kind in a file."""
    for file in configurations(project.corpus, *_WORDS):
        if file.stage == "development":
            continue
        for pattern, what, severity in _IN_FILES:
            places: list[Location] = []
            said = ""
            for match in pattern.finditer(file.text):
                if not any(one.reach in {Reach.LOCAL, Reach.INTERNAL} for _, one in addresses(match[0])):
                    places.append(file.location(match.start("off")))
                    said = said or file.text[match.start() : match.end("off")]
            if places:
                detail = f"{what[0].upper()}{what[1:]} are not checked here: {said[-60:]}."
                yield unmet(places[0], detail, severity=Severity(severity), related=tuple(places[1:]))
