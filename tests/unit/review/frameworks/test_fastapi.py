"""FastAPI: every way to hang an endpoint below an application, and every place a dependency is attached."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.model import Access, Route

GUARDS = (
    "from typing import Annotated\n"
    "from fastapi import Depends, HTTPException, Request\n"
    "def get_db():\n"
    "    yield connect()\n"
    "def get_user(request: Request, db=Depends(get_db)):\n"
    "    user = db.find(request.headers.get('authorization'))\n"
    "    if not user:\n"
    "        raise HTTPException(status_code=401)\n"
    "    return user\n"
    "CurrentUser = Annotated[User, Depends(get_user)]\n"
    "def get_admin(user: CurrentUser):\n"
    "    if not user.is_admin:\n"
    "        raise HTTPException(status_code=403)\n"
    "    return user\n"
)
APP = "from fastapi import APIRouter, Depends, FastAPI\nfrom guards import *\napp = FastAPI()\n"


def guards_of(folder: Path, files: dict[str, str], name: str) -> list[str]:
    """Return the texts of a route's guards."""
    project = project_of(folder, files)
    route = next(route for route in project.routes if route.name == name)
    found = []
    for use in route.declared.guards:
        code = project.corpus.code(use.reference.path)
        assert code is not None
        found.append(code.source(use.reference.start, use.reference.end))
    return found


def only(routes: dict[str, Route]) -> Route:
    """Return the one route."""
    assert len(routes) == 1, sorted(routes)
    return next(iter(routes.values()))


ENDPOINTS = {
    "decorator": ("@app.get('/items/{id}')\ndef read(id: int): ...\n", {"GET /items/{id}"}),
    "async": ("@app.post('/items')\nasync def make(): ...\n", {"POST /items"}),
    "path by keyword": ("@app.put(path='/x')\ndef f(): ...\n", {"PUT /x"}),
    "converter": ("@app.get('/files/{name:path}')\ndef f(name): ...\n", {"GET /files/{name}"}),
    "several methods": ("@app.api_route('/x', methods=['GET', 'POST'])\ndef f(): ...\n", {"GET /x", "POST /x"}),
    "websocket": ("@app.websocket('/ws')\nasync def f(ws): ...\n", {"WEBSOCKET /ws"}),
    "two decorators": ("@app.get('/a')\n@app.get('/b')\ndef f(): ...\n", {"GET /a", "GET /b"}),
    "add_api_route": ("def f(): ...\napp.add_api_route('/x', f, methods=['DELETE'])\n", {"DELETE /x"}),
    "called decorator": ("def f(): ...\nif ENABLED:\n    app.post('/x')(f)\n", {"POST /x"}),
    "router of the application": ("@app.router.get('/x')\ndef f(): ...\n", {"GET /x"}),
    "empty path": ("@app.get('')\ndef f(): ...\n", {"GET /"}),
    "constant path": ("BASE = '/v1'\n@app.get(f'{BASE}/x')\ndef f(): ...\n", {"GET /v1/x"}),
    "not an application": ("cache = Cache()\n@cache.get('/x')\ndef f(): ...\n", set()),
}


@pytest.mark.parametrize(("text", "expected"), ENDPOINTS.values(), ids=ENDPOINTS.keys())
def test_an_endpoint_is_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert set(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS})) == expected


