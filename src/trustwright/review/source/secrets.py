"""Finds secrets in any text file: tokens of known providers, private keys, passwords in addresses, named values.

Two questions are answered: where a secret stands in a text (:func:`secrets`), and what a report must not print
(:func:`covered`). A text is searched only around a few words, so that a large repository costs little more than reading
it; what a value must look like is in :mod:`~trustwright.review.source.secret_patterns`.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from trustwright.review.source.secret_patterns import (
    PROVIDERS,
    Provider,
    disordered,
    entropy,
    is_placeholder,
    is_well_known,
)

SECRETS_VERSION: Final = 3
"""What is found is kept with the facts of a file: raise this whenever something else is found in the same text."""

Kind = Literal["provider", "private-key", "address", "named", "well-known", "fallback", "reference"]

_WORDS: Final = (
    *(b"token", b"secret", b"pass", b"apikey", b"api_key", b"api-key", b"credential", b"private", b"encryption"),
    b"signing",
)
"""Lower-case texts around which named values are looked for."""
_ALONE: Final = (b"hooks.slack", b"_live_", b"AccountKey=", b"ghp_", b"AKIA")
"""A file that gives no value to a secret's name is searched for tokens of providers only when it holds one of these."""

_NAME_BYTES: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.-"
_LONGEST_NAME: Final = 60
_AFTER: Final = re.compile(
    rb"""(?P<tail>[\w.-]{0,40})(?P<closed>(?:\\?["'`\])]){0,2})
    (?:
        [ \t]{0,30}
        (?P<type> :[ \t]{0,2}[A-Za-z_][\w<>\[\]|., ]{0,40}?[ \t]{0,2}(?==) )?
        (?: => | := | [?|]{2}=? | =(?![=~>]) | :(?![:\n]) ) [ \t]* (?:\(?\n[ \t]+)?
      | [ \t]*,?[ \t]*\n[ \t]*-?[ \t]*["']?value["']?[ \t]*[:=][ \t]*            # name: X, value: Y on the next line
      | [ \t]*\{[^{}]{0,300}?\bdefault[ \t]*=[ \t]*                              # a variable of Terraform
      | [ \t]+(?=["][^"\n]{6,80}["][ \t]*$)                                      # ENV X "value"
    )
    (?:
        [bru]{0,2} (?P<quote>["'`]) (?P<quoted> (?: (?!(?P=quote)) [^\\\n] | \\. ){0,600} ) (?P=quote)
      | \\(?P<inner>["']) (?P<escaped> [^\\\n"']{0,600} ) \\(?P=inner)
      | (?P<bare>\$\{\{?[^}\n]*\}{1,2}|[^\s"'`,;|>\#(){}\]][^\s"'`,;){}\]]{0,600})
    )""",
    re.VERBOSE | re.MULTILINE,
)
_KEYWORDS: Final = (
    r"(?:secret|token|passw(?:or)?d|passphrase|passwd|pwd|credentials?|"
    r"(?:api|access|private|signing|encryption|secret|auth)[_.-]?key(?:[_.-]?base)?)"
)
_NAME: Final = re.compile(
    _KEYWORDS + r"(?:[_.-]?(?:\d+|value|default|key|base|prod|production|live|dev|development|staging|old|new|"
    r"current|base64|hex|raw|plain))?$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(
    r"public|csrf|xsrf|test|optional|hash|e2e|mock|fake|example|"
    r"(?:max|min|num|count|total|prompt|input|output|completion|stop|special|bos|eos|pad|cls|sep|mask|unk|next|page|"
    r"continuation|cancel|injection|color|design|theme|syntax|lex|parse|match|kind|token)[_.-]?tokens?$|"
    r"(?:show|hide|toggle|has|is|no|use|allow|enable|disable|require|forgot|reset|change|confirm|invalid|wrong|missing|"
    r"current|label|error|message|title|text|hint|placeholder|autocomplete|i18n|translate)[_.-]?(?:password|token|secret)|"
    r"(?:secret|token)[_.-]?(?:name|id|arn|ref|path|type)|key[_.-]?ref|key[_.-]?id|type[_.-]?token",
    re.IGNORECASE,
)
_PASSWORD_NAME: Final = re.compile(r"passw(?:or)?d|passwd|pwd|passphrase", re.IGNORECASE)
_OUTSIDE: Final = re.compile(
    r"process\.env|os\.(?:environ|getenv)|\bgetenv|\benv[.(\[:]|import\.meta\.env|Deno\.env|\bENV\[|\{\{\s*secrets\.|"
    r"^\$\{?[A-Z_]+(?:[:}?]|$)|^\$\(|vault:|secretsmanager|resolve:ssm|^(?:/run|/etc)/secrets|op://"
)
"""Values that are read from the environment or a store of secrets."""
_PUT_TOGETHER: Final = re.compile(
    r"^(?:await\s+)?(?:!(?:Ref|Sub|GetAtt)|var\.|local\.|data\.|module\.|aws_|random_|secrets?\.|config\(|self\.|this\.)|"
    r"\$\{|\{\{|%\(|%s|^%.*%$|\{\w*\}|^\[.*\]$|^[\w.$]+\(.*\)$|\$[a-z_]{3,}|\$[A-Z_]{3,}\b|^\$\{?[A-Za-z_:]+\}?\\?$|^<|^@|^ref\+|^ENC\[|^Ag[A-D]"
)
"""Values that a program puts together from others, and values that are encrypted (SOPS, sealed secrets)."""
_TRIPLE_QUOTED: Final = re.compile(rb"(\"\"\"|''').*?\1", re.DOTALL)
_FINGERPRINT: Final = re.compile(r"(?:[0-9A-F]{40}|[0-9A-F]{16})")
"""How GnuPG names keys; what signs is the private key behind it."""
_COMMENTED: Final = re.compile(rb"[ \t]*(?:#|//|;)")
_PATTERN: Final = re.compile(r"^\\|\[(?:a-z|A-Z|0-9)|^[\w.$]+\(|\{\d+,|\.\*|^\^|\\[dws]|^[A-Z]\w*\[\w+\]$")
"""Regular expressions, and types in quotes."""
_FALLBACK: Final = re.compile(
    rb"""(?: \(?["'][\w.-]+["'] \s*,\s* (?:\w+\s*=\s*)?                     # environ.get("X", "value")
      | (?:\(?["'][\w.-]+["'])? [)\]]* !? \s* (?:\|\||\?\?|\bor\b) \s*      # process.env.X || "value"
      | :-                                                                  # ${X:-value}
    )
    (?: [bru]{0,2} (?P<quote>["'`]) (?P<quoted>[^"'`\\\n]{3,200}) (?P=quote) | (?<=:-) (?P<bare>[^\s"'}]{3,200}) )""",
    re.VERBOSE,
)
_NOT_A_FALLBACK: Final = re.compile(
    r"true|false|none|null|undefined|[\d.]{1,6}|demo_key|not_?set|missing|n/a", re.IGNORECASE
)
_ADDRESS: Final = re.compile(
    rb"(?P<user>[^\s/@:\"'`<>{}|,;()\\]{0,80}):(?P<value>[^\s/@\"'`<>{},;()\\]{3,200})@(?P<host>[^\s/\"'`<>,;:)?\\]{1,200})"
)
_SCHEME: Final = re.compile(rb"[a-zA-Z][a-zA-Z0-9+]*\Z")
_HERE: Final = re.compile(
    r"localhost|127\.0\.0\.1|0\.0\.0\.0|::1|example|host\.docker\.internal|^(?:db|postgres\w*|mysql|mariadb|mongo(?:db)?|redis|"
    r"rabbitmq|database|cache|broker|host|hostname|server|[\w-]*-?db)$|^\[?host|^\$|^%|\.(?:local|test|invalid)$",
    re.IGNORECASE,
)
"""Hosts of one's own machine, of a compose file, or of a manual."""
_PEM: Final = re.compile(
    rb"-----BEGIN (?P<kind>(?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?)-----"
    rb"(?P<value>(?:\\r|\\n|[\s\"'`+,>|]|[A-Za-z0-9/=:-])*?)-----END [A-Z ]+-----"
)
_MIXED: Final = re.compile(r"(?=.*[A-Za-z])(?=.*[\d\W_])")
_WORDY: Final = re.compile(r"[A-Za-z]{0,2}(?:[-_./:=\s]*(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|\d{1,2}(?!\d)))+[-_./:!?]*")
_TOKEN: Final = re.compile(r"(?=.*\d)[A-Za-z0-9+/=_-]{16,}")
_PATH: Final = re.compile(
    r"^(?:\.{0,2}/|[\w-]+/[\w./-]+\.\w{1,5}$|~/|https?://|[\w.-]+\.(?:json|pem|key|txt|ya?ml|env|html|py|ts|js)$)"
)
_PUBLISHABLE: Final = ("pk_", "pk-", "phc_", "pub")
"""How keys begin that their providers call publishable."""
_STAND_INS: Final = frozenset({"test", "example", "demo", "default", "guest", "user"})
"""What local stand-ins of cloud services take for a key."""
_LABELS: Final = frozenset(
    {"password", "secret", "token", "default", "guest", "user", "test", "demo", "example", "pass"}
)
_HASH: Final = re.compile(
    r"^\$(?:2[aby]|argon2|5|6|1|scrypt|pbkdf2)|^(?:pbkdf2|argon2|bcrypt|sha\d+|md5)[_$:]|^\{(?:SSHA|bcrypt)"
)
_UNQUOTED: Final = re.compile(
    r"(^|/)(\.env[^/]*|[^/]*\.(env|ini|cfg|conf|properties|ya?ml|sh|bash|netrc|pypirc|npmrc|service)|[^/]*dockerfile[^/]*)$",
    re.IGNORECASE,
)
"""Files in which a value stands without quotes."""
_QUOTED_SETTINGS: Final = (".tf", ".tfvars", ".toml")


