"""What expressions come to, when names, loops and the arguments of callers are put in.

Frameworks are set up by code that passes things around: an application goes into ``register_routes(app)``, routers are
mounted in a loop over a list, a prefix is a setting. :class:`Values` follows such expressions to what they stand for:
the call that makes an object, a constant text, the items of a list.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from trustwright.review.link.branches import bindings_before
from trustwright.review.link.symbols import Symbol, Symbols
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Assignment, Class, Function, Loop

MAX_DEPTH = 8
"""How many names, calls and callers are followed for one value."""
MAX_SITUATIONS = 200
"""How many callers and rounds of a loop are told apart for one call."""

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_CHOICES = frozenset({"or", "||", "??"})
_COPIES = frozenset({"list", "tuple", "sorted", "reversed", "set", "iter"})
_NOTHING: "Mapping[str, Value]" = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Value:
    """An expression where it stands. ``given`` says what parameters and loop variables stand for."""

    code: Code
    expression: Expression
    given: "Mapping[str, Value]" = field(default_factory=dict, compare=False)

    @property
    def place(self) -> tuple[str, int]:
        """The file and offset: two values made by the same call at the same place are the same object."""
        return self.code.path, self.expression.start

    def at(self, expression: Expression) -> "Value":
        """Return another expression seen from the same place."""
        return Value(self.code, expression, self.given)

    def argument(self, position: int, keyword: str = "") -> "Value | None":
        """Return the positional argument of a call, or the keyword argument of that name."""
        found = self.expression.argument(position, keyword)
        return self.at(found) if found is not None else None


class Values:
    """Follows expressions. Everything is looked up when asked for."""

    def __init__(self, symbols: Symbols) -> None:
        """Take the resolver of names."""
        self.symbols = symbols
        self._callers: dict[tuple[str, int], list[Value]] = {}

    # --- what an expression stands for ----------------------------------------------------------------------------

    def of(self, value: Value, depth: int = 0, *, into_calls: bool = True) -> list[Value]:
        """Return what a value may come to, names followed: calls that make objects, literals, functions by name.

        Empty when it cannot be followed. More than one when it depends on the caller, the loop or a condition. A call
        of a function of the repository comes to what that returns, unless ``into_calls`` is false.
        """
        expression = value.expression
        if depth > MAX_DEPTH:
            return []
        if expression.kind == "name" and not expression.arguments:
            return [
                found for item in self._named(value, depth) for found in self.of(item, depth + 1, into_calls=into_calls)
            ]
        if expression.kind == "conditional" or (expression.kind == "operation" and expression.name in _CHOICES):
            options = expression.arguments[1:] if expression.kind == "conditional" else expression.arguments
            return [found for item in options for found in self.of(value.at(item), depth + 1, into_calls=into_calls)]
        if expression.kind == "call" and expression.name in _COPIES and expression.arguments:
            return self.of(value.at(expression.arguments[0]), depth + 1, into_calls=into_calls)
        if expression.kind == "call" and into_calls:
            return self._called(value, depth)
        return [value] if expression.kind != "null" and (expression.kind != "other" or expression.name) else []

    def _named(self, value: Value, depth: int) -> list[Value]:
        """Take one step from a name towards what it stands for."""
        code, name, at = value.code, value.expression.name, value.expression.start
        head, _, rest = name.partition(".")
        loop = self._loop(code, head, at) if head not in value.given else None
        if head in value.given:
            base = [value.given[head]]
        elif loop is not None:
            base = [given[head] for given in self._rounds(code, loop, depth + 1) if head in given]
        else:
            several = self._alternatives(value, depth) if not rest else []
            if several:
                return several
            symbol = self.symbols.name(code, name, at)
            if symbol.kind != "unknown" or not rest:
                return self._meant(symbol, value, depth)
            base = [value.at(Expression("name", at, at + len(head.encode()), name=head))]
        return [found for item in base for found in self._member(item, rest, depth)] if rest else base

    def _alternatives(self, value: Value, depth: int) -> list[Value]:
        """Return all that a variable may hold when it is assigned in several branches before it is used."""
        code, name = value.code, value.expression.name
        items, scope = bindings_before(code, name, value.expression.start)
        if len(items) + (scope is not None) < 2:
            return []
        found: list[Value] = []
        for item in items:
            if isinstance(item, Assignment):
                found.append(value.at(code.value(item)))
            else:
                found += self._meant(self.symbols.imported(code, item), value, depth)
        if scope is not None:
            found += [one[name] for one in self._arguments(code, scope, depth + 1) if name in one]
        return found

    def _member(self, value: Value, rest: str, depth: int) -> list[Value]:
        """Return the member of an object made by a call, of a literal, of a module."""
        found = []
        for owner in self.of(value, depth + 1):
            symbol = self.symbols.members(self.symbol(owner), rest)
            found += self._meant(symbol, owner, depth)
        return found

    def _meant(self, symbol: Symbol, value: Value, depth: int) -> list[Value]:
        """Return the values behind a symbol; ``value`` is what led to it."""
        made = symbol.made
        if made is None and symbol.code is not None and symbol.expression is not None:
            made = symbol.code, symbol.expression
        if made is not None:
            found = Value(*made, self._still_given(value, *made))
            return [] if found == value else [found]
        definition = symbol.function or symbol.klass
        if symbol.kind == "parameter" and symbol.code is not None and symbol.function is not None:
            given = self._arguments(symbol.code, symbol.function, depth + 1)
            return [one[symbol.name] for one in given if symbol.name in one]
        if symbol.kind == "instance" and symbol.code is not None and symbol.klass is not None:
            return self.instances(symbol.code, symbol.klass)
        if symbol.kind in {"function", "class"} and symbol.code is not None and definition is not None:
            name = value.expression.last_name
            return [Value(symbol.code, Expression("function", definition.start, definition.end, name=name))]
        if symbol.kind in {"external", "module"}:
            name = symbol.name if symbol.kind == "external" else value.expression.name
            return [value.at(Expression("other", value.expression.start, value.expression.end, name=name))]
        return []

    @staticmethod
    def _still_given(value: Value, code: Code, made: Expression) -> Mapping[str, Value]:
        """Keep what parameters stand for when a name leads to an assignment in the same function."""
        if not value.given or code is not value.code:
            return _NOTHING
        same = code.enclosing_function(made.start) == code.enclosing_function(value.expression.start)
        return value.given if same else _NOTHING

    def _called(self, value: Value, depth: int) -> list[Value]:
        """Return the call itself, or what a function of the repository returns."""
        callee = self._callee(value, depth)
        if callee.kind != "function" or callee.code is None or callee.function is None:
            return [value]
        given = self.bound(callee.code, callee.function, value)
        found = []
        for returned in self.returned(callee.code, callee.function):
            found += self.of(Value(callee.code, returned, given), depth + 1)
        return found or [value]

    def _callee(self, value: Value, depth: int) -> Symbol:
        """Return what a call calls, also on a loop variable or argument (``for module in [a, b]: module.make()``)."""
        call = value.expression
        head, _, rest = call.name.partition(".")
        if rest and (head in value.given or self._loop(value.code, head, call.start) is not None):
            owner = value.at(Expression("name", call.start, call.start + len(head.encode()), name=head))
            for item in self.of(owner, depth + 1):
                found = self.symbols.members(self.symbol(item), rest)
                if found.kind != "unknown":
                    return found
        return self.symbols.callee(value.code, call)

    def symbol(self, value: Value) -> Symbol:
        """Return the symbol of a value that :meth:`of` gave."""
        if value.expression.kind == "other" and value.expression.name:
            return self.symbols.name(value.code, value.expression.name, value.expression.start)
        return self.symbols.expression(value.code, value.expression)

    def returned(self, code: Code, function: Function) -> list[Expression]:
        """Return the expressions that a function itself returns, those of functions inside it left out."""
        found = []
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            if code.enclosing_function(item.start) == function and item.end > item.start + len("return"):
                end = item.end - 1 if code.text[item.end - 1 : item.end] == b";" else item.end
                found.append(code.expression(item.start + len("return"), end))
        return found

    # --- objects --------------------------------------------------------------------------------------------------

    def kinds(self, value: Value) -> frozenset[str]:
        """Return the outside classes or functions that make an object: ``{"fastapi.APIRouter"}``."""
        callee = self._maker(value)
        if callee.kind == "external":
            return frozenset({callee.name})
        if callee.kind == "class" and callee.code is not None and callee.klass is not None:
            return frozenset(self.symbols.external_bases(callee.code, callee.klass))
        return frozenset()

    def klass(self, value: Value) -> tuple[Code, Class] | None:
        """Return the class of the repository that a call makes an instance of."""
        callee = self._maker(value)
        if callee.kind == "class" and callee.code is not None and callee.klass is not None:
            return callee.code, callee.klass
        return None

    def _maker(self, value: Value) -> Symbol:
        """Return what a call calls, also when that is a class which a function made."""
        if value.expression.kind != "call":
            return Symbol("unknown")
        callee = self._callee(value, 0)
        if callee.kind == "value" and callee.code is not None and callee.expression is not None:
            made = [self.symbol(item) for item in self.of(Value(callee.code, callee.expression))]
            return next((symbol for symbol in made if symbol.kind == "class"), callee)
        return callee

    def instances(self, code: Code, klass: Class) -> list[Value]:
        """Return the calls that make instances of a class."""
        return self._calls_of(code, klass.start, klass.name)

    # --- lists and arguments --------------------------------------------------------------------------------------

    def items(self, value: Value, depth: int = 0) -> list[Value] | None:
        """Return the items of a list, tuple or dict (as pairs for ``d.items()``); ``None`` when they are not known."""
        expression = value.expression
        if depth > MAX_DEPTH:
            return None
        if expression.kind == "array":
            return self._spread([value.at(item) for item in expression.arguments], depth)
        if expression.kind == "operation" and expression.name == "+":
            parts = [self.items(value.at(item), depth + 1) for item in expression.arguments]
            return None if None in parts else [item for part in parts for item in part or ()]
        if expression.kind == "call" and expression.last_name in {"items", "values"} and expression.callee is not None:
            return self._entries(value, depth)
        found = self.of(value)
        if len(found) == 1 and found[0] != value:
            return self.items(found[0], depth + 1)
        return None

    def all_items(self, value: Value) -> list[Value]:
        """Return the items of every list that a value may be; of one that is not known, those of its known parts."""
        if value.expression.kind == "operation" and value.expression.name == "+":
            return [found for item in value.expression.arguments for found in self.all_items(value.at(item))]
        items = self.items(value)
        if items is not None:
            return items
        found: list[Value] = []
        for one in self.of(value):
            if one != value:
                found += [item for item in self.all_items(one) if item not in found]
        return found

    def _spread(self, items: list[Value], depth: int) -> list[Value] | None:
        found: list[Value] = []
        for item in items:
            if item.expression.kind != "spread":
                found.append(item)
                continue
            inner = self.items(item.at(item.expression.arguments[0]), depth + 1)
            if inner is None:
                return None
            found += inner
        return found

    def _entries(self, value: Value, depth: int) -> list[Value] | None:
        owner = value.expression.name.rpartition(".")[0]
        named = Expression("name", value.expression.start, value.expression.start + len(owner.encode()), name=owner)
        found = self.of(value.at(named), depth + 1)
        if len(found) != 1 or found[0].expression.kind != "object":
            return None
        pairs = []
        for key, entry in found[0].expression.entries:
            text = Expression("string", entry.start, entry.start, value=key)
            pair = Expression("array", entry.start, entry.end, arguments=(text, entry))
            pairs.append(found[0].at(entry if value.expression.last_name == "values" else pair))
        return pairs

    def keyword(self, call: Value, name: str) -> Value | None:
        """Return a keyword argument of a call, one that comes in by ``**options`` included."""
        found = call.expression.get(name)
        if found is not None:
            return call.at(found)
        for key, splat in call.expression.entries:
            for item in self.of(call.at(splat)) if key == "..." else ():
                inner = item.expression.get(name) if item.expression.kind in {"object", "call"} else None
                if inner is not None:
                    return item.at(inner)
        return None

    # --- callers and loops ----------------------------------------------------------------------------------------

    def situations(self, code: Code, call: Expression) -> list[Value]:
        """Return a call once for each caller of the function around it and each round of the loops around it.

        Only parameters and loop variables that the call mentions are told apart; a call that mentions none, or whose
        callers are not found, comes back once.
        """
        names = _named_in(call)
        loops = []
        for loop in reversed(self._loops(code, call.start)):
            if names & set(_NAME.findall(loop.target)):
                loops.append(loop)
                names |= _named_in(code.expression(loop.items_start, loop.items_end))
        found: Sequence[Mapping[str, Value]] = [_NOTHING]
        function = code.enclosing_function(call.start)
        if function is not None and names & {item.name for item in code.parameters(function)} - {"self", "cls"}:
            found = self._arguments(code, function, 1) or found
        for loop in reversed(loops):
            rounds = ((given, self._rounds(code, loop, 1, given)) for given in found)
            found = [{**given, **one} for given, several in rounds for one in several or [_NOTHING]][:MAX_SITUATIONS]
        return [Value(code, call, given) for given in found]

    @staticmethod
    def _loops(code: Code, at: int) -> list[Loop]:
        return [loop for loop in code.facts.loops if loop.items_end <= at < loop.end]

    def _loop(self, code: Code, name: str, at: int) -> Loop | None:
        for loop in reversed(self._loops(code, at)):
            if name in _NAME.findall(loop.target):
                return loop
        return None

    def _rounds(
        self, code: Code, loop: Loop, depth: int, given: Mapping[str, Value] = _NOTHING
    ) -> list[Mapping[str, Value]]:
        """Return what the variables of a loop stand for in each round; ``given`` is what is known around it."""
        listed = Value(code, code.expression(loop.items_start, loop.items_end), given)
        targets = _NAME.findall(loop.target)
        rounds: list[Mapping[str, Value]] = []
        for item in self.all_items(listed):
            if len(targets) == 1 and "," not in loop.target:
                rounds.append({targets[0]: item})
                continue
            parts = self.items(item, depth)
            if parts is not None and len(parts) == len(targets):
                rounds.append(dict(zip(targets, parts, strict=True)))
        return rounds[:MAX_SITUATIONS]

    def _arguments(self, code: Code, function: Function, depth: int) -> list[Mapping[str, Value]]:
        """Return what a function's parameters stand for at each of its callers."""
        return [self.bound(code, function, call) for call in self.callers(code, function)] if depth <= MAX_DEPTH else []

    def callers(self, code: Code, function: Function) -> list[Value]:
        """Return the calls of a function; of a constructor, the calls that make an instance."""
        klass = code.enclosing_class(function.start)
        if klass is not None and function.name in {"__init__", "constructor"}:
            return self._calls_of(code, klass.start, klass.name)
        return self._calls_of(code, function.start, function.name)

    def _calls_of(self, code: Code, start: int, name: str) -> list[Value]:
        key = (code.path, start)
        if key not in self._callers:
            self._callers[key] = []
            found = []
            for other in self.symbols.corpus.production():
                for call in other.calls_named(name) if name else ():
                    symbol = self.symbols.name(other, call.callee, call.start)
                    item = symbol.function or symbol.klass
                    if symbol.code is code and item is not None and item.start == start:
                        found.append(Value(other, other.call(call)))
            self._callers[key] = found[:MAX_SITUATIONS]
        return self._callers[key]

    def bound(self, code: Code, function: Function, call: Value) -> Mapping[str, Value]:
        """Return what a function's parameters stand for in a call, defaults included."""
        given: dict[str, Value] = {}
        position = 0
        for item in code.parameters(function):
            if item.name in {"self", "cls"} and position == 0:
                continue
            argument = call.argument(position, item.name) if item.name else None
            if argument is not None:
                given[item.name] = argument
            elif item.default is not None:
                given[item.name] = Value(code, item.default)
            position += 1
        return given


def _named_in(expression: Expression) -> set[str]:
    """Return the names that an expression mentions."""
    return {
        item.name.partition(".")[0].removesuffix("()") for item in expression.walk() if item.kind in {"name", "call"}
    }