ROUTER = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/users')\n@router.get('/me')\ndef me(): ...\n"
MOUNTS = {
    "include": ("import users\napp.include_router(users.router, prefix='/api')\n", {"GET /api/users/me"}),
    "nested": (
        (
            "from users import router as users_router\nouter = APIRouter(prefix='/v1')\n"
            "outer.include_router(users_router)\napp.include_router(outer, prefix='/api')\n"
        ),
        {"GET /api/v1/users/me"},
    ),
    "loop over a tuple": (
        "import users\nfor one in (users.router,):\n    app.include_router(one)\n",
        {"GET /users/me"},
    ),
    "loop over pairs": (
        (
            "import users\nPAIRS = [('/a', users.router), ('/b', users.router)]\n"
            "for prefix, one in PAIRS:\n    app.include_router(one, prefix=prefix)\n"
        ),
        {"GET /a/users/me", "GET /b/users/me"},
    ),
    "loop over a dict": (
        (
            "import users\nALL = {'/a': users.router}\n"
            "for prefix, one in ALL.items():\n    app.include_router(one, prefix=prefix)\n"
        ),
        {"GET /a/users/me"},
    ),
    "application as an argument": (
        "import users\ndef register(target):\n    target.include_router(users.router)\nregister(app)\n",
        {"GET /users/me"},
    ),
    "everything as arguments": (
        (
            "import users\ndef add(target, one, prefix=''):\n    target.include_router(one, prefix=prefix)\n"
            "add(app, users.router, prefix='/x')\nadd(app, users.router)\n"
        ),
        {"GET /x/users/me", "GET /users/me"},
    ),
    "a setting as prefix": (
        (
            "import users\nclass Settings(BaseSettings):\n    PREFIX: str = '/api'\nsettings = Settings()\n"
            "app.include_router(users.router, prefix=settings.PREFIX)\n"
        ),
        {"GET /api/users/me"},
    ),
    "a prefix only known when it runs": (
        "import users\napp.include_router(users.router, prefix=load().prefix)\n",
        {"GET /{prefix}/users/me"},
    ),
    "mount": (
        "import users\nsub = FastAPI()\nsub.include_router(users.router)\napp.mount('/sub', sub)\n",
        {"GET /sub/users/me"},
    ),
    "router made by a function": (
        (
            "import users\ndef make():\n    outer = APIRouter(prefix='/made')\n    outer.include_router(users.router)\n"
            "    return outer\napp.include_router(make())\n"
        ),
        {"GET /made/users/me"},
    ),
    "never included": ("import users\n", set()),
}


@pytest.mark.parametrize(("text", "expected"), MOUNTS.values(), ids=MOUNTS.keys())
def test_a_router_is_followed_from_the_application(tmp_path: Path, text: str, expected: set[str]) -> None:
    found = routes_of(tmp_path, {"main.py": APP + text, "users.py": ROUTER, "guards.py": GUARDS})
    assert set(found) == expected
    assert all(route.declared.location.path == "users.py" for route in found.values())


def test_an_application_made_by_a_factory(tmp_path: Path) -> None:
    files = {
        "main.py": (
            "from fastapi import FastAPI\nimport users\ndef create_app():\n    app = FastAPI()\n"
            "    @app.get('/health')\n    def health(): ...\n    app.include_router(users.router)\n    return app\n"
        ),
        "users.py": ROUTER,
    }
    assert set(routes_of(tmp_path, files)) == {"GET /health", "GET /users/me"}


def test_a_method_of_a_class_may_hold_the_application(tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI\nclass Server:\n    def __init__(self):\n        self.app = FastAPI()\n"
        "        self.app.add_api_route('/x', self.run, methods=['POST'])\n    def run(self): ...\n"
    )
    route = only(routes_of(tmp_path, {"server.py": text}))
    assert route.name == "POST /x"
    assert route.declared.handler_name == "Server.run"