class Secret(Struct, frozen=True, array_like=True, gc=False):
    """A secret in a text, or the place where one is taken from outside.

    Attributes:
        kind: ``provider`` (the format of a known provider), ``private-key``, ``address`` (a password in an address),
            ``named`` (a disordered value under a name for secrets), ``well-known`` (a password everybody tries),
            ``fallback`` (read from outside, with a value in the text for when it is not set) or ``reference`` (read
            from outside: as it should be).
        start: first byte of the value.
        end: past its last byte.
        line: the line it begins on, from 1.
        what: what it is, with its article.
        name: the name it is given, when there is one.
        grave: whether it opens something by itself.
        proven: whether its format leaves no doubt, wherever it stands.
    """

    kind: Kind
    start: int
    end: int
    line: int
    what: str
    name: str = ""
    grave: bool = True
    proven: bool = False


def secrets(path: str, data: bytes) -> tuple[Secret, ...]:
    """Return what a text file holds, in order of place; overlapping ones once, the most certain kind first.

    Args:
        path: tells by its ending whether values stand without quotes.
        data: the file's bytes.
    """
    names = list(_names(data))
    found: list[Secret] = []
    tokens = _of_providers(data) if names or any(word in data for word in _ALONE) else ()
    for one in (*_private_keys(data), *tokens, *_in_addresses(data), *_named(path, data, names)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.start))


