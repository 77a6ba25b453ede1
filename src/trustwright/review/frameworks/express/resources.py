"""Routes that finale-rest (formerly epilogue) generates for a Sequelize model.

Source: the libraries' README, "REST endpoints" and "Customize behavior": five actions over a plural and a singular
endpoint; ``actions`` limits them, ``updateMethod`` replaces PUT.
"""

from trustwright.review.link.assembly.paths import Path, from_text
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Use, Written

_LIBRARIES = ("finale-rest", "epilogue")
FUNCTIONS = frozenset(f"{library}.{name}" for library in _LIBRARIES for name in ("initialize", "resource"))
"""What is recorded: ``initialize({ app })`` names the application, ``resource({ endpoints })`` adds its routes."""

_ACTIONS: tuple[tuple[str, str, int], ...] = (
    ("list", "GET", 0), ("create", "POST", 0), ("read", "GET", 1), ("update", "PUT", 1), ("delete", "DELETE", 1),
)  # fmt: skip


def generated(assembly: Assembly, use: Use) -> list[tuple[str, str, Path]]:
    """Return (action, method, path) for each route that a ``resource`` call adds; none for other uses."""
    if not use.method.endswith(".resource") or not use.arguments:
        return []
    given = assembly.value(use.arguments[0])
    if not isinstance(given, Written) or given.expression.kind != "object":
        return []

    options = given

    def option(name: str) -> Written | None:
        entry = options.expression.get(name)
        return Written(entry, options.frame) if entry is not None else None

    def texts(name: str) -> list[str]:
        listed = assembly.lists.written(written) if (written := option(name)) is not None else None
        return [assembly.texts.part(item) for item in listed or ()]

    endpoints = texts("endpoints")
    if not endpoints:
        return []
    wanted = texts("actions") or [action for action, _, _ in _ACTIONS]
    unwanted = texts("excludeActions")
    replaced = option("updateMethod")
    update = (assembly.texts.of(replaced) or "put").upper() if replaced is not None else "PUT"
    return [
        (action, update if action == "update" else method, from_text(endpoints[min(which, len(endpoints) - 1)]))
        for action, method, which in _ACTIONS
        if action in wanted and action not in unwanted
    ]
