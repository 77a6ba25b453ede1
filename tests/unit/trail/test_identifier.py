"""Ids: UUIDv7 as RFC 9562 has them."""

import time
from datetime import UTC, datetime
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.trail.errors import TrailError
from trustwright.trail.identifier import milliseconds_of, moment_of, new_id


def test_the_example_of_rfc_9562() -> None:
    id_ = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")  # appendix A.6
    assert milliseconds_of(id_) == 0x017F22E279B0
    assert moment_of(id_) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


@given(st.integers(0, 253_402_300_799_999))
def test_an_id_stands_for_its_moment(milliseconds: int) -> None:
    id_ = new_id(milliseconds)
    assert (id_.version, id_.variant) == (7, RFC_4122)
    assert milliseconds_of(id_) == milliseconds
    assert round(moment_of(id_).timestamp() * 1000) == milliseconds


def test_a_new_id_stands_for_now_and_is_another_each_time() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert abs(milliseconds_of(max(ids)) - time.time() * 1000) < 60_000


def test_ids_of_later_milliseconds_are_larger() -> None:
    ids = [new_id(milliseconds) for milliseconds in range(100)]
    assert ids == sorted(ids)


def test_what_is_no_moment_s_id_is_refused() -> None:
    with pytest.raises(TrailError, match="no UUIDv7"):
        milliseconds_of(uuid4())
    with pytest.raises(TrailError, match="beyond the calendar"):
        moment_of(new_id(2**48 - 1))
