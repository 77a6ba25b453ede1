"""Which of the secrets in a repository's files matter, by where they stand."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.symbols import Symbols
from trustwright.review.link.written_keys import written_keys
from trustwright.review.model import Location
from trustwright.review.source.secrets import Secret

_NO_TEXT: Final = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".icns", ".bmp", ".tiff", ".woff", ".woff2",
        ".ttf", ".otf", ".eot", ".pdf", ".mp3", ".mp4", ".mov", ".webm", ".wav", ".ogg", ".zip", ".gz", ".tgz", ".bz2",
        ".xz", ".7z", ".jar", ".war", ".whl", ".so", ".dll", ".exe", ".bin", ".wasm", ".pyc", ".class", ".sqlite",
        ".db", ".lock", ".csv", ".tsv", ".geojson", ".parquet", ".map", ".snap", ".po", ".mo", ".pot", ".xlf", ".css",
        ".scss", ".less", ".sum", ".asc", ".sig", ".crt", ".cer", ".pub", ".patch", ".diff", ".jsonl", ".ndjson",
    }
)  # fmt: skip
"""Endings of files that hold no text, or text that no person writes secrets into."""
_LOCK_FILES: Final = frozenset({"package-lock.json", "pnpm-lock.yaml", "npm-shrinkwrap.json", ".secrets.baseline"})
_WORDS_FOR_PEOPLE: Final = re.compile(r"(^|/)(i18n|locales?|translations?|lang|languages|messages)/", re.IGNORECASE)
_DOCUMENT: Final = re.compile(r"\.(md|mdx|markdown|rst|adoc|txt|html?|ejs|hbs|pug|jinja2?)$", re.IGNORECASE)
_TEMPLATE: Final = re.compile(
    r"[._-](example|sample|template|tmpl|dist|defaults?)($|\.)|(^|/)\.?(example|sample)[._]", re.IGNORECASE
)
_FOR_TESTS: Final = re.compile(
    r"(^|/)(\.github|\.circleci|\.ci|\.devcontainer|molecule|acceptance|[\w-]*-test|test-[\w-]+|storybook|\.speakeasy)/"
    r"|(^|/)(\.gitlab-ci[^/]*|azure-pipelines[^/]*|Jenkinsfile|example[_-][^/]*|fixtures?\.\w+|(test|ci|e2e)\.\w+|"
    r"[^/]*[._-](test|tests|testing|ci|build|e2e|cypress|integration_tests?)(\.[\w.]+)?)$",
    re.IGNORECASE,
)
_DEVELOPMENT: Final = re.compile(
    r"(^|[/._-])(dev|devel|development|local|localhost|seeds?|seeding|demo|staging|scripts)([/._-]|$)|(^|/)\w{1,4}dev\.sh$",
    re.IGNORECASE,
)
_OWN_MACHINE: Final = re.compile(rb"dev|local|demo|seed", re.IGNORECASE)
_BROWSER_KEYS: Final = re.compile(r"google-?services|GoogleService-Info|firebase", re.IGNORECASE)
_IN_EXAMPLES: Final = re.compile(rb"\bexamples?[\"']?\s*[:=]\s*[\[{(][^;]*\Z", re.IGNORECASE)
_SHOWN: Final = re.compile(rb"examples?\b|e\.g\.|such as|looks like|format:|placeholder", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HeldSecret:
    """A secret, or the place where one is read from outside, in a file that matters.

    ``development`` is true when the file's place says that it serves development, seeding or demonstrations.
    """

    secret: Secret
    location: Location
    development: bool


def held_secrets(symbols: Symbols) -> Iterator[HeldSecret]:
    """Yield what the files of a repository hold, by place, once for each line.

    Made-up secrets are at home in tests, examples, documents and templates; there only tokens count that prove
    themselves by a checksum, since those cannot be made up. In the settings of tests and pipelines, live keys count
    too. Lock files, translations, vendored and generated files are left out: they hold hashes and words.
    """
    corpus = symbols.corpus
    keys: dict[str, set[Secret]] = {}
    for code in corpus.production():
        for owner, key in written_keys(symbols, code):
            keys.setdefault(owner.path, set()).add(key)
    for path in sorted(corpus.files):
        wanted = _wanted(corpus, path)
        if wanted is None:
            continue
        held = corpus.secrets(path, only_proven=wanted is _is_proven)
        found = [one for one in held if wanted(one) and not _is_shown(corpus, path, one)]
        lines = {one.line for one in found}
        found += [one for one in keys.get(path, ()) if wanted(one) and one.line not in lines]
        development = _DEVELOPMENT.search(path) is not None
        if development:
            found = [one for one in found if not _serves_own_machine(corpus, path, one)]
        for secret in sorted(found, key=lambda one: (one.start, one.what)):
            yield HeldSecret(secret, Location(path, secret.line), development)


def serves_tests(path: str) -> bool:
    """Tell by its path whether a file of settings serves tests, pipelines or a developer's own machine."""
    return _FOR_TESTS.search(path) is not None or _DEVELOPMENT.search(path) is not None


def _wanted(corpus: Corpus, path: str) -> Callable[[Secret], bool] | None:
    """Return which secrets of a file matter; ``None`` when none does."""
    name = posixpath.basename(path)
    if posixpath.splitext(name)[1].lower() in _NO_TEXT or name in _LOCK_FILES or _WORDS_FOR_PEOPLE.search(path):
        return None
    role = corpus.role(path)
    if role in {"vendored", "generated", "minified"}:
        return None
    if role in {"test", "example"} or _DOCUMENT.search(path):
        return _is_proven
    if _TEMPLATE.search(name) or _FOR_TESTS.search(path):
        return _is_live
    return _is_any


def _is_any(_: Secret) -> bool:
    return True


def _is_live(secret: Secret) -> bool:
    return secret.proven or (secret.kind == "provider" and secret.grave)


def _is_proven(secret: Secret) -> bool:
    return secret.proven


def _serves_own_machine(corpus: Corpus, path: str, secret: Secret) -> bool:
    """Tell whether a value in a file for development is made for the developer's own machine."""
    if secret.kind in {"fallback", "well-known"}:
        return True
    return secret.kind == "named" and _OWN_MACHINE.search(corpus.read(path)[secret.start : secret.end]) is not None


def _is_shown(corpus: Corpus, path: str, secret: Secret) -> bool:
    """Tell whether a secret is shown as an example, or is meant to be seen by every browser."""
    if secret.proven or secret.kind == "reference":
        return False
    if "Google API" in secret.what and _BROWSER_KEYS.search(path):
        return True
    text = corpus.read(path)
    line = text[text.rfind(b"\n", 0, secret.start) + 1 : secret.start]
    if secret.kind == "provider" and _SHOWN.search(line):
        return True
    return _IN_EXAMPLES.search(text, max(0, secret.start - 500), secret.start) is not None
