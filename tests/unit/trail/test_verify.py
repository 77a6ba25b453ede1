"""`verify` on logs in memory: what is done to the files is named, and an untouched log is left in peace."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from tests.trail_log import KEY, OTHER, START, Memory, entries, entry, event, log
from trustwright.trail.errors import TrailError
from trustwright.trail.findings import Threat
from trustwright.trail.note import Checkpoint, signed
from trustwright.trail.tiles import CHECKPOINT, bundled
from trustwright.trail.verify import taken_apart, verify

pytestmark = pytest.mark.slow

SMALL = Memory()
log(SMALL, [entries(0, 1), entries(1, 2)])
LARGE = Memory()
HELD = entries(0, 700)
SIGNED = log(LARGE, [HELD[:100], HELD[100:300], HELD[300:600], HELD[600:]])
KEPT = [("kept elsewhere", SIGNED[2])]


def current(storage: Memory) -> list[str]:
    """Name the files that a reader of the checkpoint needs: partial ones of the past are superseded."""
    size = Checkpoint.read(storage.files[CHECKPOINT].decode()).size
    past = {f".p/{width}" for width in range(256)} - {f".p/{size % 256}", f".p/{size // 256}"}
    return sorted(name for name in storage.files if not name.endswith(tuple(past)))


def threats(storage: Memory, known: list[tuple[str, bytes]] | None = None) -> list[Threat]:
    return verify(storage, KEY.public, known=known or []).threats


@pytest.fixture
def files() -> dict[str, bytes]:
    """A copy of the large log's files."""
    return dict(LARGE.files)


def test_an_untouched_log_is_intact() -> None:
    found = verify(LARGE, KEY.public, known=KEPT)
    assert found.intact
    assert (found.entries, found.checkpoints, found.agreed, found.rows) == (700, 5, 700, None)
    assert verify(SMALL, KEY.public).intact
    nothing = Memory()
    log(nothing, [[]])
    assert verify(nothing, KEY.public).intact


@pytest.mark.slow
@pytest.mark.parametrize("name", current(SMALL))
def test_every_changed_bit_of_every_file_is_named(name: str) -> None:
    content = SMALL.files[name]
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        assert threats(Memory({**SMALL.files, name: bytes(changed)})), f"bit {bit} of {name}"


@pytest.mark.parametrize("name", current(LARGE))
def test_every_missing_file_is_named(files: dict[str, bytes], name: str) -> None:
    del files[name]
    if name.startswith("checkpoints/"):  # the log's own history proves nothing that the checkpoint does not
        assert threats(Memory(files)) == []
    else:
        assert threats(Memory(files)) == [Threat.DAMAGED]


