"""Django's admin: one route for all its pages, which ask for a staff user unless a site of one's own says otherwise."""

from collections.abc import Iterator

from trustwright.review.frameworks.django.classes import Classes, externals
from trustwright.review.frameworks.django.configuration import Written
from trustwright.review.frameworks.django.endpoints import Endpoint, Mount
from trustwright.review.frameworks.django.views import View
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.model import Access, GuardUse, GuardVerdict

_SITES = ("django.contrib.admin.site", "django.contrib.admin.sites.site", "django.contrib.gis.admin.site")
_CLASS = "AdminSite"


class Admin:
    """Recognises ``admin.site.urls`` and the URLs of admin sites that a repository makes itself."""

    def __init__(self, symbols: Symbols, classes: Classes) -> None:
        """Take what reads names and classes."""
        self._symbols = symbols
        self._classes = classes

    def expand(self, written: Written, mount: Mount) -> Iterator[Endpoint] | None:
        """Return the route of an admin site's ``urls``; ``None`` when the expression is none."""
        code, value = written.code, written.expression
        if value.kind != "name" or value.last_name != "urls":
            return None
        owner = value.name.rpartition(".")[0]
        symbol = self._symbols.name(code, owner, value.start)
        reference = code.reference(value.start, value.start + len(owner.encode()))
        guard: GuardUse | None = None
        if symbol.kind == "instance" and symbol.code is not None and symbol.klass is not None:
            lineage = self._classes.lineage(symbol.code, symbol.klass)
            if not any(name.endswith("." + _CLASS) for name in externals(lineage)):
                return None
            if self._classes.method(lineage, "has_permission") is not None:
                guard = GuardUse(reference, "router")
        elif not (symbol.kind == "external" and (symbol.name in _SITES or symbol.name.endswith(f".{_CLASS}()"))):
            return None
        location = code.location(value.start)
        if guard is None:
            staff = GuardVerdict(Access.ENFORCED, Access.ENFORCED, (location,), "django >=3.2")
            guard = GuardUse(reference, "router", staff)
        view = View(Symbol("external", "django.contrib.admin.site"), reference)
        return iter([Endpoint(mount.below("**").guarded(guard), view, location)])
