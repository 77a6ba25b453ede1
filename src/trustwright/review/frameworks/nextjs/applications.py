"""Applications of Next.js in a repository: where each lies, and the files that its router serves."""

import posixpath
import re
from dataclasses import dataclass, field

from trustwright.review.link.corpus import Corpus
from trustwright.review.source.discovery import role_of

_ENDINGS = r"\.(?:ts|tsx|js|jsx|mjs|mts)"
_CONFIG = re.compile(r"next\.config\.(?:js|ts|mjs|cjs|mts)$")
_ROUTE_FILE = re.compile(rf"(?P<root>.*?)(?:src/)?app/(?P<inside>(?:.*/)?)route{_ENDINGS}$")
_API_PAGE = re.compile(rf"(?P<root>.*?)(?:src/)?pages/(?P<inside>api(?:/.*)?){_ENDINGS}$")
_MIDDLEWARE = re.compile(rf"(?:src/)?(?:middleware|proxy){_ENDINGS}$")
_PARAMETER = re.compile(r"\[{1,2}(?:\.\.\.)?([^\[\]]+)\]{1,2}")
_NOT_OURS = frozenset({"vendored", "generated", "minified"})
_BASE_PATH = re.compile(rb"""\bbasePath\s*:\s*["']([^"']*)["']""")


@dataclass(slots=True)
class Application:
    """One application: its folder (with a slash at its end, or empty) and its files, each with the path it serves."""

    root: str
    base: str = ""
    route_files: list[tuple[str, str]] = field(default_factory=list)
    api_pages: list[tuple[str, str]] = field(default_factory=list)
    middleware: str | None = None


def applications(corpus: Corpus) -> list[Application]:
    """Return the applications of a repository, by folder."""
    found: dict[str, Application] = {}
    for path in sorted(corpus.paths(names=("package.json",))):
        tree = corpus.json(path)
        if tree is not None and any(tree.at(key, "next") for key in ("dependencies", "devDependencies")):
            root = path.removesuffix("package.json")
            found.setdefault(root, Application(root))
    for path in sorted(corpus.files):
        if "next.config." in path and _CONFIG.search(path):
            root = _CONFIG.sub("", path)
            base = _BASE_PATH.search(corpus.read(path))
            found.setdefault(root, Application(root)).base = base[1].decode().rstrip("/") if base else ""
    if found:
        _serve(corpus, found)
    return list(found.values())


def _serve(corpus: Corpus, found: dict[str, Application]) -> None:
    """Give each application its files. A folder called ``docs`` or ``test`` in there is a part of a path, no role."""
    served = {root: application for root, application in found.items() if role_of(f"{root}app.ts") == "production"}
    for path, file in sorted(corpus.files.items()):
        name = posixpath.basename(path)
        if not file.language or file.language == "python" or file.role in _NOT_OURS or role_of(name) != "production":
            continue
        if name.startswith("route."):
            _place(served, path, _ROUTE_FILE)
        elif "pages/api" in path:
            _place(served, path, _API_PAGE)
        elif name.startswith(("middleware.", "proxy.")):
            match = _MIDDLEWARE.search(path)
            application = served.get(path[: match.start()]) if match else None
            if application is not None:
                application.middleware = path


def _place(found: dict[str, Application], path: str, pattern: re.Pattern[str]) -> None:
    """Give a file to the application whose ``app`` or ``pages`` folder it lies in."""
    for root in sorted(found, key=len, reverse=True):
        match = pattern.match(path[len(root) :]) if path.startswith(root) else None
        if match is None or match["root"]:
            continue
        segments = match["inside"].strip("/").split("/")
        if pattern is _API_PAGE:
            segments = segments[:-1] if segments[-1] == "index" else segments
            found[root].api_pages.append((path, found[root].base + _url(segments)))
        elif not any(segment.startswith("_") for segment in segments):
            found[root].route_files.append((path, found[root].base + _url(segments)))
        return


def _url(segments: list[str]) -> str:
    """Return the path that folders serve: groups and slots are left out, parameters are named."""
    named = [
        _PARAMETER.sub(r"{\1}", segment)
        for segment in segments
        if segment and not (segment.startswith("(") and segment.endswith(")")) and not segment.startswith("@")
    ]
    return "/" + "/".join(named)
