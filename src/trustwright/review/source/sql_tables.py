"""What a CREATE TABLE or ALTER TABLE says of columns, references and constraints."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

# Of one statement; a table has fewer columns than that by two orders.
MAX_TOKENS: Final = 20_000

_TOKEN: Final = re.compile(
    r"(?P<blank>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<dollar>\$\w*\$).*?(?:(?P=dollar)|\Z)|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[\w+\]"
    r"|'(?:[^']|'')*'|[\w$@:]+(?:\.[\w$]+)*|::|.",
    re.DOTALL,
)
_QUOTES: Final = re.compile(r"[\"`\[\]]")
_CONSTRAINTS: Final = frozenset(
    {"CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "EXCLUDE", "KEY", "INDEX", "FULLTEXT", "LIKE"}
)
# Words that end a column's type.
_AFTER_TYPE: Final = frozenset(
    {"NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "COLLATE", "GENERATED", "CONSTRAINT"}
    | {"AUTO_INCREMENT", "COMMENT", "ON", "CHARACTER", "UNSIGNED", "KEY", "USING", "FIRST", "AFTER", "AS"}
)


_ACTIONS: Final = frozenset(
    {"ADD", "DROP", "ALTER", "RENAME", "MODIFY", "CHANGE", "OWNER", "SET", "ENABLE", "DISABLE", "VALIDATE"}
)


class Column(Struct, frozen=True):
    """A column that a statement creates or adds; ``type`` is in upper case, ``default`` as written."""

    name: str
    type: str
    line: int
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    default: str = ""


class ForeignKey(Struct, frozen=True):
    """A reference to another table; ``on_delete`` is in upper case (``CASCADE``, ``SET NULL``) or empty."""

    columns: tuple[str, ...]
    table: str
    on_delete: str
    line: int


class Change(Struct, frozen=True):
    """One change of an ALTER TABLE: ``kind`` is ``add-column``, ``drop-column``, ``alter-column``, ``rename``, ... ."""

    kind: str
    name: str
    line: int


class Table(Struct, frozen=True):
    """What one statement says of a table."""

    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    changes: tuple[Change, ...] = ()
    primary_key: tuple[str, ...] = ()


class _Token(Struct, frozen=True):
    text: str
    upper: str
    line: int


def unquoted(text: str) -> str:
    """Return a name of SQL without its quotes."""
    return _QUOTES.sub("", text).strip()


def _tokens(text: str, line: int) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        written = match[0]
        if match.lastgroup != "blank":
            found.append(_Token(written, written.upper(), line))
            if len(found) >= MAX_TOKENS:
                break
        if "\n" in written:
            line += written.count("\n")
    return found


def _parts(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Yield what stands between the commas outside brackets."""
    depth, part = 0, list[_Token]()
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _inside(tokens: Sequence[_Token]) -> list[_Token]:
    """Return what stands in the first brackets."""
    depth, found = 0, list[_Token]()
    for token in tokens:
        depth -= token.text == ")"
        if depth == 0 and token.text == ")":
            break
        if depth > 0:
            found.append(token)
        depth += token.text == "("
    return found


def created(text: str, line: int) -> Table:
    """Return what a CREATE TABLE, whose first line is ``line``, declares."""
    columns: list[Column] = []
    keys: list[ForeignKey] = []
    primary: tuple[str, ...] = ()
    for part in _parts(_inside(_tokens(text, line))):
        if _is_constraint(part):
            words = [token.upper for token in part]
            if "PRIMARY" in words[:3]:
                primary = _names(_inside(part))
            keys.extend(_foreign_keys(part, ()))
        elif len(part) > 1:
            column = _column(part)
            columns.append(column)
            keys.extend(_foreign_keys(part, (column.name,)))
    return Table(tuple(columns), tuple(keys), primary_key=primary)


def _is_constraint(part: Sequence[_Token]) -> bool:
    """Tell a constraint or index from a column; a column may be called ``key`` without quotes."""
    if not part or part[0].upper not in _CONSTRAINTS:
        return False
    inside = _inside(part)
    return part[0].upper not in {"KEY", "INDEX"} or (bool(inside) and not inside[0].text.isdigit())


