"""Reads shell scripts as far as a review needs: the commands they run, each with its line."""

import re
from typing import Final

from msgspec import Struct

# A script longer than this is not written by hand.
MAX_CHARACTERS: Final = 200_000
MAX_DEPTH: Final = 4

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>[ \t\r]+|\\\n)
    | (?P<comment>\#[^\n]*)
    | (?P<heredoc><<-?[ \t]*(?P<quote>["']?)(?P<marker>\w+)(?P=quote))
    | (?P<operator>\|\||&&|;;|[;&|(){}\n](?!\{))
    | (?P<redirect>[0-9]*(?:>>|>&|<&|&>|>|<<<|<)[&0-9-]*)
    | (?P<word>(?:
          \$\{\{.{0,1000}?\}\}
        | \$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)
        | \$\{[^}\n]{0,500}\}
        | "(?:[^"\\]|\\.)*"
        | '[^']*'
        | `[^`]*`
        | \\.
        | [^\s;&|()<>{}"'`\\$]
        | [{}](?=[^\s;])
        | \$(?![({])
      )+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS: Final = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "esac", "!", "time", "exec", "command"}
)
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*\+?=")
_INNER: Final = re.compile(r"\$\((?!\()(.*)\)|`([^`]*)`", re.DOTALL)
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "ssh", "eval"})
_HARMLESS: Final = frozenset({"true", ":", "echo", "printf"})


class Command(Struct, frozen=True):
    """One simple command.

    Attributes:
        words: program and arguments, quotes taken off, variables as written; never empty.
        line: its line in the script, from 0.
        tolerated: True when the script goes on although it fails (``|| true``).
        remote: True when ``ssh`` runs it elsewhere.
    """

    words: tuple[str, ...]
    line: int
    tolerated: bool = False
    remote: bool = False


def commands(script: str) -> tuple[Command, ...]:
    """Return the simple commands of a shell script in order, those inside ``$(...)`` and ``bash -c`` included.

    ``script`` may hold expressions of a pipeline (``${{ ... }}``), which stay in the words as written. Control flow is
    not followed: both branches of an ``if`` count. Never raises; a script above MAX_CHARACTERS is read up to there.
    """
    found: list[Command] = []
    _collect(script[:MAX_CHARACTERS], 0, 0, False, found)
    return tuple(found)


def _collect(script: str, first: int, depth: int, remote: bool, found: list[Command]) -> None:
    """Append the commands of ``script``, whose first line is ``first``, to ``found``."""
    words: list[str] = []
    start = line = first
    position, skip_next = 0, False
    documents: list[str] = []
    while match := _TOKEN.match(script, position):
        position = match.end()
        kind, text = match.lastgroup, match[0]
        if kind == "heredoc":
            documents.append(match["marker"])
        elif kind == "redirect":
            skip_next = not text[-1].isdigit() and text[-1] != "-"
        elif kind == "word":
            if skip_next:
                skip_next = False
            else:
                start = start if words else line
                words.append(text)
        elif kind == "operator":
            body = ""
            after = position
            if text == "\n" and documents:
                body, position = _document(script, after, documents)
            _finish(words, (start, depth, remote), body, _fails_softly(text, script, position), found)
            line += script.count("\n", after, position)
            words, documents, skip_next = [], [], False
        line += text.count("\n")
    _finish(words, (start, depth, remote), "", False, found)


def _document(script: str, position: int, markers: list[str]) -> tuple[str, int]:
    """Return the text of the heredocs that begin at ``position``, and where they end."""
    end = last = position
    for marker in markers:
        closing = re.compile(rf"^[ \t]*{re.escape(marker)}[ \t]*$", re.MULTILINE).search(script, end)
        last, end = (closing.start(), closing.end()) if closing else (len(script), len(script))
    return script[position:last], end


def _fails_softly(operator: str, script: str, position: int) -> bool:
    """Tell whether what follows ``||`` hides the failure."""
    if operator != "||":
        return False
    following = script[position : position + 40].split(None, 2)
    return bool(following) and (following[0] in _HARMLESS or following[:2] == ["exit", "0"])


def _finish(
    words: list[str], where: tuple[int, int, bool], document: str, tolerated: bool, found: list[Command]
) -> None:
    """Append the command that ``words`` make, and those it holds."""
    line, depth, remote = where
    if depth < MAX_DEPTH:
        for word in words:
            inner = _INNER.search(word) if "$(" in word or "`" in word else None
            if inner:
                _collect(inner[1] or inner[2] or "", line, depth + 1, remote, found)
    plain = [_unquoted(word) for word in words]
    while plain and (plain[0] in _KEYWORDS or _ASSIGNMENT.match(plain[0])):
        plain.pop(0)
    if not plain:
        return
    found.append(Command(tuple(plain), line, tolerated, remote))
    program = plain[0].rpartition("/")[2]
    if program not in _SHELLS or depth >= MAX_DEPTH:
        return
    elsewhere = remote or program == "ssh"
    for word in plain[1:]:
        if " " in word and not word.startswith("-"):
            _collect(word, line, depth + 1, elsewhere, found)
    if document:
        _collect(document, line + 1, depth + 1, elsewhere, found)


def _unquoted(word: str) -> str:
    """Return a word without its quotes; an expression of the pipeline stays as it is."""
    if '"' not in word and "'" not in word and "\\" not in word:
        return word
    return re.sub(r"\\(.)|[\"']", lambda match: match[1] or "", word, flags=re.DOTALL)