def proven(data: bytes) -> Iterator[Secret]:
    """Yield only what proves itself by a checksum, and so cannot be made up."""
    return _of_providers(data, tuple(provider for provider in PROVIDERS if provider.proven))


def covered(path: str, data: bytes) -> tuple[tuple[int, int], ...]:
    """Return the stretches of a text that a report must not print: every secret, and every value of a secret's name.

    More is covered than found: a placeholder, too, is better not shown than shown by mistake.
    """
    spans = {(one.start, one.end) for one in secrets(path, data) if one.kind != "reference"}
    unquoted = _UNQUOTED.search(path) is not None
    for name, after in _names(data):
        start, end = _value(after)
        value = data[start:end].decode("utf-8", "replace")
        if _written(data, after, name, unquoted) and not _OUTSIDE.search(value) and not _PUT_TOGETHER.search(value):
            spans.add((start, end))
    return tuple(sorted(spans))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _of_providers(data: bytes, providers: tuple[Provider, ...] = PROVIDERS) -> Iterator[Secret]:
    for provider in providers:
        if provider.trigger not in data:
            continue
        for match in provider.pattern.finditer(data):
            if provider.check(match["value"].decode("ascii", "replace")):
                start, end = match.span("value")
                line = _line(data, start)
                yield Secret("provider", start, end, line, provider.what, grave=provider.grave, proven=provider.proven)


