"""Express: every way to register a route, to mount a router, and to put a guard before it."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.model import Access

APP = "const express = require('express')\nconst app = express()\n"
GUARDS = (
    "exports.auth = (req, res, next) => { if (!req.session.user) return res.status(401).end(); next() }\n"
    "exports.admin = (req, res, next) => { if (req.user.role !== 'admin') return res.status(403).end(); next() }\n"
    "exports.log = (req, res, next) => { console.log(req.url); next() }\n"
)
USE_GUARDS = APP + "const { auth, admin, log } = require('./guards')\nconst done = (req, res) => res.json({})\n"
USERS = (
    "const { Router } = require('express')\nconst router = Router()\n"
    "router.get('/:id', (req, res) => res.json({}))\nmodule.exports = router\n"
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


H = "(req, res) => res.json({})"
ENDPOINTS = {
    "method": (f"app.get('/items/:id', {H})", {"GET /items/{id}"}),
    "every method": (
        "\n".join(
            (f"app.{name}('/x', {H})") for name in ("get", "post", "put", "patch", "delete", "options", "head", "all")
        ),
        {f"{name} /x" for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "ANY")},
    ),
    "chain": (f"app.get('/a', {H}).post('/b', {H})", {"GET /a", "POST /b"}),
    "route": (f"app.route('/x').all({H}).get({H})\n  .post({H})", {"ANY /x", "GET /x", "POST /x"}),
    "route kept": (f"const r = app.route('/x')\nr.get({H})", {"GET /x"}),
    "several paths": (f"app.get(['/a', '/b/:c'], {H})", {"GET /a", "GET /b/{c}"}),
    "parameters with patterns": (f"app.get('/a/:id(\\\\d+)/:tab?', {H})", {"GET /a/{id}/{tab}"}),
    "Express 5 wildcard and option": (
        (f"app.get('/f/*rest', {H})\napp.get('/a{{/:b}}', {H})"),
        {"GET /f/**", "GET /a/{b}"},
    ),
    "pattern": (f"app.get(/^\\/api\\/(v1|v2)\\/x$/, {H})\napp.get(/^\\/plain$/, {H})", {"GET /api/**", "GET /plain"}),
    "constant path": (
        (f"const BASE = '/v1'\napp.get(`${{BASE}}/x`, {H})\napp.get(BASE + '/y', {H})"),
        {"GET /v1/x", "GET /v1/y"},
    ),
    "path from outside": (
        (f"app.get(`/${{process.env.BASE}}/x`, {H})\napp.get(where(), {H})"),
        {"GET /{BASE}/x", "GET /{where}"},
    ),
    "paths in an object": (
        (f"const P = {{ a: '/a', deep: {{ b: '/b' }} }}\napp.get(P.a, {H})\napp.get(P.deep.b, {H})"),
        {"GET /a", "GET /b"},
    ),
    "loop": (f"for (const name of ['a', 'b']) app.get(`/${{name}}`, {H})", {"GET /a", "GET /b"}),
    "forEach over objects": (
        (
            "const all = [{ method: 'get', path: '/a' }, { method: 'post', path: '/b' }]\n"
            f"all.forEach(({{ method, path }}) => app[method](path, {H}))"
        ),
        {"GET /a", "POST /b"},
    ),
    "entries of an object": (
        (f"Object.entries({{ a: 1, b: 2 }}).forEach(([key]) => app.get('/' + key, {H}))"),
        {"GET /a", "GET /b"},
    ),
    "a setting, not a route": ("app.get('env')", set()),
    "inside a callback": (f"connect().then(() => {{ app.get('/x', {H}) }})", {"GET /x"}),
    "function given the application": (
        (f"function routes(app, db) {{ app.get('/x', {H}) }}\nroutes(app, 1)"),
        {"GET /x"},
    ),
    "helper given a path": (
        (f"const add = (path) => app.get('/api' + path, {H})\nadd('/a')\nadd('/b')"),
        {"GET /api/a", "GET /api/b"},
    ),
    "function never called": (f"function routes(other) {{ other.get('/x', {H}) }}", set()),
    "handler for whatever is left": ("app.all('*', (req, res) => res.status(404).end())", set()),
    "preflight": (f"app.options('*', {H})", set()),
    "answer by use": ("app.use('/x', (req, res) => res.send('x'))", {"ANY /x"}),
    "middleware by use": ("app.use('/x', (req, res, next) => next())\napp.use((req, res) => res.send(''))", set()),
    "people's files": (
        ("app.use('/uploads', express.static('uploads'))\napp.use(express.static('public'))"),
        {"GET /uploads/**"},
    ),
    "not Express": ("const cache = new Map()\ncache.get('/x', 1)", set()),
}


@pytest.mark.parametrize(("text", "expected"), ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_a_route_is_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert set(routes_of(tmp_path, {"app.js": APP + text + "\n"})) == expected


MOUNTS = {
    "router": ("app.use('/users', require('./users'))", {"GET /users/{id}"}),
    "below a router": (
        "const outer = express.Router()\nouter.use('/users', require('./users'))\napp.use('/api', outer)",
        {"GET /api/users/{id}"},
    ),
    "twice": ("const u = require('./users')\napp.use('/a', u)\napp.use('/b', u)", {"GET /a/{id}", "GET /b/{id}"}),
    "several paths": ("app.use(['/a', '/b'], require('./users'))", {"GET /a/{id}", "GET /b/{id}"}),
    "a list": (
        ("const x = express.Router()\nx.get('/x', (q, s) => s.end())\napp.use([x, require('./users')])"),
        {"GET /x", "GET /{id}"},
    ),
    "loop over objects": (
        (
            "const all = [{ path: '/a', router: require('./users') }]\n"
            "all.forEach((one) => app.use(one.path, one.router))"
        ),
        {"GET /a/{id}"},
    ),
    "an application below": (
        ("const sub = express()\nsub.use('/users', require('./users'))\napp.use('/sub', sub)"),
        {"GET /sub/users/{id}"},
    ),
    "path from outside": ("app.use(config.prefix, require('./users'))", {"GET /{prefix}/{id}"}),
    "folder read at start": (
        (
            "const fs = require('fs'), path = require('path')\n"
            "fs.readdirSync(path.join(__dirname, 'api')).filter((f) => f.endsWith('.js'))\n"
            "  .forEach((file) => app.use('/' + path.basename(file, '.js'), require('./api/' + file)))"
        ),
        {"GET /pets/{id}"},
    ),
    "never mounted": ("require('./users')", set()),
    "itself": ("const r = express.Router()\nr.use(r)\nr.get('/x', (q, s) => s.end())\napp.use(r)", {"GET /x"}),
}


@pytest.mark.parametrize(("text", "expected"), MOUNTS.values(), ids=MOUNTS.keys())
def test_a_router_is_followed_from_the_application(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert (
        set(routes_of(tmp_path, {"app.js": APP + text + "\n", "users.js": USERS, ("api/pets.js"): USERS})) == expected
    )


FILES = {
    "factory in another file": {
        "app.js": APP + "app.use('/x', require('./x')({ db: 1 }))\n",
        "x.js": (
            "const express = require('express')\nmodule.exports = (options) => {\n"
            "  const r = express.Router()\n  r.get('/y', (q, s) => s.end())\n  return r\n}\n"
        ),
    },
    "application exported and imported": {
        "app.js": APP + "module.exports = app\nrequire('./x/y')\n",
        "x/y.js": "const app = require('../app')\napp.get('/x/y', (q, s) => s.end())\n",
    },
    "application made in a function": {
        "index.ts": "import { make } from './server'\nmake()\n",
        "server.ts": (
            "import express, { type Application } from 'express'\nimport { routes } from './routes'\n"
            "export function make() { const app: Application = express(); routes(app); return app }\n"
        ),
        "routes.ts": (
            "import type { Application } from 'express'\n"
            "export const routes = (app: Application) => { app.get('/x/y', (q, s) => { s.end() }) }\n"
        ),
    },
    "classes": {
        "app.ts": (
            "import express from 'express'\nimport X from './x'\n"
            "class App {\n  public app: express.Application\n  constructor(routes: any[]) {\n"
            "    this.app = express()\n"
            "    this.mount(routes)\n  }\n  private mount(routes: any[]) {\n"
            "    routes.forEach((one) => { this.app.use(one.path, one.router) })\n  }\n}\nnew App([new X()])\n"
        ),
        "x.ts": (
            "import { Router } from 'express'\nclass Base { router = Router() }\n"
            "export default class X extends Base {\n  path = '/x'\n"
            "  constructor() { super(); this.router.get('/y', this.read) }\n"
            "  read = (req, res) => res.json({})\n}\n"
        ),
    },
    "exported instance and static method": {
        "app.ts": (
            "import express from 'express'\nimport { x } from './x'\nconst app = express()\n"
            "app.use('/x', x.getRouter())\n"
        ),
        "x.ts": (
            "import * as express from 'express'\nclass X {\n  private readonly router: express.Router\n"
            "  constructor() { this.router = express.Router(); this.init() }\n"
            "  init() { this.router.route('/y').get(X.read) }\n  static read(req, res) { res.json({}) }\n"
            "  getRouter() { return this.router }\n}\nexport const x = new X()\n"
        ),
    },
    "barrel of routers": {
        "app.ts": (
            "import express from 'express'\nimport * as routes from './routes'\nconst app = express()\n"
            "app.use('/x', routes.y)\n"
        ),
        "routes/index.ts": "export { default as y } from './y'\n",
        "routes/y.ts": (
            "import { Router } from 'express'\nconst r = Router()\nr.get('/y', (q, s) => { s.end() })\n"
            "export default r\n"
        ),
    },
    "function called with new": {
        "app.js": APP + "const X = require('./x')\nconst x = new X(app)\nx.setUp()\n",
        "x.js": (
            "function X(app) { this.app = app }\n"
            "X.prototype.setUp = function () { this.app.get('/x/y', (q, s) => s.end()) }\nmodule.exports = X\n"
        ),
    },
    "wrappers": {
        "app.js": (
            "const express = require('express')\nconst { addAsync } = require('@awaitjs/express')\n"
            "const Router = require('express-promise-router')\nconst app = addAsync(express())\n"
            "const r = new Router()\n"
            "r.get('/y', async (q, s) => s.end())\napp.useAsync('/x', r)\n"
        ),
    },
}


@pytest.mark.parametrize("files", FILES.values(), ids=FILES.keys())
def test_set_up_code_is_followed_across_files(tmp_path: Path, files: dict[str, str]) -> None:
    assert set(routes_of(tmp_path, files)) == {"GET /x/y"}


ORDER = {
    "on the route": ("app.get('/x', auth, [log, admin], done)", ["auth", "log", "admin"]),
    "by use before": ("app.use(auth)\napp.get('/x', done)\napp.use(admin)", ["auth"]),
    "below its path only": ("app.use('/x', auth)\napp.use('/xy', admin)\napp.get('/x', done)", ["auth"]),
    "whatever the case of letters": ("app.use('/X', auth)\napp.get('/x', done)", ["auth"]),
    "parameters match anything": ("app.use('/:any', auth)\napp.get('/x', done)", ["auth"]),
    "a pattern may not match": ("app.use('/:id(\\\\d+)', auth)\napp.get('/x', done)", []),
    "with the router": (
        "const r = express.Router()\nr.get('/', done)\napp.use('/x', auth, log, r)",
        ["auth", "log"],
    ),
    "inside the router": (
        "const r = express.Router()\nr.use(auth)\nr.get('/', done)\nr.use(admin)\napp.use('/x', r)",
        ["auth"],
    ),
    "of a router passed through": (
        "const r = express.Router()\nr.use(auth)\napp.use(r)\napp.get('/x', done)",
        ["auth"],
    ),
    "for all below": ("app.all('*', auth)\napp.get('/x', done)", ["auth"]),
    "same place, other method": ("app.post('/x', auth)\napp.get('/x', done)", []),
    "same place first": ("app.get('/x', auth)\napp.get('/x', log, done)", ["auth", "log"]),
    "for all methods of a route": ("app.route('/x').all(auth).get(done)", ["auth"]),
    "spread": ("const both = [auth, admin]\napp.get('/x', ...both, done)", ["auth", "admin"]),
    "given to a function": ("const add = (guard) => app.get('/x', guard, done)\nadd(auth)", ["auth"]),
    "under a condition": (
        "if (config.secure) app.use(auth)\napp.get('/x', done)",
        ["auth (it is attached only when config.secure)"],
    ),
    "under the condition of the mount": (
        "const r = express.Router()\nr.get('/', done)\nif (config.on) app.use('/x', auth, r)",
        ["auth"],
    ),
    "under the same condition": ("if (config.on) {\n  app.use(auth)\n  app.get('/x', done)\n}", ["auth"]),
    "unless a condition holds": (
        "if (dev) { log() } else { app.use(auth) }\napp.get('/x', done)",
        ["auth (it is attached only when not (dev))"],
    ),
    "error handlers are none": ("app.use((error, req, res, next) => next())\napp.get('/x', done)", []),
}


@pytest.mark.parametrize(("text", "expected"), ORDER.values(), ids=ORDER.keys())
def test_guards_come_in_the_order_in_which_they_run(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert guards_of(tmp_path, {"app.js": USE_GUARDS + text + "\n", "guards.js": GUARDS}, "GET /x") == expected


def test_a_parameters_check_guards_the_routes_that_have_it(tmp_path: Path) -> None:
    files = {"app.js": USE_GUARDS + "app.param('id', auth)\napp.get('/x/:id', done)\n", "guards.js": GUARDS}
    assert guards_of(tmp_path, files, "GET /x/{id}") == ["auth"]


def test_guards_behind_wrappers_and_methods_are_judged_by_their_bodies(tmp_path: Path) -> None:
    text = (
        "const wrap = (f) => (req, res, next) => Promise.resolve(f(req, res, next)).catch(next)\n"
        "function Sessions(db) {\n  this.check = (req, res, next) => {\n"
        "    if (!req.session.user) return res.redirect('/login')\n    next()\n  }\n}\n"
        "const sessions = new Sessions(1)\nconst check = sessions.check\n"
        "app.get('/a', wrap(auth), done)\napp.get('/b', check, done)\napp.get('/c', wrap(log), done)\n"
    )
    found = routes_of(tmp_path, {"app.js": USE_GUARDS + text, "guards.js": GUARDS})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /a": Access.ENFORCED, "GET /b": Access.ENFORCED, "GET /c": Access.ABSENT}


WRAPPERS = {
    "always runs it": ("const wrap = (f) => (req, res, next) => f(req, res, next)", Access.ENFORCED),
    "may skip it": (
        "const wrap = (f) => (req, res, next) => { if (skips(req)) return next(); f(req, res, next) }",
        Access.UNKNOWN,
    ),
    "skips it for other methods": (
        "const wrap = (f) => (req, res, next) => { if (req.method === 'POST') return next(); f(req, res, next) }",
        Access.ENFORCED,
    ),
    "skips it for this method": (
        "const wrap = (f) => (req, res, next) => { if (req.method === 'GET') return next(); f(req, res, next) }",
        Access.ABSENT,
    ),
    "skips it by a function that asks the method": (
        (
            "const open = (req) => req.method === 'POST' && known(req)\n"
            "const wrap = (f) => (req, res, next) => { if (open(req)) return next(); f(req, res, next) }"
        ),
        Access.ENFORCED,
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRAPPERS.values(), ids=WRAPPERS.keys())
def test_a_wrapped_guard_counts_when_the_wrapper_runs_it(tmp_path: Path, text: str, expected: Access) -> None:
    files = {"app.js": USE_GUARDS + text + "\napp.use(wrap(auth))\napp.get('/x', done)\n", "guards.js": GUARDS}
    assert routes_of(tmp_path, files)["GET /x"].authentication.value == expected


def test_options_of_a_guards_factory_settle_what_it_does(tmp_path: Path) -> None:
    text = (
        "const check = (options) => (req, res, next) => {\n  if (options.optional) return next()\n"
        "  if (!req.session.user) return res.status(401).end()\n  next()\n}\n"
        "app.get('/a', check({ optional: true }), done)\napp.get('/b', check({}), done)\n"
    )
    found = routes_of(tmp_path, {"app.js": USE_GUARDS + text, "guards.js": GUARDS})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /a": Access.ABSENT, "GET /b": Access.ENFORCED}


def test_a_guard_that_lets_a_path_through_sees_it_without_the_mount(tmp_path: Path) -> None:
    text = (
        "const most = (req, res, next) => {\n  if (req.path === '/open') return next()\n"
        "  if (!req.session.user) return res.status(401).end()\n  next()\n}\n"
        "app.use('/api', most)\napp.get('/api/open', done)\napp.get('/api/x', done)\n"
    )
    found = routes_of(tmp_path, {"app.js": USE_GUARDS + text, "guards.js": GUARDS})
    verdicts = {name: route.authentication.value for name, route in found.items()}
    assert verdicts == {"GET /api/open": Access.ABSENT, "GET /api/x": Access.ENFORCED}


def test_a_guard_that_asks_a_list_made_at_run_time_is_doubtful(tmp_path: Path) -> None:
    text = (
        "const open = LIST.filter((one) => one !== process.env.CLOSED)\n"
        "app.use((req, res, next) => {\n  const listed = open.some((one) => req.path.startsWith(one))\n"
        "  if (listed) {\n    next()\n  } else {\n"
        "    if (!req.session.user) return res.status(401).end()\n    next()\n  }\n})\n"
        "app.get('/x', done)\n"
    )
    found = routes_of(tmp_path, {"app.js": USE_GUARDS + text, "guards.js": GUARDS})
    assert found["GET /x"].authentication.value is Access.UNKNOWN


def test_a_guard_before_generated_routes_covers_them(tmp_path: Path) -> None:
    text = (
        "const finale = require('finale-rest')\napp.use('/api/items/:id', auth)\napp.post('/api/items', admin)\n"
        "finale.initialize({ app, sequelize })\n"
        "for (const { name, model } of [{ name: 'items', model: 1 }]) {\n"
        "  finale.resource({ model, endpoints: [`/api/${name}`, `/api/${name}/:id`], excludeActions: ['delete'] })\n"
        "}\n"
    )
    files = {"app.js": USE_GUARDS + text, "guards.js": GUARDS}
    assert set(routes_of(tmp_path, files)) == {
        "GET /api/items",
        "POST /api/items",
        "GET /api/items/{id}",
        "PUT /api/items/{id}",
    }
    assert guards_of(tmp_path, files, "GET /api/items") == []
    assert guards_of(tmp_path, files, "POST /api/items") == ["admin"]
    assert guards_of(tmp_path, files, "PUT /api/items/{id}") == ["auth"]


def test_a_route_says_where_it_is_declared_and_what_handles_it(tmp_path: Path) -> None:
    files = {
        "app.js": (
            "const express = require('express')\nconst { read, remove } = require('./handlers')\n"
            "const app = express()\n"
            "app.route('/x')\n  .get(read)\n  .delete(remove())\n"
            "const page = (path) => app.get(path, read)\npage('/y')\n"
        ),
        "handlers.js": "exports.read = (req, res) => {}\nexports.remove = () =>\n  (req, res) => {}\n",
    }
    found = routes_of(tmp_path, files)
    places = {name: (str(route.declared.location), route.declared.handler_name) for name, route in found.items()}
    assert places == {
        "GET /x": ("app.js:5", "read"),
        "DELETE /x": ("app.js:6", "remove"),
        "GET /y": ("app.js:8", "read"),
    }
    handler = found["DELETE /x"].declared.handler
    assert handler is not None
    assert files[handler.path][handler.start : handler.end] == "(req, res) => {}"


def test_a_router_that_is_never_mounted_is_told(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"app.js": APP, "users.js": USERS})
    assert not project.routes
    assert [(gap.kind, gap.path) for gap in project.gaps if gap.kind == "not-understood"] == [
        ("not-understood", "users.js")
    ]


def test_a_route_registered_alike_by_two_applications_is_one(tmp_path: Path) -> None:
    text = (
        "function setUp(app) { app.get('/x', (req, res) => res.end()) }\n"
        "setUp(app)\nmodule.exports.forTests = () => { const other = express(); setUp(other); return other }\n"
    )
    project = project_of(tmp_path, {"app.js": APP + text})
    assert [route.name for route in project.routes] == ["GET /x"]


def test_what_a_request_brings_settles_no_condition(tmp_path: Path) -> None:
    """A guard that lets callers through who were known before, and fills in the rest, still refuses the others."""
    text = (
        "function known(message) {\n  return function check(req, res, next) {\n    if (req.user) return next()\n"
        "    const user = find(req.headers.authorization)\n    if (!user) throw new HttpError(message, 401)\n"
        "    req.user = { ...user }\n    next()\n  }\n}\n"
        "const wrap = (f) => (...all) => Promise.resolve(f(...all)).catch(all[2])\nconst must = known('no')\n"
        "app.get('/x', wrap(must), (req, res) => res.end())\n"
    )
    (route,) = project_of(tmp_path, {"app.js": APP + text}).routes
    assert str(route.authentication.value) == "enforced"


HOSTILE = {
    "recursion": "function again(app) { again(app) }\nagain(app)\n",
    "mutual imports": "require('./users')\nrequire('./app')\n",
    "itself as value": "const x = x\napp.use(x, x)\n",
    "a pattern that repeats": "app.get('/a'.replace(/(a+)+$/, ''), done)\n",
    "no arguments": "app.use()\napp.get()\napp.route()\napp.param()\n[].forEach()\n[1].forEach()\nrequire()\n",
    "half a file": "app.get('/x', (req, res => {\n",
    "deep nesting": "app.use(" + "[" * 200 + "]" * 200 + ")\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_odd_code_does_no_harm(tmp_path: Path, text: str) -> None:
    assert set(routes_of(tmp_path, {"app.js": APP + text, "users.js": "require('./app')\n"})) <= {
        "GET /x",
        "GET /{a}",
        "GET /{replace}",
    }


def test_a_class_that_a_module_is_made_of_is_set_up_once_by_what_makes_it(tmp_path: Path) -> None:
    files = {
        "server.js": (
            "const express = require('express')\nconst Api = require('./api')\n"
            "class Server {\n  constructor() { this.api = new Api(this) }\n"
            "  start() {\n    const app = express()\n    const router = express.Router()\n    app.use('/v1', router)\n"
            "    router.use('/api', this.api.router)\n  }\n}\nmodule.exports = Server\n"
        ),
        "api.js": (
            "const express = require('express')\n"
            "class Api {\n  constructor(server) { this.server = server; this.router = express(); this.init() }\n"
            "  init() { this.router.get('/users', (req, res) => res.json({})) }\n}\nmodule.exports = Api\n"
        ),
    }
    assert set(routes_of(tmp_path, files)) == {"GET /v1/api/users"}


def test_code_that_calls_itself_over_and_over_hides_no_route(tmp_path: Path) -> None:
    calls = "\n".join(f"  walk(`/${{depth}}/{number}`, depth + 1)" for number in range(8))
    walk = f"function walk(path, depth) {{\n  cache.get('/x', path)\n{calls}\n}}\nwalk('', 0)\n"
    text = f"{walk}app.get('/users', (req, res) => res.json({{}}))\n"
    project = project_of(tmp_path, {"app.js": APP + text})
    assert [route.name for route in project.routes] == ["GET /users"]
    assert not [gap for gap in project.gaps if gap.kind == "not-understood"]


def test_code_that_is_not_followed_to_its_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustwright.review.link.assembly.evaluation.MAX_RUNS", 3)
    text = "\n".join(f"function f{n}() {{ app.get('/{n}', (req, res) => res.json({{}})) }}\nf{n}()" for n in range(5))
    project = project_of(tmp_path, {"app.js": APP + text})
    assert len(project.routes) == 3
    told = [gap for gap in project.gaps if gap.kind == "not-understood"]
    assert [(gap.path, "routes may be missing" in gap.detail) for gap in told] == [("app.js", True)]
