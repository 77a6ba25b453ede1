"""The table of guards that well-known libraries provide, and of middleware that guards nothing."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trustwright.review.model import Access, GuardVerdict, Location
from trustwright.review.source.tree import Tree
from trustwright.review.source.yaml import parse


@dataclass(frozen=True, slots=True)
class KnownGuard:
    """One entry: what calling, extending or attaching the named thing does.

    Attributes:
        library: the package that provides it.
        versions: the versions for which the entry was read, as a specifier.
        provides: ``authentication``, ``authorization``, both, or nothing.
        wraps: true when it only passes on the guards given to it (``Depends(f)``).
        defers: true when a function given to it decides instead (``jwt.verify(token, key, callback)``).
        tests: true when it is given a function of the user, and sends away who fails it (``user_passes_test(test)``).
        unless: texts in the call that take its effect away (``verify_signature": False``), blanks aside.
        signs_in: texts in the call that make it a way to sign in, which refuses strangers only, blanks aside.
        source: where the library's documentation says so.
    """

    library: str
    versions: str
    provides: frozenset[str]
    wraps: bool
    source: str
    unless: tuple[str, ...] = ()
    defers: bool = False
    tests: bool = False
    signs_in: tuple[str, ...] = ()

    def disarmed(self, call: str) -> bool:
        """Tell whether a call's text switches off what the guard checks."""
        return any(text in _plain(call) for text in self.unless)

    def verdict(self, where: Location, call: str = "") -> GuardVerdict:
        """Return what the guard enforces, used as ``call`` says; the evidence is its use."""
        if any(text in _plain(call) for text in self.signs_in):
            return GuardVerdict(Access.UNKNOWN, Access.UNKNOWN, (where,), f"{self.library} signs people in here")
        return GuardVerdict(
            Access.ENFORCED if "authentication" in self.provides else Access.ABSENT,
            Access.ENFORCED if "authorization" in self.provides else Access.ABSENT,
            (where,) if self.provides else (),
            f"{self.library} {self.versions}" if self.provides else "",
        )


class KnownGuards:
    """Entries by qualified name; ``module.*`` names everything that a module offers."""

    def __init__(self, entries: dict[str, KnownGuard]) -> None:
        """Take the entries by name."""
        self._entries = entries

    def find(self, name: str) -> KnownGuard | None:
        """Return the entry for a qualified name such as ``passport.authenticate`` or ``passport.authenticate()``."""
        plain = name.replace("()", "")
        found = self._entries.get(plain)
        while found is None and "." in plain:
            plain = plain.rpartition(".")[0]
            found = self._entries.get(plain + ".*")
        return found


def _plain(call: str) -> str:
    return "".join(call.split()).replace("'", '"')


@cache
def known_guards() -> KnownGuards:
    """Read the table that ships with the product."""
    path = "known_guards.yaml"
    documents = parse(path, files(__package__).joinpath(path).read_bytes())
    entries: dict[str, KnownGuard] = {}
    for item in documents[0].each("guards"):
        entry = _entry(item)
        entries.update(dict.fromkeys(item.texts("names"), entry))
    return KnownGuards(entries)


def _entry(item: Tree) -> KnownGuard:
    return KnownGuard(
        library=item.text_at("library"),
        versions=item.text_at("versions"),
        provides=frozenset(item.texts("provides")),
        wraps=item.text_at("wraps") == "true",
        source=item.text_at("source"),
        unless=item.texts("unless"),
        signs_in=item.texts("signs_in"),
        defers=item.text_at("defers") == "true",
        tests=item.text_at("tests") == "true",
    )
