"""The one error that reading a file may raise, and the first reasons for it."""

from trustwright.review.model import Gap


class SourceError(Exception):
    """A file is not what its name says, or is larger than a reader will take on; the review shows it as a gap.

    Attributes:
        path: the file, relative to the reviewed folder.
        line: where reading stopped, from 1; 0 when the whole file is meant.
        what: what is wrong, in a few words.
        kind: ``parse-error``, ``capped`` or ``not-understood``: the word the gap is shown under.
    """

    def __init__(self, path: str, line: int, what: str, kind: str = "parse-error") -> None:
        super().__init__(path, line, what, kind)
        self.path = path
        self.line = line
        self.what = what
        self.kind = kind

    def __str__(self) -> str:
        """Return the place and what is wrong there."""
        return f"{self.path}:{self.line}: {self.what}"

    def gap(self) -> Gap:
        """Return the gap that the report shows instead of the file."""
        where = f"line {self.line}: " if self.line else ""
        return Gap(self.kind, self.path, f"{where}{self.what}")


def text_of(path: str, data: bytes, most: int) -> str:
    """Return a file's bytes as text, without the mark that some editors begin it with.

    Raises SourceError for more than ``most`` bytes, and for what is not UTF-8.
    """
    if len(data) > most:
        raise SourceError(path, 0, f"larger than {most} bytes", "capped")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(path, 0, "not UTF-8") from None
