"""Applications that ``fastify-cli`` starts: a file whose default export is a plugin, named in a package's scripts."""

import posixpath
import re
from collections.abc import Iterator

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.modules import Modules
from trustwright.review.source.code import Code

_STARTED = re.compile(r"\bfastify\s+start\b[^&|;]*?\s([\w./-]+\.[cm]?[jt]s)\b")


def started_by_command(corpus: Corpus, modules: Modules) -> Iterator[Code]:
    """Yield the files that ``fastify start`` is given; a compiled file stands for its source."""
    seen = set[str]()
    for path in sorted(corpus.paths(names=("package.json",))):
        tree = corpus.json(path)
        scripts = tree.at("scripts") if tree is not None else None
        for script in scripts.children() if scripts is not None else ():
            for name in _STARTED.findall(script.text or ""):
                found = _source(modules, path, name)
                code = corpus.code(found) if found is not None else None
                if code is not None and code.role == "production" and code.path not in seen:
                    seen.add(code.path)
                    yield code


def _source(modules: Modules, package: str, name: str) -> str | None:
    plain = posixpath.splitext(name)[0].removeprefix("./")
    inner = plain.partition("/")[2]
    for candidate in (plain, f"src/{inner}", inner):
        found = modules.resolve(package, f"./{candidate}") if candidate else None
        if found is not None:
            return found
    return None