PROTECTED = {
    "parameter default": "@app.get('/x')\ndef f(user=Depends(get_user)): ...\n",
    "annotated": "@app.get('/x')\ndef f(user: Annotated[User, Depends(get_user)]): ...\n",
    "alias from another file": "@app.get('/x')\ndef f(user: CurrentUser): ...\n",
    "alias in a union": "@app.get('/x')\ndef f(user: CurrentUser | None): ...\n",
    "named dependency": "auth = Depends(get_user)\n@app.get('/x')\ndef f(user=auth): ...\n",
    "security": "from fastapi import Security\n@app.get('/x')\ndef f(u=Security(get_user, scopes=['x'])): ...\n",
    "route list": "@app.get('/x', dependencies=[Depends(get_user)])\ndef f(): ...\n",
    "named route list": "ALL = [Depends(get_user)]\n@app.get('/x', dependencies=[*ALL])\ndef f(): ...\n",
    "router": ("r = APIRouter(dependencies=[Depends(get_user)])\n@r.get('/x')\ndef f(): ...\napp.include_router(r)\n"),
    "include": (
        "r = APIRouter()\n@r.get('/x')\ndef f(): ...\napp.include_router(r, dependencies=[Depends(get_user)])\n"
    ),
    "outer include": (
        "r = APIRouter()\n@r.get('/x')\ndef f(): ...\nouter = APIRouter()\nouter.include_router(r)\n"
        "app.include_router(outer, dependencies=[Depends(get_user)])\n"
    ),
    "application": "app = FastAPI(dependencies=[Depends(get_user)])\n@app.get('/x')\ndef f(): ...\n",
    "typed router": (
        "class UserRouter(APIRouter):\n    def __init__(self, prefix='', **kw):\n"
        "        super().__init__(prefix=prefix, dependencies=[Depends(get_user)], **kw)\n"
        "r = UserRouter(prefix='/x')\n@r.get('')\ndef f(): ...\napp.include_router(r)\n"
    ),
    "sub-dependency": "@app.get('/x')\ndef f(admin=Depends(get_admin)): ...\n",
    "class with __call__": (
        "class Check:\n    def __init__(self, level): ...\n    def __call__(self, user: CurrentUser): ...\n"
        "@app.get('/x', dependencies=[Depends(Check(3))])\ndef f(): ...\n"
    ),
    "class by annotation": (
        "class Params:\n    def __init__(self, user: CurrentUser): ...\n"
        "@app.get('/x')\ndef f(p: Params = Depends()): ...\n"
    ),
    "factory": (
        "def need(role):\n    def check(user=Depends(get_user)):\n        return user\n    return check\n"
        "@app.get('/x', dependencies=[Depends(need('a'))])\ndef f(): ...\n"
    ),
    "class-based view": (
        "from fastapi_utils.cbv import cbv\nr = APIRouter()\nclass Base:\n    user: User = Depends(get_user)\n"
        "@cbv(r)\nclass View(Base):\n    @r.get('/x')\n    def f(self): ...\napp.include_router(r)\n"
    ),
    "middleware function": (
        "@app.middleware('http')\nasync def check(request, call_next):\n"
        "    if not request.headers.get('authorization'):\n        return JSONResponse({}, status_code=401)\n"
        "    return await call_next(request)\n@app.get('/x')\ndef f(): ...\n"
    ),
    "middleware class": (
        "class Check(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n"
        "        if not request.headers.get('authorization'):\n            return JSONResponse({}, status_code=401)\n"
        "        return await call_next(request)\napp.add_middleware(Check)\n@app.get('/x')\ndef f(): ...\n"
    ),
    "decorator below the route": (
        "def login_required(f):\n    def inner(request):\n        if not request.user:\n"
        "            raise HTTPException(401)\n        return f(request)\n    return inner\n"
        "@app.get('/x')\n@login_required\ndef f(request): ...\n"
    ),
}


@pytest.mark.parametrize("text", PROTECTED.values(), ids=PROTECTED.keys())
def test_a_guard_is_found_wherever_it_is_attached(tmp_path: Path, text: str) -> None:
    """Each of these refuses who is not signed in, and the verdict rests on the line that refuses."""
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.ENFORCED, route.authentication
    assert route.authentication.evidence


OPEN = {
    "no dependency": "@app.get('/x')\ndef f(): ...\n",
    "a dependency that does not refuse": "@app.get('/x')\ndef f(db=Depends(get_db)): ...\n",
    "another route's guard": (
        "@app.get('/x')\ndef f(): ...\nr = APIRouter(dependencies=[Depends(get_user)])\napp.include_router(r)\n"
    ),
    "a mounted application does not get dependencies": (
        "app = FastAPI(dependencies=[Depends(get_user)])\nsub = FastAPI()\n@sub.get('/x')\ndef f(): ...\n"
        "app.mount('', sub)\n"
    ),
    "decorator above the route": (
        "def login_required(f):\n    def inner(request):\n        if not request.user:\n"
        "            raise HTTPException(401)\n        return f(request)\n    return inner\n"
        "@login_required\n@app.get('/x')\ndef f(request): ...\n"
    ),
    "cors": (
        "from fastapi.middleware.cors import CORSMiddleware\n"
        "from starlette.middleware.sessions import SessionMiddleware\n"
        "app.add_middleware(CORSMiddleware)\napp.add_middleware(SessionMiddleware)\n@app.get('/x')\ndef f(): ...\n"
    ),
    "a scheme that lets anyone through": (
        "from fastapi.security import HTTPBearer\nscheme = HTTPBearer(auto_error=False)\n"
        "@app.get('/x')\ndef f(token=Depends(scheme)): ...\n"
    ),
}


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN.keys())
def test_what_does_not_guard_is_absent(tmp_path: Path, text: str) -> None:
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.ABSENT, route.authentication


