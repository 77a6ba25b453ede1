"""A log that lives: it grows, crashes, restarts, signs, proves; each checkpoint is a prefix of the next."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.trail_log import KEY, START, Memory, entry
from tests.unit.trail.test_merkle import slow_root
from trustwright.trail.errors import TrailError
from trustwright.trail.merkle import leaf_hash, prove_consistency, verify_consistency
from trustwright.trail.note import Checkpoint, opened, signed
from trustwright.trail.proof import Proof, prove
from trustwright.trail.tiles import CHECKPOINT, Tiles
from trustwright.trail.verify import verify

ENTRIES = [entry(number) for number in range(1200)]
sizes = st.sampled_from([1, 2, 3, 17, 100, 255, 256, 257]) | st.integers(1, 300)


class Failing(Memory):
    """Files of which only some get written before the power goes."""

    left: int | None = None

    def write(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            if self.left is not None:
                if self.left == 0:
                    raise OSError("the power went")
                self.left -= 1
            super().write({name: content})


class Log(RuleBasedStateMachine):
    """What the sequencer does with files and signatures; ``committed`` stands for the database's one row."""

    @initialize()
    def begin(self) -> None:
        self.storage = Failing()
        self.committed = 0
        self.clock = START
        self.tiles = Tiles(self.storage)
        self.published: list[Checkpoint] = []

    @rule(count=sizes)
    def append(self, count: int) -> None:
        batch = ENTRIES[self.committed : self.committed + count]
        assert self.tiles.append(batch) == [leaf_hash(one) for one in batch]
        before, self.committed = self.committed, self.committed + len(batch)
        self.tiles.tidy(before)

    @rule(count=sizes, written=st.integers(0, 8))
    def crash_while_writing(self, count: int, written: int) -> None:
        """The database rolls back what the files may have got."""
        self.storage.left = written
        other = [b"never committed %d" % number for number in range(count)]
        try:
            self.tiles.append(other)
        except OSError:
            assert self.storage.left == 0
        self.storage.left = None
        self.restart()

    @rule()
    def crash_before_tidying(self) -> None:
        self.tiles.append(ENTRIES[self.committed : self.committed + 300])
        self.committed = self.tiles.size
        self.restart()

    @rule()
    def restart(self) -> None:
        self.tiles = Tiles(self.storage, self.committed)
        assert self.tiles.root == slow_root(ENTRIES[: self.committed])

    @rule()
    def publish(self) -> None:
        self.clock += 1
        state = Checkpoint(KEY.public.name, self.tiles.size, self.tiles.root, self.clock)
        self.storage.write({CHECKPOINT: signed(state, [KEY])})
        self.published.append(state)

    @precondition(lambda self: self.published and self.published[-1].size)
    @rule(place=st.integers(0, 10**6))
    def prove_an_entry(self, place: int) -> None:
        """A reader has the last checkpoint; the files may have grown since."""
        state = opened(self.storage.read(CHECKPOINT), KEY.public)
        index = place % state.size
        proof = Proof.read(str(prove(Tiles(self.storage, state.size), index)))
        assert proof.check(ENTRIES[index], KEY.public) == state
        with pytest.raises(TrailError):
            proof.check(ENTRIES[index] + b"x", KEY.public)

    @precondition(lambda self: self.published)
    @rule()
    def verify_all(self) -> None:
        known = [(f"checkpoint {number}", signed(one, [KEY])) for number, one in enumerate(self.published)]
        found = verify(self.storage, KEY.public, known=known)
        assert found.problems == []
        assert found.entries == found.agreed == self.published[-1].size

    @invariant()
    def each_checkpoint_is_a_prefix_of_the_next(self) -> None:
        for old, new in zip(self.published[-3:], self.published[-2:], strict=False):
            proof = prove_consistency(old.size, new.size, self.tiles.node)
            assert verify_consistency(old.size, new.size, old.root, new.root, proof)


Log.TestCase.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLog = pytest.mark.slow(Log.TestCase)