def _private_keys(data: bytes) -> Iterator[Secret]:
    if b"PRIVATE KEY" not in data:
        return
    for match in _PEM.finditer(data):
        body = re.sub(rb"\\[rn]|[^A-Za-z0-9/=+]", b"", match["value"]).decode()
        if len(body) >= 64 and entropy(body) > 4:
            closed = b"ENCRYPTED" in match["kind"] or b"ENCRYPTED" in match["value"][:80]
            what = "a private key protected by a passphrase" if closed else "a private key"
            line = _line(data, match.start())
            yield Secret("private-key", *match.span(), line, what, grave=not closed)


def _in_addresses(data: bytes) -> Iterator[Secret]:
    at = data.find(b"://")
    while at >= 0:
        match = _ADDRESS.match(data, at + 3)
        if match is not None and _opens(match):
            scheme = _SCHEME.search(data[max(0, at - 20) : at])
            said = scheme[0].decode() if scheme is not None else "network"
            start, end = match.span("value")
            yield Secret("address", start, end, _line(data, start), f"a password in a {said} address")
        at = data.find(b"://", at + 3)


def _opens(match: "re.Match[bytes]") -> bool:
    """Tell whether the password of an address is a real one for another machine."""
    user, value, host = (match[group].decode("utf-8", "replace") for group in ("user", "value", "host"))
    if "passw" in value.lower() or (user and user in value):
        return False
    if re.search(r"[$%{\[*]", value) or _HERE.search(host) or is_placeholder(value) or is_well_known(value, user):
        return False
    return len(value) >= 6 and (bool(_MIXED.match(value)) or entropy(value) > 2.5)


def _value(after: "re.Match[bytes]") -> tuple[int, int]:
    group = next(name for name in ("quoted", "escaped", "bare") if after[name] is not None)
    return after.span(group)


def _names(data: bytes) -> Iterator[tuple[str, "re.Match[bytes]"]]:
    """Yield each name for a secret that something is given to, with what follows it; once for each value."""
    lower = data.lower()
    seen: set[int] = set()
    for word in _WORDS:
        at = lower.find(word)
        while at >= 0:
            after = _AFTER.match(data, at + len(word))
            if after is not None and after.end() not in seen:
                before = data[max(0, at - _LONGEST_NAME) : at]
                begin = at - len(before) + len(before.rstrip(_NAME_BYTES))
                name = data[begin : after.end("tail")].decode("utf-8", "replace")
                inserted = data[max(0, begin - 2) : begin] == b"${" or data[begin - 1 : begin] in {b"?", b"&"}
                markup = after["type"] is not None and after["closed"]
                if not inserted and not markup and _NAME.search(name) and not _NOT_A_NAME.search(name):
                    seen.add(after.end())
                    yield name, after
            at = lower.find(word, at + len(word))


def _documented(data: bytes) -> list[tuple[int, int]]:
    """Return where the docstrings of a Python file are: what they show is made up for the reader."""
    return [
        match.span()
        for match in _TRIPLE_QUOTED.finditer(data)
        if not data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip(b" \trRbBuU")
    ]


