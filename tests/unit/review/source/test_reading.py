"""Files become facts once per content, in any number of processes, and damage to the cache changes nothing."""

from pathlib import Path

import pytest

from tests.reviewing import lay
from trustwright.review.source.discovery import SourceFile, discover
from trustwright.review.source.reading import MAX_FILE_BYTES, FileFacts, Prefilter, read_files

EVERY = Prefilter(None)


def read(folder: Path, cache: Path | None = None, jobs: int = 1, prefilter: Prefilter = EVERY) -> list[FileFacts]:
    """Read all source files of a folder."""
    files = [file for file in discover(folder).files if file.language]
    return read_files(folder, files, prefilter, jobs=jobs, path=cache)


def test_the_cache_gives_the_same_facts(tmp_path: Path) -> None:
    """A second run takes facts from the cache; a changed file is read anew."""
    folder, cache = lay(tmp_path / "r", {"a.py": "import os\n", "b.ts": "foo(1)\n"}), tmp_path / "cache"
    first = read(folder, cache)
    assert cache.stat().st_mode & 0o077 == 0
    assert read(folder, cache) == first
    (folder / "a.py").write_text("import sys\n")
    again = read(folder, cache)
    assert again[0].facts is not None
    assert [item.module for item in again[0].facts.imports] == ["sys"]
    assert again[1] == first[1]


@pytest.mark.parametrize("damage", [b"", b"\0" * 64, b"garbage"])
def test_a_damaged_cache_is_ignored(tmp_path: Path, damage: bytes) -> None:
    """Truncated, zeroed or foreign: the files are read again."""
    folder, cache = lay(tmp_path / "r", {"a.py": "import os\n"}), tmp_path / "cache"
    first = read(folder, cache)
    whole = cache.read_bytes()
    for content in (damage, whole[:-3], whole[:20] + b"\xff" + whole[21:]):
        cache.write_bytes(content)
        assert read(folder, cache) == first


@pytest.mark.slow
def test_processes_do_not_change_the_answer(tmp_path: Path) -> None:
    """Enough text that a pool is used; order and content stay."""
    text = "import os\n" + "def f(x):\n    return g(x, key='value')\n" * 6000
    folder = lay(tmp_path, {f"m{number}.py": text + f"# {number}\n" for number in range(8)})
    assert read(folder, jobs=2) == read(folder, jobs=1)


def test_the_prefilter_decides_what_is_parsed(tmp_path: Path) -> None:
    """A file without any trigger is counted, not parsed."""
    folder = lay(tmp_path, {"a.py": "md5(x)\n", "b.py": "nothing()\n"})
    parsed = {item.path: item.facts is not None for item in read(folder, prefilter=Prefilter((b"md5",)))}
    assert parsed == {"a.py": True, "b.py": False}


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    """Binary, too large and broken files."""
    folder = lay(tmp_path, {"broken.py": "def f(:\n"})
    (folder / "binary.py").write_bytes(b"\0\1\2")
    (folder / "large.py").write_bytes(b"x = 1\n" * (MAX_FILE_BYTES // 5))
    kinds = {item.path: [kind for kind, _ in item.gaps] for item in read(folder)}
    assert kinds == {"broken.py": ["parse-error"], "binary.py": ["unreadable"], "large.py": ["capped"]}


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    """Between listing and reading, files may go."""
    files = [SourceFile("gone.py", 3, "python", "production")]
    read_back = read_files(tmp_path, files, EVERY, jobs=1, path=None)
    assert [kind for kind, _ in read_back[0].gaps] == ["unreadable"]
