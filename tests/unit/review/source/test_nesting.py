"""What is around a place, compared with looking at every item."""

from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.source.facts import Class
from trustwright.review.source.nesting import Nesting


@st.composite
def nested(draw: st.DrawFn) -> tuple[Class, ...]:
    """Draw stretches of which any two are apart or one holds the other."""
    found: list[tuple[int, int]] = []

    def fill(start: int, end: int, depth: int) -> None:
        while end - start > 3 and depth < 4 and draw(st.booleans()):
            first = draw(st.integers(start, end - 2))
            last = draw(st.integers(first + 1, end))
            found.append((first, last))
            fill(first + 1, last - 1, depth + 1)
            start = last

    fill(0, 60, 0)
    return tuple(Class(a, b, "", (), a, b) for a, b in sorted(set(found), key=lambda item: (item[0], -item[1])))


@given(nested(), st.integers(-1, 61))
def test_around_is_what_holds_the_place(items: tuple[Class, ...], offset: int) -> None:
    """The same as testing each item, innermost first."""
    expected = [item for item in items if item.start <= offset < item.end]
    found = list(Nesting(items).around(offset))
    assert sorted(found, key=lambda item: (item.start, -item.end)) == expected
    assert [item.end - item.start for item in found] == sorted(item.end - item.start for item in found)


def test_at_is_exact() -> None:
    """Only an item that begins there."""
    nesting = Nesting((Class(2, 9, "a", (), 2, 9),))
    assert nesting.at(3) is None
    assert (found := nesting.at(2)) is not None
    assert found.name == "a"
