"""The whole repository as frameworks and rules see it: code, routes, infrastructure, delivery, documents."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from trustwright.review.link.corpus import Corpus
from trustwright.review.link.delivery import Pipeline
from trustwright.review.link.held_secrets import HeldSecret, held_secrets
from trustwright.review.link.infrastructure import Resource
from trustwright.review.link.manifests import LOCK_FILES, Manifests
from trustwright.review.link.manifests import is_candidate as is_manifest
from trustwright.review.link.manifests import manifests as read_manifests
from trustwright.review.link.modules import Modules
from trustwright.review.link.pipelines import is_candidate as is_pipeline
from trustwright.review.link.pipelines import pipelines as read_pipelines
from trustwright.review.link.resources import is_candidate as is_resource
from trustwright.review.link.resources import resources as read_resources
from trustwright.review.link.services import Service
from trustwright.review.link.services import services as find_services
from trustwright.review.link.symbols import Symbols
from trustwright.review.model import Gap, Route
from trustwright.review.settings import Settings
from trustwright.review.source import dockerfile, markdown, settings, sql
from trustwright.review.source.code import Code
from trustwright.review.source.errors import SourceError
from trustwright.review.source.tree import Tree

T = TypeVar("T")
_HANDWRITTEN = frozenset({"production", "example"})


class Project:
    """What a framework or a rule may ask of the repository under review.

    Everything is read when first asked for. ``gaps`` collects what could not be read on the way.
    """

    def __init__(self, corpus: Corpus, settings: Settings) -> None:
        """Take the files and the company's settings."""
        self.corpus = corpus
        self.settings = settings
        self.symbols = Symbols(corpus, Modules(corpus))
        self.routes: tuple[Route, ...] = ()
        """The route map; empty until the engine has run the frameworks."""
        self.gaps: list[Gap] = []

    def production(self) -> Iterator[Code]:
        """Yield the source files that run in production and hold a text some rule or framework looks for."""
        return self.corpus.production()

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Everything that Terraform, CloudFormation, Kubernetes manifests and compose files declare."""
        found, gaps = read_resources(self._documents(is_resource))
        self.gaps += gaps
        return found

    @cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """The delivery map: every pipeline with its jobs, steps and what they do."""
        found, gaps = read_pipelines(self._documents(is_pipeline, roles=frozenset({*_HANDWRITTEN, "test"})))
        self.gaps += gaps
        return found

    @cached_property
    def manifests(self) -> Manifests:
        """Dependencies and lock files."""
        found, gaps = read_manifests(self._documents(is_manifest))
        self.gaps += gaps
        return found

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """What answers requests, each with its folder; known once the routes are."""
        return find_services(self.manifests, self.routes)

    @cached_property
    def statements(self) -> tuple[tuple[str, tuple[sql.Statement, ...]], ...]:
        """The SQL files (migrations among them) with their statements, by path."""
        return self._parsed(sql.parse, ".sql")

    @cached_property
    def dockerfiles(self) -> tuple[tuple[str, dockerfile.Dockerfile], ...]:
        """The Dockerfiles, by path."""
        names = tuple(
            sorted(
                {
                    name
                    for path in self.corpus.files
                    if "dockerfile" in (name := path.rpartition("/")[2]).lower() and not name.endswith((".md", ".ts"))
                }
            )
        )
        return self._parsed(dockerfile.parse, names=names) if names else ()

    @cached_property
    def documents(self) -> tuple[tuple[str, markdown.Document], ...]:
        """The Markdown documents, by path: policies, plans, procedures."""
        return self._parsed(markdown.parse, ".md", ".markdown", every=True)

    @cached_property
    def settings_files(self) -> tuple[tuple[str, Tree], ...]:
        """The ``.env``, ini and properties files, by path."""
        names = tuple(
            sorted({path.rpartition("/")[2] for path in self.corpus.files if ".env" in path.rpartition("/")[2]})
        )
        return self._parsed(settings.parse, ".env", ".ini", ".cfg", ".properties", ".conf", names=names)

    @cached_property
    def secrets(self) -> tuple[HeldSecret, ...]:
        """The secrets that stand in files, and the places that read one from outside."""
        return tuple(held_secrets(self.symbols))

    def _documents(
        self,
        wanted: Callable[[str], bool],
        roles: frozenset[str] = _HANDWRITTEN,
    ) -> Iterable[tuple[str, bytes]]:
        for path, file in sorted(self.corpus.files.items()):
            if file.role in roles and wanted(path):
                # That a lock file is there is all that matters of it, and many are larger than what is read.
                yield path, b"" if path.rpartition("/")[2] in LOCK_FILES else self.corpus.read(path)

    def _parsed(
        self, parse: Callable[[str, bytes], T], *suffixes: str, names: tuple[str, ...] = (), every: bool = False
    ) -> tuple[tuple[str, T], ...]:
        found = []
        for path in sorted(self.corpus.paths(*suffixes, names=names)):
            if not every and self.corpus.files[path].role not in _HANDWRITTEN:
                continue
            try:
                found.append((path, parse(path, self.corpus.read(path))))
            except SourceError as error:
                self.gaps.append(error.gap())
        return tuple(found)
