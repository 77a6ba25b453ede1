"""Which permission classes of Django REST framework decide on a request, and which of them decide by its method."""

import re
from collections.abc import Iterator
from functools import cached_property

from trustwright.review.frameworks.django.classes import Classes, Lineage, externals
from trustwright.review.frameworks.django.conditions import SAFE_METHODS, Conditions, Known
from trustwright.review.frameworks.django.configuration import Site, Written
from trustwright.review.link.known import known_guards
from trustwright.review.link.symbols import UNKNOWN, Symbol, Symbols
from trustwright.review.model import Access, GuardUse, GuardVerdict, Location, Reference
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression
from trustwright.review.source.facts import Function

_OPEN = ("rest_framework.permissions.AllowAny", "rest_framework.permissions.BasePermission")
_BY_METHOD: dict[str, tuple[bool, bool]] = {
    "IsAuthenticatedOrReadOnly": (False, False),
    "DjangoModelPermissionsOrAnonReadOnly": (False, True),
    "DjangoModelPermissions": (True, True),
    "DjangoObjectPermissions": (True, True),
}
"""Class of ``rest_framework.permissions`` to: whether reading needs a user, whether writing needs a permission."""

_MAX_DEPTH = 6


class Permissions:
    """Works out permission classes."""

    def __init__(self, symbols: Symbols, classes: Classes, site: Site | None) -> None:
        """Take what reads names and classes, and the site whose settings give the defaults."""
        self._symbols = symbols
        self._classes = classes
        self._conditions = Conditions(symbols)
        self._site = site

    # --- which classes --------------------------------------------------------------------------------------------

    @cached_property
    def _default(self) -> list[Written]:
        """The items of ``DEFAULT_PERMISSION_CLASSES`` of the ``REST_FRAMEWORK`` setting."""
        found = self._site.entries("REST_FRAMEWORK", "DEFAULT_PERMISSION_CLASSES") if self._site is not None else []
        return list(self._flat(found[-1], 0)) if found else []

    def of_class(self, lineage: Lineage, given: Written | None, known: Known) -> tuple[list[Written], str]:
        """Return the permission classes of a view class for a request, and why there may be others, or nothing.

        Args:
            lineage: the view's.
            given: ``permission_classes`` from ``as_view(...)`` or ``@action(...)``.
            known: what is known of the request.
        """
        return self._asked(lineage, 0, given, known)

    def _asked(self, lineage: Lineage, begin: int, given: Written | None, known: Known) -> tuple[list[Written], str]:
        """Ask ``get_permissions`` of the first class from ``begin`` on that has one, else the attribute."""
        for index in range(begin, len(lineage)):
            function = self._classes.own_method(lineage[index], "get_permissions")
            code = lineage[index].code
            if function is not None and code is not None:
                return self._read(lineage, index, code, function, given, known)
        return self._attribute(lineage, given), ""

    def _attribute(self, lineage: Lineage, given: Written | None) -> list[Written]:
        if given is not None:
            return list(self._flat(given, 0))
        for symbol in lineage:
            found = self._classes.own_attribute(symbol, "permission_classes")
            if found is not None:
                return list(self._flat(found, 0))
            if symbol.kind == "external" and symbol.name.startswith(
                ("rest_framework_simplejwt.", "rest_framework.authtoken.")
            ):
                return []
        return self._default

    def _read(
        self, lineage: Lineage, index: int, code: Code, function: Function, given: Written | None, known: Known
    ) -> tuple[list[Written], str]:
        """Read ``get_permissions``: the first return that runs; of several that may run, what they share."""
        answers: list[list[Written] | None] = []
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            if code.enclosing_function(item.start) != function:
                continue
            runs = self._conditions.runs(code, item.start, function.body_start, known)
            if runs is False:
                continue
            value = code.expression(item.start + len("return"), item.end)
            try:
                answers.append(self._returned(lineage, index, Written(code, value), function, given, known, 0))
            except LookupError:
                continue
            if runs and answers[-1] is not None:
                break
        found = [answer for answer in answers if answer is not None]
        reason = f"which permissions {function.name} at {code.path}:{code.line(function.start)} returns was not settled"
        if not found or len(found) < len(answers):
            return [], reason
        shared = [
            item for item in found[0] if all(_text(item) in [_text(other) for other in answer] for answer in found[1:])
        ]
        return shared, "" if all(len(answer) == len(shared) for answer in found) else reason

    def _returned(
        self,
        lineage: Lineage,
        index: int,
        written: Written,
        function: Function,
        given: Written | None,
        known: Known,
        depth: int,
    ) -> list[Written] | None:
        """Return the classes that an expression in ``get_permissions`` comes to; ``None`` when that is not settled."""
        code, value = written.code, written.expression
        if depth > _MAX_DEPTH:
            return None
        if value.kind == "call" and value.last_name == "get_permissions":
            given = self._set(code, function, "self.permission_classes", known) or given
            found, reason = self._asked(lineage, index + 1, given, known)
            return found if not reason else None
        if value.kind == "array":
            return [
                Written(code, item.callee if item.kind == "call" and item.callee else item) for item in value.arguments
            ]
        if value.kind == "operation" and value.name in {"list", "generator"}:
            source = re.search(
                r"\bin\s+(.+?)\s*$", code.source(value.arguments[-1].start, value.arguments[-1].end), re.DOTALL
            )
            if source is None:
                return None
            end = value.arguments[-1].start + len(
                code.source(value.arguments[-1].start, value.arguments[-1].end).encode()
            )
            start = end - len(source[1].encode())
            return self._returned(
                lineage, index, Written(code, code.expression(start, end)), function, given, known, depth + 1
            )
        if value.kind == "operation" and value.name == "+":
            parts = [
                self._returned(lineage, index, Written(code, item), function, given, known, depth + 1)
                for item in value.arguments
            ]
            return None if None in parts else [item for part in parts for item in part or ()]
        if value.kind == "name" and value.arguments and value.callee is not None:
            return self._looked_up(lineage, code, value, known)
        if value.kind == "call" and value.last_name == "get" and value.name.startswith("self.") and value.arguments:
            return self._looked_up(lineage, code, value, known)
        if value.kind == "name" and value.name == "self.permission_classes":
            return self._attribute(lineage, self._set(code, function, value.name, known) or given)
        if value.kind == "name":
            return self._local(lineage, index, written, function, given, known, depth)
        return None

    def _local(
        self,
        lineage: Lineage,
        index: int,
        written: Written,
        function: Function,
        given: Written | None,
        known: Known,
        depth: int,
    ) -> list[Written] | None:
        """Return what a variable of ``get_permissions`` holds: what it is given, and what is appended to it."""
        code, name = written.code, written.expression.name
        local = self._set(code, function, name, known)
        if local is None:
            return None
        if local.expression.kind in {"array", "name"} and not _is_made(local.expression):
            found: list[Written] | None = list(self._flat(local, 0))
        else:
            found = self._returned(lineage, index, local, function, given, known, depth + 1)
        if found is None:
            return None
        unsettled = False
        for call in code.calls_in(function.body_start, function.body_end):
            if call.callee not in {f"{name}.append", f"{name}.insert"}:
                continue
            runs = self._conditions.runs(code, call.start, function.body_start, known)
            unsettled = unsettled or runs is None
            item = code.call(call).arguments[-1:] if runs else ()
            found += [Written(code, one.callee if one.kind == "call" and one.callee else one) for one in item]
        return None if unsettled and not found else found

    def _set(self, code: Code, function: Function, target: str, known: Known) -> Written | None:
        """Return what a name is given in a function, as far as conditions say; the last that runs."""
        for item in reversed(code.within(code.facts.assignments, function.body_start, function.body_end)):
            named = item.target == target and item.value_end > 0
            if named and self._conditions.runs(code, item.start, function.body_start, known) is True:
                return Written(code, code.value(item))
        return None

    def _looked_up(self, lineage: Lineage, code: Code, value: Expression, known: Known) -> list[Written] | None:
        """Read ``self.permission_classes_by_action[self.action]`` and ``....get(self.action, default)``.

        Raises LookupError when it would: the return that holds it is not the one that answers.
        """
        key = str(known.get(value.arguments[0].name, ""))
        owner = value.name.removesuffix("[]").removesuffix(".get")
        found = self._classes.attribute(lineage, owner.removeprefix("self.")) if owner.startswith("self.") else None
        if found is None or found[0].expression.kind != "object" or not key:
            return None
        entry = found[0].expression.get(key)
        if entry is not None:
            return list(self._flat(Written(found[0].code, entry), 0))
        if value.kind == "call" and len(value.arguments) > 1:
            return list(self._flat(Written(code, value.arguments[1]), 0))
        raise LookupError(key)

    def _flat(self, written: Written, depth: int) -> Iterator[Written]:
        """Yield the classes of a list, lists put together from others included."""
        code, value = written.code, written.expression
        if depth > _MAX_DEPTH or value.kind == "null":
            return
        if value.kind in {"array", "spread"} or (value.kind == "operation" and value.name == "+"):
            for item in value.arguments:
                yield from self._flat(Written(code, item), depth + 1)
        elif value.kind == "call" and value.name in {"list", "tuple"} and value.arguments:
            yield from self._flat(Written(code, value.arguments[0]), depth + 1)
        elif value.kind == "name" and value.last_name in {"permission_classes", "DEFAULT_PERMISSION_CLASSES"}:
            symbol = self._symbols.name(code, value.name, value.start)
            if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
                yield from self._flat(Written(symbol.code, symbol.expression), depth + 1)
            else:
                yield from self._default
        elif value.kind == "name":
            symbol = self._symbols.name(code, value.name, value.start)
            made = symbol.expression if symbol.kind == "value" else None
            if made is not None and symbol.code is not None and made.kind in {"array", "operation"}:
                yield from self._flat(Written(symbol.code, made), depth + 1)
            else:
                yield written
        else:
            yield written

    # --- how they decide ------------------------------------------------------------------------------------------

    def uses(self, classes: list[Written], scope: str, known: Known, *, on_object: bool) -> Iterator[GuardUse]:
        """Yield the guards that permission classes are for a request; those open to anybody are left out."""
        for item in classes:
            unreached: list[Reference] = []
            answer = self._answer(item, known, on_object, unreached, 0)
            if answer is True:
                continue
            code, value = item.code, item.expression
            reference = code.reference(value.start, value.end)
            if answer is False:
                where = (code.location(value.start),)
                yield GuardUse(
                    reference, scope, GuardVerdict(Access.ENFORCED, Access.ENFORCED, where, "lets nobody in")
                )
                continue
            doubt = "what a negated permission lets through was not settled" if _negates(value) else ""
            symbol = self._symbol(item)
            verdict = self._ready(symbol, known, code.location(value.start)) if value.kind != "operation" else None
            if (
                value.kind == "string"
                and symbol.kind == "class"
                and symbol.code is not None
                and symbol.klass is not None
            ):
                start = symbol.klass.start + len("class ")
                reference = symbol.code.reference(start, start + len(symbol.klass.name.encode()))
            yield GuardUse(reference, scope, verdict, tuple(unreached), doubt)

    def _symbol(self, item: Written) -> Symbol:
        value = item.expression
        if value.kind == "string" and value.text:
            module, _, name = value.text.rpartition(".")
            path = self._symbols.modules.resolve(item.code.path, module) if module else None
            return self._symbols.exported(path, name) if path is not None else Symbol("external", value.text)
        return self._symbols.expression(item.code, value) if value.kind == "name" else UNKNOWN

    def _ready(self, symbol: Symbol, known: Known, where: Location) -> GuardVerdict | None:
        """Return what an outside class does for a method, when its body need not be read."""
        if symbol.kind != "external":
            return None
        by_method = _BY_METHOD.get(symbol.name.rpartition(".")[2])
        if by_method is not None and symbol.name.startswith("rest_framework."):
            writes = known["request.method"] not in SAFE_METHODS
            allowed = Access.ENFORCED if writes and by_method[1] else Access.ABSENT
            return GuardVerdict(Access.ENFORCED, allowed, (where,), "djangorestframework >=3.12")
        entry = known_guards().find(symbol.name)
        if entry is not None:
            return entry.verdict(where)
        reason = f"{symbol.name} is from outside and not in the table of known guards"
        return GuardVerdict(Access.UNKNOWN, Access.UNKNOWN, (where,), reason)

    def _answer(
        self, item: Written, known: Known, on_object: bool, unreached: list[Reference], depth: int
    ) -> bool | None:
        """Tell whether a permission lets everybody in (True), nobody (False), or decides by who asks (``None``)."""
        value = item.expression
        if depth > _MAX_DEPTH:
            return None
        if value.kind == "operation" and value.name in {"&", "|"}:
            decisive = value.name == "|"
            answers = []
            for operand in value.arguments:
                answer = self._answer(Written(item.code, operand), known, on_object, unreached, depth + 1)
                answers.append(answer)
                if answer is (not decisive):
                    unreached.append(item.code.reference(operand.start, operand.end))
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        symbol = self._symbol(item)
        if symbol.kind == "value" and symbol.code is not None and symbol.expression is not None:
            return self._answer(Written(symbol.code, symbol.expression), known, on_object, unreached, depth + 1)
        if symbol.kind == "external":
            return self._outside(symbol.name, known)
        if symbol.kind != "class" or symbol.code is None or symbol.klass is None:
            return None
        return self._class(self._classes.lineage(symbol.code, symbol.klass), known, on_object, unreached)

    @staticmethod
    def _outside(name: str, known: Known) -> bool | None:
        if name in _OPEN:
            return True
        reading = _BY_METHOD.get(name.rpartition(".")[2], (True, True))[0]
        return True if not reading and known["request.method"] in SAFE_METHODS else None

    def _class(self, lineage: Lineage, known: Known, on_object: bool, unreached: list[Reference]) -> bool | None:
        """Read a permission class: its answer to everybody, and which parts of it do not run for this request."""
        answers: list[bool | None] = []
        for name in ("has_permission", "has_object_permission"):
            method = self._classes.method(lineage, name)
            if method is None:
                continue
            code, function = method
            if name == "has_object_permission" and not on_object:
                unreached.append(code.reference(function.start, function.end))
                continue
            answers.append(self._method(code, function, known, unreached))
        if self._classes.method(lineage, "has_permission") is None:
            answers += [self._outside(name, known) for name in externals(lineage)]
        if False in answers:
            return False
        return True if all(answers) else None

    def _method(self, code: Code, function: Function, known: Known, unreached: list[Reference]) -> bool | None:
        """Return a method's answer when it is the same for everybody; note what of it does not run."""
        unreached += self._conditions.unreached(code, function.body_start, function.body_end, known)
        if code.within(code.facts.raises, function.body_start, function.body_end):
            return None
        answers: set[bool | None] = set()
        for item in code.within(code.facts.returns, function.body_start, function.body_end):
            if code.enclosing_function(item.start) != function:
                continue
            runs = self._conditions.runs(code, item.start, function.body_start, known)
            if runs is False:
                continue
            value = code.expression(item.start + len("return"), item.end)
            answers.add(self._conditions.holds(code, value, known))
            if runs is True:
                return answers.pop() if len(answers) == 1 else None
        return None


def _is_made(value: Expression) -> bool:
    """Tell a list of instances, as ``get_permissions`` returns them, from a list of classes."""
    return value.kind == "array" and any(item.kind == "call" for item in value.arguments)


def _negates(value: Expression) -> bool:
    return any(item.kind == "operation" and item.name in {"~", "not"} for item in value.walk())


def _text(item: Written) -> str:
    return item.code.source(item.expression.start, item.expression.end)