def _named(path: str, data: bytes, names: "list[tuple[str, re.Match[bytes]]]") -> Iterator[Secret]:
    settings = _UNQUOTED.search(path) is not None
    plain = settings or path.endswith(_QUOTED_SETTINGS)
    documented = _documented(data) if names and path.endswith(".py") else []
    for name, after in names:
        start, end = _value(after)
        if any(first <= start < last for first, last in documented):
            continue
        value = data[start:end].decode("utf-8", "replace")
        kind: Kind | None = None
        if path.endswith(".py") and _is_annotation(data, after):
            continue
        if _OUTSIDE.search(value):
            kind, start, end = _from_outside(data, after, start, end)
        elif (after["bare"] is None or settings) and _known(name, value, plain and after["escaped"] is None):
            kind = None if _COMMENTED.match(data, data.rfind(b"\n", 0, start) + 1) else "well-known"
        elif _written(data, after, name, settings) and is_secret(name, value):
            kind = "named"
        if kind is not None:
            what = "a password" if _PASSWORD_NAME.search(name) else "a secret"
            yield Secret(kind, start, end, _line(data, start), what, name, grave=kind == "named")


def _is_annotation(data: bytes, after: "re.Match[bytes]") -> bool:
    """Tell ``name: "text"`` from an assignment: in Python it gives no value, or is YAML in a string."""
    colon = data[after.end("tail") : after.end("tail") + 4].lstrip()[:1] == b":"
    return colon and not after["closed"] and after["type"] is None


def _from_outside(data: bytes, after: "re.Match[bytes]", start: int, end: int) -> tuple[Kind, int, int]:
    """Tell a value read from outside from one that falls back to a text of the file, and where that stands."""
    inside = after["bare"] is None or data[start : start + 1] == b"$"
    match = _FALLBACK.search(data, start, end) if inside else _FALLBACK.match(data, end)
    if match is None:
        return "reference", start, end
    start, end = match.span("quoted" if match["quoted"] is not None else "bare")
    text = data[start:end].decode("utf-8", "replace")
    nothing = _PUT_TOGETHER.search(text) or _NOT_A_FALLBACK.fullmatch(text)
    return ("reference" if nothing else "fallback"), start, end


def _written(data: bytes, after: "re.Match[bytes]", name: str, settings: bool) -> bool:
    """Tell whether a value is text: in quotes, in a settings file, or as a shell would take it (``NAME=x7fk...``)."""
    if after["bare"] is None or settings:
        return True
    directly = data[after.end("tail") : after.start("bare")] == b"="
    return directly and name.isupper() and _TOKEN.fullmatch(after["bare"].decode("utf-8", "replace")) is not None


def _known(name: str, value: str, settings: bool) -> bool:
    """Tell whether a value is a password everybody tries; in code, words that are also labels do not count."""
    password = bool(_PASSWORD_NAME.search(name))
    if not is_well_known(value) or (value.lower() in _STAND_INS and not password):
        return False
    return settings or (password and value.lower() not in _LABELS)


def is_secret(name: str, value: str) -> bool:
    """Tell whether the text given to ``name`` is a secret: no reference, no placeholder, no word people read."""
    if not 8 <= len(value) <= 500 or re.search(r"\s", value) or _PUT_TOGETHER.search(value):
        return False
    if (
        is_placeholder(value)
        or is_well_known(value)
        or _PATH.search(value)
        or _HASH.search(value)
        or _PATTERN.search(value)
    ):
        return False
    if _WORDY.fullmatch(value) or value.startswith(_PUBLISHABLE):
        return False
    if "sign" in name.lower() and _FINGERPRINT.fullmatch(value):
        return False
    if _PASSWORD_NAME.search(name):
        return bool(_MIXED.match(value)) and entropy(value) >= 2.5
    return len(value) >= 16 and bool(_MIXED.match(value)) and disordered(value) and entropy(value) >= 3
