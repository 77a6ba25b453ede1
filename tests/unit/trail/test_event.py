"""Events: what is refused and why, and the bytes that the tree commits to."""

import json
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trail_log import event, id_of
from trustwright.trail.event import MAX_BYTES, EventError, Json, canonical, read, written

SAFE = 2**53 - 1
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def given_json() -> dict[str, Any]:
    return {"actor_type": "user", "action": "delete", "resource_type": "order", "outcome": "success"}


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def test_the_bytes_of_an_event() -> None:
    assert event(7).entry.decode() == (
        '{"action":"update","actor_id":"00000000-0000-0000-0000-000000000007","actor_type":"user",'
        '"created_at":"2026-09-21T14:13:20.000Z","id":"01a0c450-6c00-7000-8000-000000000007",'
        '"ip_address":"192.0.2.7","metadata":{"n":7,"note":"ä"},"outcome":"success","resource_id":"7",'
        '"resource_type":"order","v":1}'
    )


def test_keys_are_in_the_order_of_their_utf_16_code_units() -> None:
    # RFC 8785, section 3.2.3: the letter after U+FFFF is two units that begin with U+D83D, before U+FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(json.loads(canonical(dict.fromkeys(keys)))) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"
    ]  # fmt: skip


@given(st.dictionaries(texts, values, max_size=5))
def test_canonical_bytes_are_one_for_each_value(value: dict[str, Json]) -> None:
    made = canonical(value)
    assert json.loads(made) == value
    assert canonical(json.loads(made)) == made
    assert canonical(dict(reversed(value.items()))) == made


@given(st.dictionaries(texts, values, max_size=4))
def test_an_event_is_read_as_it_was_written(metadata: dict[str, Json]) -> None:
    if depth(metadata) > 8:
        return
    made = replace(event(1), metadata=metadata)
    again = read(json.loads(made.entry))
    assert again == made
    assert again.entry == made.entry


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(
    json_values
    | st.dictionaries(
        st.sampled_from([*given_json(), "id", "metadata", "ip_address", "created_at", "v", "actor_id", "x"]),
        json_values,
    ).map(lambda some: {**given_json(), **some})
)
def test_reading_an_event_fails_in_one_way_only(said: object) -> None:
    with suppress(EventError):
        made = read(said)
        assert read(json.loads(made.entry)).entry == made.entry


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("actor_type", "robot", "is none of user, system, api_key, service_account"),
        ("actor_type", None, "is none of"),
        ("actor_type", ["user"], "is none of"),
        ("action", "drop", "is none of login"),
        ("outcome", "maybe", "is none of success"),
        ("resource_type", "Order", "is not a lower-case word"),
        ("resource_type", "x" * 64, "at most 63 letters"),
        ("resource_type", None, "is not a lower-case word"),
        ("resource_type", "order\n", "is not a lower-case word"),
        ("resource_id", "x" * 513, "is longer than 512"),
        ("resource_id", 7, "is not a text"),
        ("resource_id", "a\0b", "contains the character U+0000"),
        ("user_agent", "\ud800", "contains half of a surrogate pair"),
        ("session_id", "x" * 257, "is longer than 256"),
        ("ip_address", "192.0.2.256", "is no IPv4"),
        ("ip_address", "192.0.2.0/24", "is no IPv4"),
        ("ip_address", "fe80::1%eth0", "is no IPv4"),
        ("ip_address", 3221225991, "is no IPv4"),
        ("actor_id", "anna", "is not a UUID"),
        ("actor_id", "{00000000-0000-0000-0000-000000000007}", "is not a UUID as 8-4-4-4-12"),
        ("actor_id", 7, "is not a UUID"),
        ("id", "925efac4-7e88-4553-a532-2775aca9990e", "is not a moment's UUIDv7"),
        ("id", None, "is not a UUID"),
        ("id", "ffffffff-ffff-7fff-8fff-ffffffffffff", "beyond the calendar"),
        ("v", 2, "is not 1"),
        ("colour", "red", "is no field of an event"),
        ("metadata", [1], "is not an object"),
        ("metadata", "text", "is not an object"),
        ("metadata", {"x": "y" * MAX_BYTES}, "makes the event"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object, reason: str) -> None:
    with pytest.raises(EventError, match="event refused: " + field) as caught:
        read({**given_json(), field: value})
    assert caught.value.field == field
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("metadata", "field", "reason"),
    [
        ({"a": {"b": 0.5}}, "metadata.a.b", "floating-point"),
        ({"a": float("nan")}, "metadata.a", "floating-point"),
        ({"a": [1, 2**53]}, "metadata.a.1", "beyond 2**53"),
        ({"a": -(2**53)}, "metadata.a", "beyond 2**53"),
        ({"a": b"x"}, "metadata.a", "is a bytes"),
        ({1: "a"}, "metadata", "a key that is not a text"),
        ({"a\0": 1}, "metadata", "U+0000"),
        ({"a": "\udfff"}, "metadata.a", "surrogate"),
    ],
)
def test_wrong_metadata_are_named_by_their_path(metadata: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(EventError) as caught:
        replace(event(1), metadata=metadata)
    assert caught.value.field == field
    assert reason in caught.value.reason


def test_metadata_may_be_eight_levels_deep() -> None:
    def nested(levels: int) -> dict[str, Any]:
        return {"x": nested(levels - 1)} if levels else {}

    assert replace(event(1), metadata=nested(7)).metadata == nested(7)
    with pytest.raises(EventError, match="more than 8 levels deep"):
        replace(event(1), metadata=nested(100))


@pytest.mark.parametrize("field", ["actor_type", "action", "resource_type", "outcome"])
def test_a_field_that_must_be_there_is_named(field: str) -> None:
    said = given_json()
    del said[field]
    with pytest.raises(EventError, match=f"{field} is missing"):
        read(said)


def test_an_event_that_says_another_time_than_its_id_is_refused() -> None:
    said = json.loads(event(1).entry)
    assert read(said).entry == event(1).entry
    with pytest.raises(EventError, match=r"created_at is not 2026-09-21T14:13:20\.000Z"):
        read({**said, "created_at": "2026-09-21T14:13:20.001Z"})


@pytest.mark.parametrize(
    ("given_address", "kept"),
    [("2001:DB8::0:1", "2001:db8::1"), ("::ffff:192.0.2.7", "192.0.2.7"), ("192.0.2.7", "192.0.2.7")],
)
def test_an_address_is_kept_in_one_spelling(given_address: str, kept: str) -> None:
    assert replace(event(1), ip_address=given_address).ip_address == kept


def test_an_event_does_not_change() -> None:
    made = event(1)
    with pytest.raises(FrozenInstanceError):
        made.action = "delete"  # type: ignore[misc]
    assert written(made.created_at) == "2026-09-21T14:13:20.000Z"
    assert made.id == id_of(1)
    assert made.actor_id == UUID(int=1)
