"""What a framework wants followed in set-up code."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interest:
    """What a framework wants followed.

    Attributes:
        makers: qualified outside functions or classes that make a thing, with the thing's kind.
        methods: the methods of things that are recorded.
        verbs: those of them that take a path and a handler, and bear names that many other objects' methods have.
        branches: methods that give a new thing instead of the thing itself, with its kind.
        outside: qualified outside functions that are recorded on the things among their arguments (in objects too).
        passes: qualified outside functions that return the thing given to them.
        triggers: texts without which a file cannot matter.
        any_method: the method that is meant when its name is only known at run time (``app[method](path, handler)``).
    """

    makers: Mapping[str, str]
    methods: frozenset[str]
    verbs: frozenset[str]
    branches: Mapping[str, str]
    outside: frozenset[str]
    passes: frozenset[str]
    triggers: tuple[str, ...]
    any_method: str = "all"
