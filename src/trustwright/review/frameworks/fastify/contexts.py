"""Fastify's encapsulation: which hooks run before which route.

Source: Fastify's documentation, "Encapsulation", "Hooks", "Plugins" and "Routes". A plugin runs after the function that
registered it, unless that was awaited, in a context of its own that takes over what its parent has at that moment; one
wrapped by ``fastify-plugin`` runs in its parent's context. A route runs all hooks of its own context, whenever added.
"""

from dataclasses import dataclass, field

from trustwright.review.frameworks.fastify.autoload import NAMES as AUTOLOAD
from trustwright.review.frameworks.fastify.autoload import Autoload, Folder
from trustwright.review.frameworks.fastify.guarding import Decorators, Guarding, Hook
from trustwright.review.link.assembly.interest import Interest
from trustwright.review.link.assembly.paths import ANYTHING, Path, from_text
from trustwright.review.link.assembly.running import Assembly
from trustwright.review.link.assembly.values import Closure, External, Module, Text, Thing, Use, Value, Written
from trustwright.review.model import DeclaredRoute, Location
from trustwright.review.source.code import Code
from trustwright.review.source.expression import Expression

METHODS = {name: name.upper() for name in ("get", "post", "put", "patch", "delete", "options", "head")} | {"all": "ANY"}
_WRAPPERS = frozenset({"fastify-plugin", "fastify-plugin.default", "fastify-plugin.fastifyPlugin"})
_SERVING: dict[str, str] = {
    "@fastify/http-proxy": "", "fastify-http-proxy": "", "mercurius": "/graphql",
    "@trpc/server/adapters/fastify.fastifyTRPCPlugin": "",
}  # fmt: skip
"""Plugins of others that answer all below their prefix, with the prefix they take when none is given."""

INTEREST = Interest(
    makers={"fastify": "instance", "fastify.default": "instance", "fastify.fastify": "instance"},
    methods=frozenset({*METHODS, "route", "register", "addHook", "decorate", "decorateRequest"}),
    verbs=frozenset(METHODS),
    branches={},
    outside=frozenset(),
    passes=frozenset(),
    triggers=("fastify",),
)


_NESTED = 3
"""A plugin may wrap another of the same function; one that registers itself is run this often."""
_Written = tuple[list[str], Written | None, Written | None, Written | None]
"""A route's methods, its path, its options and its handler, as written."""


@dataclass(eq=False, slots=True)
class Context:
    """One encapsulated context while it is set up; ``done`` counts the uses of its thing that were taken."""

    thing: Thing
    prefix: str = ""
    hooks: list[Hook] = field(default_factory=list)
    decorators: Decorators = field(default_factory=dict)
    depth: int = 0
    done: int = 0
    routes: list[Use] = field(default_factory=list)
    served: list[tuple[Use, str]] = field(default_factory=list)

    def child(self, prefix: str) -> "Context":
        """Return a context below this one, with what this one has now."""
        made = Thing(self.thing.kind, self.thing.made)
        return Context(made, f"{self.prefix}/{prefix}", list(self.hooks), dict(self.decorators), self.depth + 1)


