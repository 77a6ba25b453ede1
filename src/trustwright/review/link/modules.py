"""From an import to the file it means: relative paths, TypeScript path aliases, workspace packages, Python packages."""

import posixpath
from functools import cached_property

from trustwright.review.link.corpus import Corpus
from trustwright.review.source.tree import Tree

_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_CONDITIONS = ("source", "import", "default", "require", "node", "types")


class Modules:
    """Resolves module names within a corpus; what is not found there is external."""

    def __init__(self, corpus: Corpus) -> None:
        """Prepare nothing: tables are made when first asked for."""
        self._corpus = corpus
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, path: str, module: str) -> str | None:
        """Return the file that ``module`` means when imported in the file ``path``, or ``None`` for an external one."""
        folder = posixpath.dirname(path)
        key = (path if module.startswith(".") else folder, module)
        if key not in self._known:
            code = self._corpus.files.get(path)
            python = code is not None and code.language == "python"
            self._known[key] = self._python(path, module) if python else self._javascript(folder, module)
        return self._known[key]

    # --- Python -------------------------------------------------------------------------------------------------

    @cached_property
    def _by_last_part(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for path, file in self._corpus.files.items():
            if file.language == "python" and file.role != "vendored":
                stem = path.removesuffix(".py").removesuffix("/__init__")
                index.setdefault(stem.rpartition("/")[2], []).append(path)
        return index

    def _python(self, path: str, module: str) -> str | None:
        if module.startswith("."):
            name = module.lstrip(".")
            folder = posixpath.dirname(path)
            for _ in range(len(module) - len(name) - 1):
                folder = posixpath.dirname(folder)
            return self._python_file(posixpath.join(folder, name.replace(".", "/")) if name else folder)
        wanted = module.replace(".", "/")
        best: tuple[int, bool, int, str] | None = None
        for candidate in self._by_last_part.get(wanted.rpartition("/")[2], ()):
            stem = candidate.removesuffix(".py").removesuffix("/__init__")
            if stem == wanted or stem.endswith("/" + wanted):
                base = stem[: len(stem) - len(wanted)].rstrip("/")
                if base and not (path + "/").startswith(base + "/") and "/" in base.removesuffix("src").strip("/"):
                    continue
                near = len(posixpath.commonprefix([candidate, path]))
                package = candidate.endswith("/__init__.py")
                best = max(best or (-1, False, 0, ""), (near, package, -len(candidate), candidate))
        return best[3] if best else None

    def _python_file(self, stem: str) -> str | None:
        """Return the file of a module; Python takes a package before a module of the same name."""
        for candidate in (f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.py"):
            if candidate in self._corpus.files:
                return candidate
        return None

    # --- JavaScript ---------------------------------------------------------------------------------------------

    def _javascript(self, folder: str, module: str) -> str | None:
        if module.startswith((".", "/")):
            return self._file(posixpath.normpath(posixpath.join(folder, module.lstrip("/"))))
        return self._alias(folder, module) or self._workspace(module)

    def _file(self, stem: str) -> str | None:
        files = self._corpus.files
        if stem.startswith("../"):
            return None
        if stem in files and files[stem].language:
            return stem
        base, ending = posixpath.splitext(stem)
        candidates = [base + other for other in _COMPILED.get(ending, ())]
        candidates += [stem + other for other in _ENDINGS]
        candidates += [posixpath.join(stem, "index" + other) for other in _ENDINGS]
        found = next((candidate for candidate in candidates if candidate in files), None)
        if found is None and posixpath.join(stem, "package.json") in files:
            return self._entry(stem, ".")
        return found

    @cached_property
    def _aliases(self) -> list[tuple[str, str, list[tuple[str, tuple[str, ...]]]]]:
        """(folder, base folder, [(pattern, targets)]) of each tsconfig, deepest folder first."""
        found = []
        for path in self._corpus.paths(".json"):
            name = path.rpartition("/")[2]
            if name == "jsconfig.json" or (name.startswith("tsconfig") and name.endswith(".json")):
                folder = posixpath.dirname(path)
                base, paths = self._compiler_options(path, 0)
                if paths or base is not None:
                    found.append((folder, folder if base is None else base, sorted(paths.items(), key=_specific)))
        return sorted(found, key=lambda item: (-len(item[0]), item[0]))

    def _compiler_options(self, path: str, depth: int) -> tuple[str | None, dict[str, tuple[str, ...]]]:
        tree = self._corpus.json(path)
        if tree is None:
            return None, {}
        folder = posixpath.dirname(path)
        base_url = tree.text_at("compilerOptions", "baseUrl")
        base = posixpath.normpath(posixpath.join(folder, base_url)) if base_url else None
        base = "" if base == "." else base
        listed = tree.at("compilerOptions", "paths")
        paths: dict[str, tuple[str, ...]] = {}
        if listed is not None and isinstance(listed.value, dict):
            origin = base if base is not None else folder
            for pattern, targets in listed.value.items():
                paths[pattern] = tuple(posixpath.normpath(posixpath.join(origin, target)) for target in targets.texts())
        extended = tree.text_at("extends")
        if extended.startswith(".") and depth < 5:
            parent = posixpath.normpath(posixpath.join(folder, extended))
            parent = parent if parent.endswith(".json") else parent + ".json"
            parent_base, parent_paths = self._compiler_options(parent, depth + 1)
            return (parent_base if base is None else base), {**parent_paths, **paths}
        return base, paths

    def _alias(self, folder: str, module: str) -> str | None:
        for root, base, patterns in self._aliases:
            if root and not (folder + "/").startswith(root + "/"):
                continue
            for pattern, targets in patterns:
                prefix, star, suffix = pattern.partition("*")
                if module == pattern or (star and module.startswith(prefix) and module.endswith(suffix)):
                    middle = module[len(prefix) : len(module) - len(suffix)] if star else ""
                    for target in targets:
                        found = self._file(posixpath.normpath(target.replace("*", middle)))
                        if found is not None:
                            return found
            if (found := self._file(posixpath.normpath(posixpath.join(base, module)))) is not None:
                return found
        return None

    @cached_property
    def _packages(self) -> dict[str, str]:
        """Package name to folder, for the packages that live in this repository."""
        found: dict[str, str] = {}
        for path in self._corpus.paths(names=("package.json",)):
            tree = self._corpus.json(path)
            name = tree.text_at("name") if tree is not None else ""
            if name:
                found.setdefault(name, posixpath.dirname(path))
        return found

    def _workspace(self, module: str) -> str | None:
        parts = module.split("/")
        for size in (2, 1):
            name = "/".join(parts[:size])
            if name in self._packages and len(parts) >= size:
                rest = "/".join(parts[size:])
                return self._entry(self._packages[name], f"./{rest}" if rest else ".")
        return None

    def _entry(self, folder: str, wanted: str) -> str | None:
        """Return the file that a package offers as ``wanted`` (``.`` or ``./sub/path``)."""
        tree = self._corpus.json(posixpath.join(folder, "package.json"))
        targets: list[str] = []
        if tree is not None:
            targets = _offered(tree.at("exports"), wanted)
            if wanted == ".":
                targets += [tree.text_at(key) for key in ("source", "main", "module", "types")]
        sub = wanted.removeprefix("./") if wanted != "." else "index"
        for target in [*targets, sub, f"src/{sub}", f"lib/{sub}"]:
            if not target:
                continue
            stem = posixpath.normpath(posixpath.join(folder, target))
            for candidate in (stem, stem.replace("/dist/", "/src/"), posixpath.splitext(stem)[0]):
                if candidate != folder and (found := self._file(candidate)) is not None:
                    return found
        return None


def _specific(item: tuple[str, tuple[str, ...]]) -> tuple[int, str]:
    return -len(item[0].partition("*")[0]), item[0]


def _offered(exports: Tree | None, wanted: str) -> list[str]:
    """Return the files that ``exports`` of a package.json names for ``wanted``."""
    if exports is None:
        return []
    if isinstance(exports.value, str):
        return [exports.value] if wanted == "." else []
    if not isinstance(exports.value, dict):
        return []
    if not any(key.startswith(".") for key in exports.value):
        return _condition(exports) if wanted == "." else []
    for pattern, target in exports.value.items():
        prefix, star, suffix = pattern.partition("*")
        if pattern == wanted or (star and wanted.startswith(prefix) and wanted.endswith(suffix)):
            middle = wanted[len(prefix) : len(wanted) - len(suffix)] if star else ""
            return [text.replace("*", middle) for text in _condition(target)]
    return []


def _condition(target: Tree) -> list[str]:
    if isinstance(target.value, str):
        return [target.value]
    if not isinstance(target.value, dict):
        return []
    return [text for name in _CONDITIONS if name in target.value for text in _condition(target.value[name])]
