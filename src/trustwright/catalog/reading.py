"""Reads the catalog's YAML files key by key, and says in one sentence where one of them is wrong."""

import difflib
import re
from collections.abc import Collection
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml

from trustwright.errors import TrustwrightError

E = TypeVar("E", bound=StrEnum)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CatalogError(TrustwrightError):
    """A catalog file is wrong; the message names file, line and key and says what to do."""


class Entry:
    """One mapping of a catalog file.

    Whoever reads it asks for each key in the type the key must have. A key nobody may use is refused when the entry is
    made, a missing one when it is asked for.

    Args:
        file: how messages call the file.
        node: the YAML node, expected to be a mapping.
        allowed: the keys the mapping may have.

    Raises:
        CatalogError: the node is no mapping, or a key is unknown or given twice.
    """

    def __init__(self, file: str, node: yaml.Node, allowed: Collection[str]) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise _wrong(file, node, f"expected an entry with the keys {', '.join(allowed)}; write it as 'key: value'")
        self._file = file
        self._node = node
        self._values: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name not in allowed:
                what = f"the key {name!r} is not known{nearest(name, allowed)}; use one of {', '.join(allowed)}"
                raise _wrong(file, key, what)
            if name in self._values:
                raise _wrong(file, key, f"the key {name!r} is given twice; remove one of them")
            self._values[name] = key, value

    def text(self, key: str, *, optional: bool = False) -> str:
        """Return the text of ``key``; an optional key that is not there is the empty text."""
        value = self._value(key, optional=optional)
        return self._scalar(key, value) if value else ""

    def integer(self, key: str, *, optional: bool = False) -> int:
        """Return the whole number of ``key``; an optional key that is not there is 0."""
        text = self.text(key, optional=optional)
        if not text:
            return 0
        if not re.fullmatch("[0-9]{1,9}", text):
            raise self.error(key, f"{text!r} is not a number; write one such as 5")
        return int(text)

    def choice(self, key: str, kind: type[E]) -> E:
        """Return the value of ``key`` as a member of ``kind``."""
        return self._member(self._required(key), key, kind)

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """Return the list under ``key`` as members of ``kind``, at least one."""
        return tuple(self._member(item, key, kind) for item in self._items(key))

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return the list of texts under ``key``, at least one; an optional key that is not there is none."""
        return tuple(self._scalar(key, item) for item in self._items(key, optional=optional))

    def references(self, key: str, known: Collection[str], *, optional: bool = False) -> tuple[str, ...]:
        """Return the list of ids under ``key``, each of them one of ``known`` and given once."""
        ids: list[str] = []
        for item in self._items(key, optional=optional):
            text = self._scalar(key, item)
            if text not in known:
                what = f"{key} names {text!r}, which does not exist{nearest(text, known)}; name one that exists"
                raise _wrong(self._file, item, what)
            if text in ids:
                raise _wrong(self._file, item, f"{key} names {text!r} twice; remove one of them")
            ids.append(text)
        return tuple(ids)

    def reference(self, key: str, known: Collection[str]) -> str:
        """Return the id under ``key``, one of ``known``."""
        text = self.text(key)
        if text not in known:
            raise self.error(key, f"{text!r} does not exist{nearest(text, known)}; name one that exists")
        return text

    def identifier(self, pattern: re.Pattern[str], taken: Collection[str] = ()) -> str:
        """Return the entry's ``id``, written as ``pattern`` asks and not among those ``taken``."""
        text = self.text("id")
        if not pattern.fullmatch(text):
            raise self.error("id", f"{text!r} is not written as such an id is; match {pattern.pattern}")
        if text in taken:
            raise self.error("id", f"{text!r} is used twice; give this entry another id")
        return text

    def entries(self, key: str, allowed: Collection[str]) -> list["Entry"]:
        """Return the list of mappings under ``key``, at least one, whose keys are among ``allowed``."""
        return [Entry(self._file, item, allowed) for item in self._items(key)]

    def error(self, key: str, what: str) -> CatalogError:
        """Make the error that says ``what`` is wrong with the value of ``key``."""
        node = self._values[key][1] if key in self._values else self._node
        return _wrong(self._file, node, f"{key}: {what}")

    def _value(self, key: str, *, optional: bool) -> yaml.Node | None:
        if key in self._values:
            return self._values[key][1]
        if optional:
            return None
        raise _wrong(self._file, self._node, f"the key {key!r} is missing; add it")

    def _required(self, key: str) -> yaml.Node:
        self._value(key, optional=False)
        return self._values[key][1]

    def _items(self, key: str, *, optional: bool = False) -> list[yaml.Node]:
        node = self._value(key, optional=optional)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.error(key, "expected a list with at least one item; write it as [a, b]")
        items: list[yaml.Node] = node.value
        return items

    def _scalar(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise _wrong(self._file, node, f"{key}: expected text; write some")
        text: str = node.value
        return text.strip()

    def _member(self, node: yaml.Node, key: str, kind: type[E]) -> E:
        text = self._scalar(key, node)
        allowed = [str(member) for member in kind]
        if text not in allowed:
            what = f"{key}: {text!r} is not known{nearest(text, allowed)}; use one of {', '.join(allowed)}"
            raise _wrong(self._file, node, what)
        return kind(text)


def read(root: Traversable, path: str, allowed: Collection[str]) -> Entry:
    """Read one file of the catalog.

    Args:
        root: the catalog's folder.
        path: the file below it, with slashes.
        allowed: the keys the file may have at its top.

    Raises:
        CatalogError: the file cannot be read, is not YAML, or holds another key.
    """
    file = f"catalog/{path}"
    try:
        # The base loader leaves every scalar a text: 6.10 stays 6.10, and no date is guessed.
        node = yaml.compose(root.joinpath(path).read_bytes(), Loader=yaml.CBaseLoader)
    except OSError as error:
        raise CatalogError(f"{file}: cannot be read ({error.strerror}); put the file back.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CatalogError(f"{file}, line {line}: is not YAML ({error.problem}); mend the line.") from error
    except yaml.YAMLError as error:
        raise CatalogError(f"{file}: is not YAML in UTF-8; save it as such.") from error
    if node is None:
        raise CatalogError(f"{file}, line 1: is empty; write the keys {', '.join(allowed)}.")
    return Entry(file, node, allowed)


def close_to(word: str, known: Collection[str], most: int = 1) -> list[str]:
    """Return what ``word`` may have meant among ``known``, at most ``most`` of them, the likeliest first.

    Of those that look alike, the ones that begin alike come first: CC8.2 is nearer to CC8.1 than to CC9.2.
    """
    alike = difflib.get_close_matches(word, known, n=max(1, len(known)))
    return sorted(alike, key=lambda other: -_common_beginning(word, other))[:most]


def nearest(word: str, known: Collection[str]) -> str:
    """Return a suggestion to follow a complaint about ``word``, such as ``" (did you mean 'title'?)"``, or nothing."""
    return "".join(f" (did you mean {other!r}?)" for other in close_to(word, known))


def _common_beginning(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _wrong(file: str, node: yaml.Node, what: str) -> CatalogError:
    return CatalogError(f"{file}, line {node.start_mark.line + 1}: {what}.")
