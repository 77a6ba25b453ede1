"""Facts become routes: one module per web framework, found by being there.

A framework module holds ``PACKAGES`` (the dependencies that mean it is in use), ``TRIGGERS`` (texts without which a
source file cannot matter to it) and ``routes(project)``. ``docs/adding/framework.md`` says how to write one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from trustwright.review.model import DeclaredRoute
from trustwright.review.project import Project


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework module's name and what it holds."""

    name: str
    packages: tuple[str, ...]
    triggers: tuple[str, ...]
    routes: Callable[[Project], Iterable[DeclaredRoute]]


NOT_UNDERSTOOD: dict[str, str] = {
    "koa": "Koa", "@hapi/hapi": "hapi", "hono": "Hono", "@trpc/server": "tRPC", "@remix-run/node": "Remix",
    "@remix-run/server-runtime": "Remix", "react-router-hono-server": "React Router",
    "@react-router/node": "React Router",
    "@sveltejs/kit": "SvelteKit", "nuxt": "Nuxt", "@adonisjs/core": "AdonisJS", "sails": "Sails", "restify": "Restify",
    "apollo-server": "Apollo", "@apollo/server": "Apollo", "graphql-yoga": "GraphQL Yoga", "@ts-rest/core": "ts-rest",
    "@feathersjs/feathers": "Feathers", "loopback": "LoopBack", "@loopback/rest": "LoopBack", "elysia": "Elysia",
    "aiohttp": "aiohttp", "tornado": "Tornado", "sanic": "Sanic", "litestar": "Litestar", "falcon": "Falcon",
    "bottle": "Bottle", "pyramid": "Pyramid", "connexion": "Connexion", "django-ninja": "Django Ninja",
    "graphene-django": "Graphene", "graphene": "Graphene", "strawberry-graphql": "Strawberry", "ariadne": "Ariadne",
    "rails": "Rails", "sinatra": "Sinatra", "github.com/gin-gonic/gin": "Gin", "github.com/labstack/echo/v4": "Echo",
    "github.com/gofiber/fiber/v2": "Fiber", "github.com/go-chi/chi/v5": "chi",
}  # fmt: skip
"""Packages that serve requests in ways not read yet; their presence is shown as a gap, never as silence."""


@cache
def all_frameworks() -> tuple[Framework, ...]:
    """Return every framework that is understood, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = []
    for name in names:
        module = importlib.import_module(f"{__name__}.{name}")
        found.append(Framework(name.replace("_", "-"), module.PACKAGES, module.TRIGGERS, module.routes))
    return tuple(found)
