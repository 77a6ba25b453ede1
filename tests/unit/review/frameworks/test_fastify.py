"""Fastify: routes, plugins and their prefixes, which hooks run before which route, autoloaded folders."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.model import Access

APP = "const fastify = require('fastify')\nconst fp = require('fastify-plugin')\nconst app = fastify()\n"
AUTH = (
    "const auth = async (request, reply) => { if (!request.session.user) return reply.code(401).send() }\n"
    "const log = async (request) => { console.log(request.url) }\n"
    "const done = async () => ({})\n"
)


def guards_of(folder: Path, files: dict[str, str], name: str) -> list[str]:
    """Return the texts of a route's guards, with their doubts."""
    project = project_of(folder, files)
    route = next(route for route in project.routes if route.name == name)
    found = []
    for use in route.declared.guards:
        code = project.corpus.code(use.reference.path)
        assert code is not None
        text = code.source(use.reference.start, use.reference.end)
        found.append(f"{text} ({use.doubt})" if use.doubt else text)
    return found


ENDPOINTS = {
    "short": ("app.get('/items/:id', done)", {"GET /items/{id}"}),
    "with options": ("app.post('/x', { schema: {} }, done)", {"POST /x"}),
    "handler among the options": ("app.put('/x', { handler: done })", {"PUT /x"}),
    "whole": ("app.route({ method: 'DELETE', url: '/x', handler: done })", {"DELETE /x"}),
    "several methods": (
        "app.route({ method: ['GET', 'HEAD'], path: '/x', handler: done })\napp.all('/y', done)",
        {"GET /x", "HEAD /x", "ANY /y"},
    ),
    "routes in a list": (
        (
            "const list = [{ method: 'GET', url: '/a', handler: done }, { method: 'GET', url: '/b', handler: done }]\n"
            "list.forEach((route) => app.route(route))"
        ),
        {"GET /a", "GET /b"},
    ),
    "loop over pairs": (
        "for (const [name, kind] of [['a', 1], ['b', 2]]) app.get(`/${name}`, done)",
        {"GET /a", "GET /b"},
    ),
    "wildcard and pattern": (
        "app.get('/files/*', done)\napp.get('/n/:id(^\\\\d+)', done)",
        {"GET /files/**", "GET /n/{id}"},
    ),
    "typed": ("app.withTypeProvider().get('/x', done)", {"GET /x"}),
    "method known at run time": ("table.forEach((m, path) => app[m](path, {}, done))", {"ANY /{path}"}),
    "proxy": ("app.register(require('@fastify/http-proxy'), { upstream: 'http://x', prefix: '/up' })", {"ANY /up/**"}),
    "not Fastify": ("new Map().get('/x', done)", set()),
}