def _names(tokens: Sequence[_Token]) -> tuple[str, ...]:
    return tuple(unquoted(part[0].text) for part in _parts(tokens) if part)


def _column(tokens: Sequence[_Token]) -> Column:
    words = [token.upper for token in tokens]
    end = next((at for at in range(1, len(words)) if words[at] in _AFTER_TYPE), len(words))
    default = ""
    if "DEFAULT" in words[:-1]:
        begin = words.index("DEFAULT") + 1
        stop = next((at for at in range(begin + 1, len(words)) if words[at] in _AFTER_TYPE), len(words))
        default = "".join(token.text for token in tokens[begin:stop])
    pairs = list(zip(words, [*words[1:], ""], strict=True))
    return Column(
        unquoted(tokens[0].text),
        "".join(_spaced(words[1:end])),
        tokens[0].line,
        nullable=("NOT", "NULL") not in pairs and "PRIMARY" not in words,
        primary_key="PRIMARY" in words,
        unique="UNIQUE" in words,
        default=default,
    )


def _spaced(words: Sequence[str]) -> Iterator[str]:
    """Yield the words of a type with blanks where people put them."""
    for at, word in enumerate(words):
        yield f" {word}" if at and word[0].isalpha() and words[at - 1][0].isalnum() else word


def _foreign_keys(tokens: Sequence[_Token], columns: tuple[str, ...]) -> Iterator[ForeignKey]:
    """Yield the reference that a column or constraint makes."""
    words = [token.upper for token in tokens]
    if "REFERENCES" not in words[:-1]:
        return
    at = words.index("REFERENCES")
    if not columns and "FOREIGN" in words:
        columns = _names(_inside(tokens[words.index("FOREIGN") :]))
    on_delete = ""
    for position in range(at, len(words) - 2):
        if words[position : position + 2] == ["ON", "DELETE"]:
            following = words[position + 2 : position + 4]
            on_delete = " ".join(following) if following[0] in {"SET", "NO"} else following[0]
    yield ForeignKey(columns, unquoted("".join(_qualified(tokens[at + 1 :]))), on_delete, tokens[at].line)


def _qualified(tokens: Sequence[_Token]) -> Iterator[str]:
    """Yield the tokens of a name with its schema."""
    for at, token in enumerate(tokens):
        if (at % 2 == 1) != (token.text == "."):
            return
        yield token.text


def altered(text: str, line: int) -> Table:
    """Return what an ALTER TABLE, whose first line is ``line``, changes."""
    tokens = _tokens(text, line)
    words = [token.upper for token in tokens]
    skip = next((at for at, word in enumerate(words) if word in _ACTIONS and at > 2), len(words))
    changes: list[Change] = []
    columns: list[Column] = []
    keys: list[ForeignKey] = []
    for part in _parts(tokens[skip:]):
        change = _change([token for token in part if token.upper not in {"IF", "EXISTS"} or part[0].upper == "ADD"])
        changes.append(change)
        if change.kind == "add-column":
            rest = [token for token in part[1:] if token.upper not in {"COLUMN", "IF"}]
            while rest and rest[0].upper in {"NOT", "EXISTS"}:
                rest.pop(0)
            if len(rest) > 1:
                columns.append(_column(rest))
                keys.extend(_foreign_keys(rest, (columns[-1].name,)))
        elif change.kind == "add-constraint":
            keys.extend(_foreign_keys(part, ()))
    return Table(tuple(columns), tuple(keys), tuple(changes))


def _change(part: Sequence[_Token]) -> Change:
    """Return what one action of an ALTER TABLE changes."""
    words = [token.upper for token in part]
    verb = words[0].lower() if words else "other"
    rest = [token for token in part[1:] if token.upper not in {"COLUMN", "NOT", "EXISTS", "IF"}]
    name = unquoted(rest[0].text) if rest else ""
    line = part[0].line if part else 0
    if verb in {"add", "drop"}:
        if len(words) > 1 and words[1] in _CONSTRAINTS:
            return Change(f"{verb}-constraint", unquoted(part[2].text) if len(part) > 2 else "", line)
        return Change(f"{verb}-column", name, line)
    if verb in {"alter", "modify", "change"}:
        return Change("alter-column", name, line)
    return Change(verb, name, line)