class Contexts:
    """Sets instances up and collects their routes."""

    def __init__(self, assembly: Assembly) -> None:
        """Take the assembly, whose set-up code has run."""
        self._assembly = assembly
        self._guarding = Guarding(assembly)
        self._autoload = Autoload(assembly)
        self._found: list[DeclaredRoute] = []
        self._loading: list[tuple[str, int]] = []
        """The functions of the plugins that are being run, by place."""

    def routes(self) -> list[DeclaredRoute]:
        """Return the routes, each once however many instances serve it alike."""
        return list(dict.fromkeys(self._found))

    def load(self, thing: Thing) -> None:
        """Set one instance up."""
        self._finish(Context(thing))

    def start(self, code: Code) -> None:
        """Set up the application that a file's default export is, as ``fastify-cli`` does."""
        value = self._assembly.names.exported(code, "default")
        written = Written(code.expression(0, 0), self._assembly.enter(code))
        self._plugin(Context(Thing("instance", written)), value, "", None, whole=True)

    # --- set-up -------------------------------------------------------------------------------------------------

    def _finish(self, context: Context) -> None:
        self._take(context)
        for use in context.routes:
            self._declare(context, use)
        for use, prefix in context.served:
            self._serve(context, use, prefix)

    def _take(self, context: Context) -> None:
        """Take what was called on a context's thing since the last time; plugins not awaited come after it."""
        waiting: list[Use] = []
        while context.done < len(context.thing.uses):
            use = context.thing.uses[context.done]
            context.done += 1
            if use.method == "addHook":
                context.hooks += self._guarding.hooks(use, "application" if context.depth == 0 else "router")
            elif use.method in {"decorate", "decorateRequest"} and len(use.arguments) > 1:
                context.decorators[self._assembly.texts.part(use.arguments[0])] = use.arguments[1]
            elif use.method == "register" and use.arguments:
                waiting.append(use)
                if _awaited(use):
                    self._register_all(context, waiting)
            elif use.method == "route" or use.method in METHODS:
                context.routes.append(use)
        self._register_all(context, waiting)

    def _register_all(self, context: Context, waiting: list[Use]) -> None:
        while waiting:
            self._register(context, waiting.pop(0))

    def _register(self, context: Context, use: Use) -> None:
        options = use.arguments[1] if len(use.arguments) > 1 else None
        given = self._assembly.entry(options, "prefix") if options is not None else None
        prefix = self._assembly.texts.part(given) if given is not None else ""
        value = self._assembly.value(use.arguments[0])
        name = value.name if isinstance(value, External) else ""
        if name in AUTOLOAD and options is not None:
            self._load_folder(context, options, use)
        elif name in _SERVING:
            context.served.append((use, prefix or _SERVING[name]))
        else:
            context.hooks += self._guarding.added_by(use, name)
            self._plugin(context, value, prefix, use)

    def _plugin(
        self, context: Context, value: Value | None, prefix: str, use: Use | None, *, whole: bool = False
    ) -> None:
        """Run a plugin in a context of its own; in this one when it is wrapped or is the ``whole`` application."""
        if isinstance(value, Module):
            value = self._assembly.names.exported(value.code, "default")
        if isinstance(value, External) and value.name.removesuffix("()") in _WRAPPERS and value.written is not None:
            inner = value.written.expression.arguments
            value = self._assembly.value(Written(inner[0], value.written.frame)) if inner else None
            whole = True
        if not isinstance(value, Closure):
            return
        place = (value.frame.code.path, value.function.start)
        if self._loading.count(place) >= _NESTED:
            return
        own = context if whole else context.child(prefix)
        options = use.arguments[1] if use is not None and len(use.arguments) > 1 else self._no_options(value)
        self._loading.append(place)
        self._assembly.call(value, (own.thing, options), use.call if use is not None else None)
        if own is context and use is not None:
            self._take(own)
        else:
            self._finish(own)
        self._loading.pop()

    @staticmethod
    def _no_options(plugin: Closure) -> Written:
        """Return the empty options that Fastify gives a plugin registered without any."""
        return Written(Expression("object", plugin.function.start, plugin.function.start), plugin.frame)

    def _load_folder(self, context: Context, options: Written, use: Use) -> None:
        folder = self._autoload.folder(options)
        inner = self._assembly.entry(options, "options")
        given = self._assembly.entry(inner, "prefix") if inner is not None else None
        if folder is not None:
            self._folder(context, folder, self._assembly.texts.part(given) if given is not None else "", use)

    def _folder(self, context: Context, folder: Folder, prefix: str, use: Use) -> None:
        """Load a folder's plugins; those with hooks of their folder share a context that has them."""
        own = context.child("") if folder.hooks else context
        for code in folder.hooks:
            self._plugin(own, self._assembly.names.exported(code, "default"), "", use, whole=True)
        for code in folder.plugins:
            named = self._assembly.names.exported(code, "autoPrefix")
            last = self._text(named)
            place = prefix + (folder.prefix.rpartition("/")[0] + last if last is not None else folder.prefix)
            self._plugin(own, self._assembly.names.exported(code, "default"), place, use)
        for below in folder.folders:
            self._folder(own if folder.cascades else context, below, prefix, use)
        if own is not context:
            self._finish(own)

    def _text(self, value: Value | None) -> str | None:
        if isinstance(value, Text):
            return value.value
        return self._assembly.texts.of(value) if isinstance(value, Written) else None

    # --- routes -------------------------------------------------------------------------------------------------

    def _declare(self, context: Context, use: Use) -> None:
        written = self._whole(use) if use.method == "route" else self._short(use)
        if written is None:
            return
        methods, url, options, handler = written
        path = from_text(context.prefix) / from_text(self._assembly.texts.part(url) if url is not None else "")
        guards, unresolved = self._guarding.of(context.hooks, context.decorators, options, use.conditions)
        found = self._guarding.handler(handler, context.decorators) if handler is not None else None
        for method in methods:
            self._found.append(
                DeclaredRoute(
                    method=method,
                    path=str(path),
                    framework="fastify",
                    location=_place(use),
                    handler=found.body if found is not None else None,
                    handler_name=found.name if found is not None else "unknown handler",
                    guards=self._guarding.asked(guards, method, str(path)),
                    unresolved=unresolved,
                )
            )

    def _whole(self, use: Use) -> _Written | None:
        """Read ``route({ method, url, handler })``."""
        if not use.arguments:
            return None
        options = use.arguments[0]
        url = self._assembly.entry(options, "url") or self._assembly.entry(options, "path")
        return self._methods(options), url, options, self._assembly.entry(options, "handler")

    def _short(self, use: Use) -> _Written | None:
        """Read ``get(url, options, handler)``; without options, or with the handler among them."""
        methods = [METHODS[use.method]]
        if len(use.arguments) > 2:
            return methods, use.arguments[0], use.arguments[1], use.arguments[2]
        if len(use.arguments) < 2:
            return None
        url, last = use.arguments
        within = self._assembly.entry(last, "handler")
        return (methods, url, last, within) if within is not None else (methods, url, None, last)

    def _serve(self, context: Context, use: Use, prefix: str) -> None:
        options = use.arguments[1] if len(use.arguments) > 1 else None
        guards, unresolved = self._guarding.of(context.hooks, context.decorators, options, use.conditions)
        path = from_text(context.prefix) / from_text(prefix) / Path((ANYTHING,))
        name = use.arguments[0].expression.name or "plugin"
        self._found.append(DeclaredRoute("ANY", str(path), "fastify", _place(use), None, name, guards, unresolved))

    def _methods(self, options: Written) -> list[str]:
        named = self._assembly.entry(options, "method")
        if named is None:
            return ["ANY"]
        listed = self._assembly.lists.written(named) or [named]
        found = [text.upper() for item in listed if (text := self._assembly.texts.of(item)) is not None]
        return found or ["ANY"]


def _awaited(use: Use) -> bool:
    """Tell ``await app.register(x)``, which loads the plugin at once, from a registration that waits its turn."""
    call = use.call
    return call.code.text[: call.expression.start].rstrip().endswith(b"await")


def _place(use: Use) -> Location:
    callee = use.call.expression.callee
    return use.call.code.location(callee.end - 1 if callee is not None else use.call.expression.start)