@pytest.mark.parametrize(("text", "expected"), ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_a_route_is_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert set(routes_of(tmp_path, {"app.js": APP + AUTH + text + "\n"})) == expected


PLUGIN = "module.exports = async function (fastify, options) { fastify.get('/:id', async () => ({})) }\n"
PLUGINS = {
    "prefix": ("app.register(require('./users'), { prefix: '/users' })", {"GET /users/{id}"}),
    "prefix without a slash": ("app.register(require('./users'), { prefix: 'users' })", {"GET /users/{id}"}),
    "none": ("app.register(require('./users'))", {"GET /{id}"}),
    "nested": (
        "app.register(async (one) => { one.register(require('./users'), { prefix: '/users' }) }, { prefix: '/api' })",
        {"GET /api/users/{id}"},
    ),
    "imported when needed": ("app.register(import('./users.js'), { prefix: '/users' })", {"GET /users/{id}"}),
    "wrapped": ("app.register(fp(async (one) => { one.get('/x', done) }), { prefix: '/left/out' })", {"GET /x"}),
    "slash for the prefix itself": (
        "app.register(async (one) => { one.get('/', done) }, { prefix: '/x' })",
        {"GET /x"},
    ),
    "twice": (
        "const u = require('./users')\napp.register(u, { prefix: '/a' })\napp.register(u, { prefix: '/b' })",
        {"GET /a/{id}", "GET /b/{id}"},
    ),
    "options decide": (
        (
            "const two = async (one, options) => {\n  if (options.on) one.get('/on', done)\n"
            "  if (options.off) one.get('/off', done)\n}\napp.register(two, { on: true })"
        ),
        {"GET /on"},
    ),
    "itself": (
        "const again = async (one) => { one.get('/x', done); one.register(again) }\napp.register(again)",
        {"GET /x"},
    ),
    "never registered": ("const unused = async (one) => { one.get('/x', done) }", set()),
}


@pytest.mark.parametrize(("text", "expected"), PLUGINS.values(), ids=PLUGINS.keys())
def test_a_plugin_is_followed_from_the_instance(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert set(routes_of(tmp_path, {"app.js": APP + AUTH + text + "\n", "users.js": PLUGIN})) == expected


HOOKS = {
    "on the route, by phase": (
        "app.get('/x', { preHandler: [log, auth], onRequest: auth }, done)",
        ["auth", "log", "auth"],
    ),
    "of the context, before or after": (
        "app.addHook('onRequest', auth)\napp.get('/x', done)\napp.addHook('preHandler', log)",
        ["auth", "log"],
    ),
    "hooks after the handler are none": ("app.addHook('onSend', auth)\napp.get('/x', done)", []),
    "of the parent": (
        "app.addHook('onRequest', auth)\napp.register(async (one) => { one.get('/x', done) })",
        ["auth"],
    ),
    "of the parent, added while the plugin waits": (
        "app.register(async (one) => { one.get('/x', done) })\napp.addHook('onRequest', auth)",
        ["auth"],
    ),
    "of the parent, added after an awaited plugin": (
        (
            "async function start() {\n  await app.register(async (one) => { one.get('/x', done) })\n"
            "  app.addHook('onRequest', auth)\n}\nstart()"
        ),
        [],
    ),
    "not of a sibling": (
        (
            "app.register(async (one) => { one.addHook('onRequest', auth) })\napp.register(async (two) => { "
            "two.get('/x', done) })"
        ),
        [],
    ),
    "of a wrapped plugin before": (
        (
            "app.register(fp(async (one) => { one.addHook('onRequest', auth) }))\napp.register(async (two) => { "
            "two.get('/x', done) })"
        ),
        ["auth"],
    ),
    "not of a wrapped plugin after": (
        (
            "app.register(async (two) => { two.get('/x', done) })\napp.register(fp(async (one) => { "
            "one.addHook('onRequest', auth) }))"
        ),
        [],
    ),
    "decorator": (
        (
            "app.decorate('authenticate', auth)\napp.register(async (one) => { one.get('/x', { onRequest: "
            "[one.authenticate] }, done) })"
        ),
        ["auth"],
    ),
    "checks of @fastify/auth, all of them": (
        (
            "app.decorate('check', auth)\napp.get('/x', { preHandler: app.auth([app.check, log], { relation: 'and' "
            "}) }, done)"
        ),
        ["auth", "log"],
    ),
    "put on the request": (
        "app.decorateRequest('check', auth)\napp.get('/x', { onRequest: (request) => request.check() }, done)",
        ["(request) => request.check()", "auth"],
    ),
    "plugin that checks by itself": (
        "app.register(require('@fastify/bearer-auth'), { keys })\napp.get('/x', done)",
        ["require('@fastify/bearer-auth')"],
    ),
    "under a condition": (
        "if (config.secure) app.addHook('onRequest', auth)\napp.get('/x', done)",
        ["auth (it is attached only when config.secure)"],
    ),
    "shared options": (
        "const secured = { onRequest: auth }\napp.get('/x', { ...secured, schema: {} }, done)",
        ["auth"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), HOOKS.values(), ids=HOOKS.keys())
def test_hooks_run_before_the_routes_of_their_context(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert guards_of(tmp_path, {"app.js": APP + AUTH + text + "\n"}, "GET /x") == expected


def test_options_that_are_made_at_run_time_leave_the_question_open(tmp_path: Path) -> None:
    text = "app.get('/x', { ...made() }, done)\napp.get('/y', {}, done)\n"
    found = routes_of(tmp_path, {"app.js": APP + AUTH + text})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /x": Access.UNKNOWN, "GET /y": Access.ABSENT}


def test_what_a_routes_config_lifts_of_a_hook_is_not_reached(tmp_path: Path) -> None:
    text = (
        "app.addHook('onRequest', async (request, reply) => {\n"
        "  if (request.routeOptions.config.open) return\n"
        "  if (!request.session.user) return reply.code(401).send()\n})\n"
        "app.get('/open', { config: { open: true } }, done)\napp.get('/x', done)\n"
    )
    files = {"app.js": APP + AUTH + text}
    routes = {route.name: route.declared for route in project_of(tmp_path, files).routes}
    unreached = {
        name: [files["app.js"][item.start : item.end].strip() for use in route.guards for item in use.unreached]
        for name, route in routes.items()
    }
    assert unreached == {
        "GET /open": ["if (!request.session.user) return reply.code(401).send()\n}"],
        "GET /x": ["return"],
    }


def test_a_hook_that_lets_paths_through_guards_the_others(tmp_path: Path) -> None:
    text = (
        "app.addHook('onRequest', async (request, reply) => {\n"
        "  if (request.url.startsWith('/open')) return\n"
        "  if (!request.session.user) return reply.code(401).send()\n})\n"
        "app.get('/open/x', done)\napp.get('/x', done)\n"
    )
    found = routes_of(tmp_path, {"app.js": APP + AUTH + text})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /open/x": Access.ABSENT, "GET /x": Access.ENFORCED}


def test_a_path_that_a_function_of_the_hook_names_is_an_open_question(tmp_path: Path) -> None:
    text = (
        "const OPEN = ['/a', '/b']\n"
        "function check(request) {\n  if (OPEN.includes(request.url)) return { known: true }\n"
        "  return { known: Boolean(request.session.user) }\n}\n"
        "app.addHook('onRequest', async (request, reply) => {\n  const { known } = await check(request)\n"
        "  if (known) return\n  return reply.code(401).send({ error: 'Unauthorized' })\n})\n"
        "app.get('/a', done)\napp.get('/x', done)\n"
    )
    found = routes_of(tmp_path, {"app.js": APP + AUTH + text})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /a": Access.UNKNOWN, "GET /x": Access.ENFORCED}


def test_options_of_a_plugin_settle_what_its_hook_does(tmp_path: Path) -> None:
    text = (
        "const check = fp(async (one, options) => {\n  one.addHook('onRequest', async (request, reply) => {\n"
        "    if (options.optional) return\n    if (!request.session.user) return reply.code(401).send()\n  })\n})\n"
        "app.register(async (a) => { a.register(check, { optional: true }); a.get('/a', done) })\n"
        "app.register(async (b) => { b.register(check); b.get('/b', done) })\n"
    )
    found = routes_of(tmp_path, {"app.js": APP + AUTH + text})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /a": Access.ABSENT, "GET /b": Access.ENFORCED}


AUTOLOADED = {
    "server.mjs": (
        "import Fastify from 'fastify'\nimport AutoLoad from '@fastify/autoload'\nimport { join } from 'node:path'\n"
        "const app = Fastify()\n"
        "app.register(AutoLoad, { dir: join(import.meta.dirname, 'plugins') })\n"
        "app.register(AutoLoad, {\n  dir: join(import.meta.dirname, 'routes'), autoHooks: true, cascadeHooks: true,\n"
        "  routeParams: true, options: { prefix: '/v1' }\n})\n"
    ),
    "plugins/check.mjs": (
        "import fp from 'fastify-plugin'\nexport default fp(async (app) => { app.decorate('check', async () => {}) })\n"
    ),
    "routes/root.mjs": "export default async (app) => { app.get('/', async () => ({})) }\n",
    "routes/users/autohooks.mjs": (
        "export default async (app) => {\n  app.addHook('onRequest', async function hook(request, reply) {})\n}\n"
    ),
    "routes/users/index.mjs": "export default async (app) => { app.get('/', async () => ({})) }\n",
    "routes/users/ignored.mjs": "export default async (app) => { app.get('/ignored', async () => ({})) }\n",
    "routes/users/_id/index.mjs": "export default async (app) => { app.delete('/', async () => ({})) }\n",
    "routes/pets/list.mjs": (
        "export const autoPrefix = '/animals'\nexport default async (app) => { app.get('/all', async () => ({})) }\n"
    ),
}


def test_autoloaded_folders_give_prefixes_and_hooks(tmp_path: Path) -> None:
    found = routes_of(tmp_path, AUTOLOADED)
    assert {name: len(route.declared.guards) for name, route in found.items()} == {
        "GET /v1": 0,
        "GET /v1/users": 1,
        "DELETE /v1/users/{id}": 1,
        "GET /v1/animals/all": 0,
    }


def test_an_application_that_fastify_cli_starts_is_found(tmp_path: Path) -> None:
    files = {
        "package.json": '{"scripts": {"start": "npm run build && fastify start -l info dist/app.js"}}',
        "src/app.ts": (
            "import type { FastifyInstance } from 'fastify'\n"
            "export default async function (app: FastifyInstance) { app.get('/x', async () => ({})) }\n"
        ),
    }
    assert set(routes_of(tmp_path, files)) == {"GET /x"}


def test_a_route_says_where_it_is_declared_and_what_handles_it(tmp_path: Path) -> None:
    files = {
        "app.js": APP
        + "const { read } = require('./handlers')\napp\n  .get('/x', {}, read)\napp.route({\n  method: 'GET',"
        " url: '/y', handler: async function named () {} })\n",
        "handlers.js": "exports.read = async () => ({})\n",
    }
    found = routes_of(tmp_path, files)
    places = {name: (str(route.declared.location), route.declared.handler_name) for name, route in found.items()}
    assert places == {"GET /x": ("app.js:6", "read"), "GET /y": ("app.js:7", "named")}


HOSTILE = {
    "no arguments": "app.get()\napp.route()\napp.register()\napp.addHook()\napp.decorate()\napp.addHook('onRequest')\n",
    "options spread into themselves": "let o = { a: 1 }\no = { ...o }\napp.get('/x', o, () => {})\n",
    "lists spread into themselves": "let l = [1]\nl = [...l]\napp.get('/x', { onRequest: l }, () => {})\n",
    "decorators of one another": (
        "app.decorate('a', app.b)\napp.decorate('b', app.a)\napp.get('/x', { onRequest: app.a }, () => {})\n"
    ),
    "half a file": "app.get('/x', (req, res => {\n",
    "autoload of nothing": "app.register(require('@fastify/autoload'), { dir: nowhere() })\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_odd_code_does_no_harm(tmp_path: Path, text: str) -> None:
    assert set(routes_of(tmp_path, {"app.js": APP + text})) <= {"GET /x"}


def test_a_plugin_that_registers_itself_comes_to_an_end(tmp_path: Path) -> None:
    routes = routes_of(
        tmp_path,
        {
            "app.js": "const fastify = require('fastify');\nconst app = fastify();\n"
            "async function plugin(f) { f.get('/a', () => 1); f.register(plugin, { prefix: '/x' }); }\n"
            "app.register(plugin);\napp.listen({ port: 1 });\n"
        },
    )
    assert "GET /a" in routes