UNKNOWN = {
    "a scheme only demands a token": (
        "from fastapi.security import OAuth2PasswordBearer\nscheme = OAuth2PasswordBearer(tokenUrl='t')\n"
        "@app.get('/x')\ndef f(token: Annotated[str, Depends(scheme)]): ...\n"
    ),
    "a list of dependencies that only exists when it runs": (
        "@app.get('/x', dependencies=load_dependencies())\ndef f(): ...\n"
    ),
    "a router that a function mounts in its own way": (
        "r = APIRouter(prefix='/v1')\n@r.get('/x')\ndef f(): ...\ndef copy(app, source):\n"
        "    for route in source.routes:\n        app.router.routes.append(route)\ncopy(app, r)\n"
    ),
    "a router of a plugin": (
        "r = APIRouter()\n@r.get('/x')\ndef f(): ...\nfor plugin in load():\n    app.include_router(plugin.events)\n"
    ),
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_cannot_be_followed_is_unknown(tmp_path: Path, text: str) -> None:
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.UNKNOWN
    assert route.authentication.reason


def test_middleware_may_let_some_paths_through(tmp_path: Path) -> None:
    text = (
        "PUBLIC = ['/health', '/docs']\n@app.middleware('http')\nasync def check(request, call_next):\n"
        "    if request.url.path in PUBLIC or request.method == 'OPTIONS':\n        return await call_next(request)\n"
        "    if not request.headers.get('authorization'):\n        return JSONResponse({}, status_code=401)\n"
        "    return await call_next(request)\n"
        "@app.get('/health')\ndef health(): ...\n@app.get('/data')\ndef data(): ...\n"
        "@app.get('/{any}')\ndef rest(): ...\n"
    )
    found = routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS})
    assert {name: str(route.authentication.value) for name, route in found.items()} == {
        "GET /health": "absent",
        "GET /data": "enforced",
        "GET /{any}": "unknown",
    }


def test_guards_run_from_the_outside_in(tmp_path: Path) -> None:
    """Middleware, application, include, router, route, parameters; a dependency's own come before it."""
    text = (
        "app = FastAPI(dependencies=[Depends(a)])\n@app.middleware('http')\nasync def m(request, call_next): ...\n"
        "r = APIRouter(dependencies=[Depends(c)])\n@r.get('/x', dependencies=[Depends(d)])\n"
        "def f(user: CurrentUser): ...\n"
        "app.include_router(r, dependencies=[Depends(b)])\n"
    )
    found = guards_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}, "GET /x")
    assert found[0].startswith("async def m(")
    assert found[1:] == ["a", "b", "c", "d", "get_db", "get_user"]


def test_routes_of_a_library_are_a_gap(tmp_path: Path) -> None:
    text = APP + "from somewhere import make_router\napp.include_router(make_router(), prefix='/x')\n"
    project = project_of(tmp_path, {"main.py": text, "guards.py": GUARDS})
    assert not project.routes
    gap = next(gap for gap in project.gaps if "somewhere.make_router" in gap.detail)
    assert (gap.kind, gap.path) == ("not-understood", "main.py")


def test_fastapi_users_brings_known_routes(tmp_path: Path) -> None:
    text = APP + (
        "from fastapi_users import FastAPIUsers\nfastapi_users = FastAPIUsers(get_manager, [backend])\n"
        "app.include_router(fastapi_users.get_auth_router(backend), prefix='/auth/jwt')\n"
        "app.include_router(fastapi_users.get_users_router(Read, Update), prefix='/users')\n"
    )
    found = routes_of(tmp_path, {"main.py": text, "guards.py": GUARDS})
    assert {name: str(route.authentication.value) for name, route in found.items()} == {
        "POST /auth/jwt/login": "unknown",
        "POST /auth/jwt/logout": "enforced",
        "GET /users/me": "enforced",
        "PATCH /users/me": "enforced",
        "GET /users/{id}": "enforced",
        "PATCH /users/{id}": "enforced",
        "DELETE /users/{id}": "enforced",
    }
    assert found["DELETE /users/{id}"].authorization.value is Access.ENFORCED


def test_a_repository_without_fastapi_has_no_routes(tmp_path: Path) -> None:
    text = "router = Router()\n@router.get('/x')\ndef f(): ...\n"
    assert routes_of(tmp_path, {"main.py": text}) == {}
