"""What a variable may hold where it is used, when ``if`` and ``try`` bind it differently."""

from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Function, Import


def bindings_before(code: Code, name: str, at: int) -> tuple[list[Assignment | Import], Function | None]:
    """Return the assignments and imports that may give a name its value at an offset, the nearest first.

    The second answer is the function whose parameter the name may still be: given when none of them is sure to have
    run, and ``None`` otherwise.
    """
    binding = code.binding(name, at)
    last = (binding.assignment or binding.imported) if binding is not None else None
    if last is None or (isinstance(last, Assignment) and last.target != name):
        return [], None
    scope = code.enclosing_function(last.start)
    assigned = [item for item in code.facts.assignments if item.target == name and item.value_end and item.end <= at]
    imported = [item for item in code.facts.imports if item.local == name and item.start <= at]
    given: list[Assignment | Import] = [*assigned, *imported]
    found: list[Assignment | Import] = []
    for item in sorted(given, key=lambda one: -one.start):
        if code.enclosing_function(item.start) != scope:
            continue
        found.append(item)
        if not _runs_sometimes(code, item.start, scope):
            return found, None
    return found, scope


def _runs_sometimes(code: Code, at: int, scope: Function | None) -> bool:
    """Tell whether the code at an offset is inside an ``if`` or a ``try`` of its function."""
    floor = scope.start if scope is not None else 0
    blocks = [(one.start, one.end) for one in code.facts.branches]
    blocks += [(one.try_start, one.end) for one in code.facts.catches]
    return any(floor <= start <= at < end for start, end in blocks)
