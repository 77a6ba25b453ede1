"""Who is acting: known in the block and what it calls, in its own thread or task alone."""

import asyncio
import threading
from uuid import UUID

import pytest

from trustwright.trail.context import Context, acting, begin, current, end

ANNA, BEN = UUID(int=1), UUID(int=2)


def test_nothing_is_known_outside() -> None:
    assert current() == {}


def test_blocks_add_to_what_is_known_and_take_it_away_again() -> None:
    with acting(actor_type="user", actor_id=ANNA) as outer:
        with acting(actor_id=BEN, request_id="r1"):
            assert current() == {"actor_type": "user", "actor_id": BEN, "request_id": "r1"}
        assert current() == outer == {"actor_type": "user", "actor_id": ANNA}
    assert current() == {}


def test_an_error_ends_the_block_too() -> None:
    with pytest.raises(ValueError, match="x"), acting(actor_id=ANNA):
        raise ValueError("x")
    assert current() == {}


def test_another_thread_knows_nothing_of_it() -> None:
    seen: list[Context] = []
    with acting(actor_id=ANNA):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    assert seen == [{}]


def test_tasks_side_by_side_know_each_their_own() -> None:
    async def ask(who: UUID) -> UUID | None:
        with acting(actor_id=who):
            await asyncio.sleep(0)
            return current().get("actor_id")

    async def both() -> tuple[UUID | None, UUID | None]:
        anna, ben = await asyncio.gather(ask(ANNA), ask(BEN))
        return anna, ben

    assert asyncio.run(both()) == (ANNA, BEN)


def test_a_request_is_asked_only_when_something_wants_to_know() -> None:
    asked: list[int] = []

    def known() -> Context:
        asked.append(1)
        return Context(actor_id=ANNA)

    token = begin(known)
    assert asked == []
    assert current() == {"actor_id": ANNA}
    end(token)
    assert (current(), asked) == ({}, [1])
