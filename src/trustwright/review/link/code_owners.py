"""Who must approve changes of which files: the CODEOWNERS file of GitHub, GitLab and Bitbucket."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from trustwright.review.link.corpus import Corpus

# Where the platforms look, in their order; the first one counts.
_PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".bitbucket/CODEOWNERS")
_SECTION: Final = re.compile(r"^\^?\[[^\]]+\](?:\[\d+\])?\s*(?P<owners>.*)$")
_SPACE: Final = re.compile(r"(?<!\\)\s+")


@dataclass(frozen=True)
class CodeOwners:
    """An owner file: its path and its entries in order, each a pattern, whether it names owners, and its line."""

    path: str
    entries: tuple[tuple[str, bool, int], ...]

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], bool], ...]:
        return tuple((_pattern(text), owned) for text, owned, _ in reversed(self.entries))

    def owns(self, path: str) -> bool:
        """Tell whether a file has an owner; of the entries that fit, the last decides."""
        return next((owned for pattern, owned in self._patterns if pattern.search(path)), False)

    def unowned(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the files of ``paths`` that nobody owns, in their order."""
        return tuple(path for path in paths if not self.owns(path))


def code_owners(corpus: Corpus) -> CodeOwners | None:
    """Return the owner file of a repository, or None when it has none."""
    for path in _PLACES:
        if path in corpus.files:
            return parse(path, corpus.read(path).decode("utf-8", "replace"))
    return None


def parse(path: str, text: str) -> CodeOwners:
    """Read an owner file; a GitLab section's owners hold for its entries that name none."""
    entries = []
    default = False
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        section = _SECTION.match(written)
        if section is not None:
            default = bool(_owners(section["owners"].split()))
        elif written and not written.startswith("#"):
            pattern, *names = _SPACE.split(written.partition(" #")[0].strip())
            entries.append((pattern.replace("\\ ", " "), bool(_owners(names)) or default, number))
    return CodeOwners(path, tuple(entries))


def _owners(names: Iterable[str]) -> list[str]:
    return [name for name in names if "@" in name]


def _pattern(text: str) -> re.Pattern[str]:
    """Translate a pattern in the manner of ``.gitignore``; ``docs/*`` does not reach below, ``docs/`` does."""
    anchored = "/" in text.rstrip("/")
    body = text.strip("/")
    wanted = ""
    at = 0
    while at < len(body):
        if body.startswith("**/", at):
            wanted, at = wanted + "(?:.*/)?", at + 3
        elif body.startswith("**", at):
            wanted, at = wanted + ".*", at + 2
        elif body[at] == "*":
            wanted, at = wanted + "[^/]*", at + 1
        elif body[at] == "?":
            wanted, at = wanted + "[^/]", at + 1
        else:
            wanted, at = wanted + re.escape(body[at]), at + 1
    end = "/" if text.endswith("/") else "$" if body.endswith("/*") else "(?:/|$)"
    return re.compile(("^" if anchored else "(?:^|/)") + wanted + end)