@pytest.mark.parametrize("name", [name for name in current(LARGE) if not name.startswith("checkpoints/")])
def test_every_file_that_breaks_off_is_named(files: dict[str, bytes], name: str) -> None:
    for end in (0, 1, len(files[name]) // 2, len(files[name]) - 1):
        assert threats(Memory({**files, name: files[name][:end]})) == [Threat.DAMAGED]


def test_what_follows_unreadable_entries_is_still_looked_at(files: dict[str, bytes]) -> None:
    del files["tile/entries/000"]
    files["tile/entries/002.p/188"] = bundled([*HELD[512:699], entry(1000)])
    found = verify(Memory(files), KEY.public)
    assert found.threats == [Threat.REWRITTEN, Threat.DAMAGED]
    assert found.unread == [range(256)]


def test_where_the_tiles_are_gone_too_nothing_is_claimed(files: dict[str, bytes]) -> None:
    del files["tile/entries/000"], files["tile/0/000"]
    found = verify(Memory(files), KEY.public, known=KEPT)
    assert (found.threats, found.agreed) == ([Threat.DAMAGED], 0)


def rewritten(held: list[bytes], sizes: tuple[int, ...] = (100, 300, 600, 700)) -> Memory:
    """Another log with the stolen key: its files, its history, all signed anew."""
    storage, last = Memory(), 0
    batches = []
    for size in sizes:
        batches.append(held[last:size])
        last = size
    log(storage, batches)
    return storage


def test_entries_that_were_rewritten_and_signed_anew_are_named_by_a_kept_checkpoint() -> None:
    other = b"%s 8\n" % str(UUID(int=1)).encode() + replace(event(7), resource_id="another").entry
    storage = rewritten([*HELD[:7], other, *HELD[8:]])
    assert threats(storage) == []  # nobody who believes the key alone can see it
    # Its own history was signed anew too, at the size that was kept: there are two roots for it.
    assert threats(storage, KEPT) == [Threat.REWRITTEN, Threat.SPLIT_VIEW]
    storage = rewritten([*HELD[:7], other, *HELD[8:]], (100, 700))
    assert threats(storage, KEPT) == [Threat.REWRITTEN]


def test_entries_rewritten_without_the_key_are_named() -> None:
    storage = rewritten([*HELD[:350], HELD[350].replace(b"update", b"delete"), *HELD[351:]])
    storage.files[CHECKPOINT] = LARGE.files[CHECKPOINT]
    storage.files |= {name: one for name, one in LARGE.files.items() if name.startswith("checkpoints/")}
    assert threats(storage) == [Threat.REWRITTEN]


def test_a_log_that_went_back_and_grew_anew_is_named() -> None:
    later = [entry(number, START + 3600) for number in range(300, 700)]
    again = rewritten([*HELD[:300], *later])
    again.files = {name: one for name, one in again.files.items() if not name.startswith("checkpoints/")}
    again.files[CHECKPOINT] = signed(Checkpoint(KEY.public.name, 700, _root(again), START + 3700), [KEY])
    assert threats(again, KEPT) == [Threat.FORK]
    assert threats(again, [("before", SIGNED[1])]) == []


def _root(storage: Memory) -> bytes:
    return Checkpoint.read(storage.files[CHECKPOINT].decode()).root


def test_a_tail_that_was_cut_off_is_named() -> None:
    assert threats(rewritten(HELD, (100, 300)), KEPT) == [Threat.TAIL_CUT]
    short = rewritten(HELD, (100, 300))
    short.files |= {name: one for name, one in LARGE.files.items() if name.startswith("checkpoints/")}
    assert threats(short) == [Threat.TAIL_CUT]


def test_two_roots_for_one_size_are_a_split_view() -> None:
    view = rewritten([*HELD[:99], entry(1000), *HELD[100:]])
    shown = signed(Checkpoint(KEY.public.name, 700, _root(view), START + 240), [KEY])
    assert threats(LARGE, [("shown to another", shown)]) == [Threat.REWRITTEN, Threat.SPLIT_VIEW]


def test_a_hole_in_a_writer_s_numbers_is_named() -> None:
    held = [*HELD[:50], *HELD[51:100], *HELD[103:]]
    found = verify(rewritten(held, (100, 696)), KEY.public)
    assert found.threats == [Threat.REMOVED_BEFORE]
    assert [problem.detail for problem in found.problems] == [
        "the log has its event 52 and not 51",
        "the log has its event 104 and not 101 to 103",
    ]


def test_a_writer_s_events_may_come_out_of_order() -> None:
    held = [*HELD[:50], HELD[52], HELD[51], HELD[50], *HELD[53:]]
    assert threats(rewritten(held)) == []


def test_a_number_that_comes_twice_is_named() -> None:
    assert threats(rewritten([*HELD[:50], HELD[20], *HELD[50:699]])) == [Threat.ROW_INSERTED]


@pytest.mark.parametrize(("seconds", "named"), [(-3000, False), (-3700, True), (300, False), (500, True)])
def test_a_time_outside_the_checkpoints_around_it_is_named(seconds: int, *, named: bool) -> None:
    # Entry 650 lies between the checkpoints of 180 and 240 seconds after the start.
    held = [*HELD[:650], entry(650, START + seconds), *HELD[651:]]
    assert threats(rewritten(held)) == ([Threat.BACKDATED] if named else [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"not an entry",
        HELD[3].replace(b" 4\n", b" 04\n"),
        HELD[3].replace(b" 4\n", b" -4\n"),
        HELD[3].replace(b" 4\n", b" 4"),
        HELD[3].upper(),
        HELD[3][:-1],
        HELD[3] + b"x",
        HELD[3].replace(b'"id":"', b'"id":"{'),
        HELD[3].replace(b'"id":"01', b'"id":"02'),
        HELD[3].replace(b"T14:13", b"T14:14"),
        HELD[3].split(b"\n")[0] + b"\n" + b"[" * 60_000,
        HELD[3].split(b"\n")[0] + b"\n[]",
        HELD[3].split(b"\n")[0] + b"\nnull",
        HELD[3].split(b"\n")[0] + b'\n{"id":7,"created_at":1}',
        HELD[3].split(b"\n")[0] + b'\n{"id":' + b"9" * 5000 + b"}",
        HELD[3].split(b"\n")[0] + b"\n\xff\xfe",
    ],
)
def test_an_entry_that_no_writer_made_is_named(content: bytes) -> None:
    assert taken_apart(3, content) is None
    found = verify(rewritten([*HELD[:3], content, *HELD[4:]]), KEY.public)
    assert Threat.REWRITTEN in found.threats


def test_another_key_or_no_checkpoint_is_an_error(files: dict[str, bytes]) -> None:
    with pytest.raises(TrailError, match="not signed with the key"):
        verify(LARGE, OTHER.public)
    with pytest.raises(TrailError, match="there is no checkpoint"):
        verify(Memory(), KEY.public)
    damaged: Callable[[], list[Threat]] = lambda: threats(Memory({**files, CHECKPOINT: b"x"}))  # noqa: E731
    assert damaged() == [Threat.DAMAGED]


def test_a_known_checkpoint_that_is_none_is_named() -> None:
    assert threats(LARGE, [("a file", b"nonsense")]) == [Threat.DAMAGED]


def test_of_many_problems_the_rest_is_counted() -> None:
    found = verify(rewritten([b"x"] * 700), KEY.public)
    assert len(found.problems) == 100
    assert found.more == {Threat.REWRITTEN: 600}
