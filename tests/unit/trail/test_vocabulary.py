"""The closed words are those of the seeds, the same in Python and in the database."""

import re

from trustwright.trail import schema
from trustwright.trail.vocabulary import ACTIONS, ACTOR_TYPES, OUTCOMES, PERSONAL, PRIVILEGED, RESOURCE_TYPE, TOMBSTONE


def test_the_database_knows_the_same_words() -> None:
    text = " ".join(script for _, script in schema.migrations())
    for column, words in (("actor_type", ACTOR_TYPES), ("action", ACTIONS), ("outcome", OUTCOMES)):
        match = re.search(rf"CHECK \(\s*{column} IN \(([^)]*)\)", text)
        assert match is not None
        assert tuple(re.findall(r"'(\w+)'", match[1])) == words


def test_every_action_says_what_is_personal_in_it() -> None:
    assert tuple(PERSONAL) == ACTIONS
    assert set(ACTIONS) > PRIVILEGED


def test_a_tombstone_is_an_event_like_others() -> None:
    assert RESOURCE_TYPE.fullmatch(TOMBSTONE)
