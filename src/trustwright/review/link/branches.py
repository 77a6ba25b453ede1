"""What a variable may hold where it is used, when ``if`` and ``try`` assign it differently."""

from trustwright.review.source.code import Code
from trustwright.review.source.facts import Assignment, Function


def assignments_before(code: Code, name: str, at: int) -> tuple[list[Assignment], Function | None]:
    """Return the assignments that may give a name its value at an offset, the nearest first.

    The second answer is the function whose parameter the name may still be: given when none of the assignments is sure
    to have run, and ``None`` otherwise.
    """
    binding = code.binding(name, at)
    if binding is None or binding.assignment is None or binding.assignment.target != name:
        return [], None
    scope = code.enclosing_function(binding.assignment.start)
    found: list[Assignment] = []
    for item in reversed(code.facts.assignments):
        if item.target != name or item.end > at or code.enclosing_function(item.start) != scope or not item.value_end:
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
