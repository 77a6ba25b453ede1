"""Addresses of other systems: what a URL or host name names, and how far away that is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl


class Reach(StrEnum):
    """Where a host is.

    ``LOCAL``: this machine. ``INTERNAL``: a name without dots or of a private domain, or a private address: the next
    container, a host of the same network. ``EXTERNAL``: anything else. ``UNKNOWN``: the name is not settled.
    """

    LOCAL = "local"
    INTERNAL = "internal"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


_LOCAL: Final = re.compile(
    r"^(localhost|.*\.localhost|127\.[\d.]+|0\.0\.0\.0|::1?|\[?::1?\]?|host\.docker\.internal|gateway\.docker\.internal|"
    r"10\.0\.2\.2|localhost\.localdomain)$",
    re.IGNORECASE,
)
_INTERNAL: Final = re.compile(
    r"\.(svc|local|internal|intranet|lan|home|corp|private|localdomain|cluster|consul|docker|vpc|test|arpa)$|"
    r"\.svc\.|\.cluster\.local",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"(^|\.)example\.(com|org|net|edu)$|\.(example|invalid)$|^(your|my|some|the)[-_.]|(your|my)[-_]?(domain|host|company|"
    r"server|site|app)|^(hostname|host|domain|server|example|foo|bar|company|website|yourdomain|mydomain)\b\.?|xxx",
    re.IGNORECASE,
)
_INSERTED: Final = re.compile(
    r"\$\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|\$\([^()\n]*\)|%\(\w+\)s|%s|<[\w-]+>|\$\w+"
)
_HOLE: Final = re.compile(r"[{}$<>%*\[\]()]|^$")
_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^\s/?#\"'`|,;\\)]*)(?P<path>/[^\s?#\"'`|;\\)]*)?"
    r"(?:\?(?P<query>[^\s#\"'`|;\\)]*))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in its parts. ``scheme`` is in lower case; a driver after ``+`` is taken off (``postgresql+psycopg``)."""

    scheme: str
    host: str
    port: str = ""
    path: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    credentials: bool = False

    @property
    def reach(self) -> Reach:
        """Where the host is."""
        return reach(self.host)

    @property
    def is_placeholder(self) -> bool:
        """True when the host is made to be replaced (``example.com``, ``your-domain``)."""
        return bool(_PLACEHOLDER.search(self.host))


def address(text: str) -> Address | None:
    """Read a URL; None when the text does not begin with one."""
    match = _URL.match(_filled(text.strip()))
    return _address(match) if match is not None else None


def addresses(text: str) -> Iterator[tuple[int, Address]]:
    """Yield each URL in a text with its character offset; what a program or template puts in stays as ``{___}``."""
    for match in _URL.finditer(_filled(text)):
        yield match.start(), _address(match)


def _filled(text: str) -> str:
    """Mark the parts that are put in later, without moving anything."""
    return _INSERTED.sub(lambda match: "{" + "_" * (len(match[0]) - 2) + "}", text)


def reach(host: str) -> Reach:
    """Say where a host is."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if _HOLE.search(name):
        return Reach.UNKNOWN
    if _LOCAL.match(name):
        return Reach.LOCAL
    try:
        number = ip_address(name)
    except ValueError:
        number = None
    if number is not None:
        return Reach.INTERNAL if number.is_private or number.is_link_local else Reach.EXTERNAL
    if "." not in name or _INTERNAL.search(name):
        return Reach.INTERNAL
    return Reach.EXTERNAL


def _address(match: re.Match[str]) -> Address:
    authority = match["authority"]
    credentials, at, place = authority.rpartition("@")
    host, port = place.partition(",")[0], ""
    if not host.startswith("[") and re.search(r":(\d*|\{[^}]*\})$", host):
        host, _, port = host.rpartition(":")
    elif host.startswith("[") and "]" in host:
        port = host.partition("]")[2].lstrip(":")
        host = host.partition("]")[0] + "]"
    parameters = dict(parse_qsl(match["query"] or "", keep_blank_values=True))
    scheme = match["scheme"].lower().partition("+")[0]
    return Address(scheme, host, port, match["path"] or "", parameters, bool(at and credentials))
