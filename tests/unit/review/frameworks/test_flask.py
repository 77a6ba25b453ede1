"""Flask: every way to declare a view, and everything that runs before it."""

from pathlib import Path

import pytest

from tests.reviewing import project_of, routes_of
from trustwright.review.model import Access, Route

GUARDS = (
    "from functools import wraps\n"
    "from flask import abort, redirect, session, url_for\n"
    "def signed_in(f):\n"
    "    @wraps(f)\n"
    "    def inner(*args, **kwargs):\n"
    "        if 'user_id' not in session:\n"
    "            return redirect(url_for('login'))\n"
    "        return f(*args, **kwargs)\n"
    "    return inner\n"
    "def logged(f):\n"
    "    @wraps(f)\n"
    "    def inner(*args, **kwargs):\n"
    "        print(f)\n"
    "        return f(*args, **kwargs)\n"
    "    return inner\n"
)
APP = (
    "from flask import Blueprint, Flask, abort, redirect, request, session\nfrom guards import logged, signed_in\n"
    "app = Flask(__name__)\n"
)


def names(folder: Path, text: str, **files: str) -> set[str]:
    """Return the names of the routes of an application and more files."""
    more = {f"{name}.py": source for name, source in files.items()}
    return set(routes_of(folder, {"main.py": APP + text, "guards.py": GUARDS, **more}))


def only(routes: dict[str, Route]) -> Route:
    """Return the one route."""
    assert len(routes) == 1, sorted(routes)
    return next(iter(routes.values()))


VIEWS = {
    "route": ("@app.route('/items/<int:id>')\ndef read(id): ...\n", {"GET /items/{id}"}),
    "methods": ("@app.route('/x', methods=['GET', 'POST'])\ndef f(): ...\n", {"GET /x", "POST /x"}),
    "OPTIONS is everywhere": ("@app.route('/x', methods=['OPTIONS', 'PUT'])\ndef f(): ...\n", {"PUT /x"}),
    "verb": ("@app.post('/x')\ndef f(): ...\n", {"POST /x"}),
    "two routes": ("@app.route('/a')\n@app.route('/b')\ndef f(): ...\n", {"GET /a", "GET /b"}),
    "rule by keyword": ("@app.route(rule='/x')\ndef f(): ...\n", {"GET /x"}),
    "converter with arguments": (
        "@app.route('/<regex(\"[a-z]+\"):name>/<path:rest>')\ndef f(name, rest): ...\n",
        {"GET /{name}/{rest}"},
    ),
    "add_url_rule": ("def f(): ...\napp.add_url_rule('/x', 'x', f, methods=['DELETE'])\n", {"DELETE /x"}),
    "MethodView": (
        (
            "from flask.views import MethodView\nclass Items(MethodView):\n"
            "    def get(self): ...\n    def post(self): ...\n"
            "app.add_url_rule('/items', view_func=Items.as_view('items'))\n"
        ),
        {"GET /items", "POST /items"},
    ),
    "MethodView with some methods": (
        (
            "from flask.views import MethodView\nclass Items(MethodView):\n"
            "    def get(self): ...\n    def put(self): ...\n"
            "view = Items.as_view('items')\napp.add_url_rule('/items', view_func=view, methods=['GET'])\n"
            "app.add_url_rule('/items/<id>', view_func=view, methods=['PUT'])\n"
        ),
        {"GET /items", "PUT /items/{id}"},
    ),
    "View": (
        (
            "from flask.views import View\nclass Page(View):\n    methods = ['GET', 'POST']\n"
            "    def dispatch_request(self): ...\napp.add_url_rule('/page', view_func=Page.as_view('page'))\n"
        ),
        {"GET /page", "POST /page"},
    ),
    "rules in a loop": (
        "def f(): ...\nfor path in ['/a', '/b']:\n    app.add_url_rule(path, view_func=f)\n",
        {"GET /a", "GET /b"},
    ),
    "a helper registers": (
        (
            "def register(target, rule, view):\n    target.add_url_rule(rule, view_func=view)\n"
            "def f(): ...\nregister(app, '/x', f)\n"
        ),
        {"GET /x"},
    ),
    "a helper registers under several rules": (
        (
            "def register(target, rules, view, **options):\n    for rule in rules:\n"
            "        target.add_url_rule(rule, view_func=view, **options)\n"
            "def f(): ...\ndef g(): ...\nregister(app, ['/a', '/b'], f)\nregister(app, rules=['/c'], view=g)\n"
        ),
        {"GET /a", "GET /b", "GET /c"},
    ),
    "a helper that nobody calls": ("def register(rule):\n    @app.route(rule)\n    def f(): ...\n", set()),
    "a path in a function": (
        (
            "def scoped(rule):\n    if TENANTS:\n        return '/<tenant>{}'.format(rule)\n    return rule\n"
            "@app.route(scoped('/login'))\ndef f(): ...\n"
        ),
        {"GET /login"},
    ),
    "not an application": ("cache = Cache()\n@cache.route('/x')\ndef f(): ...\n", set()),
}


@pytest.mark.parametrize(("text", "expected"), VIEWS.values(), ids=VIEWS.keys())
def test_a_view_is_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert names(tmp_path, text) == expected


USERS = "from flask import Blueprint\nusers = Blueprint('users', __name__, url_prefix='/users')\n"
ME = USERS + "@users.route('/me')\ndef me(): ...\n"
BLUEPRINTS = {
    "registered": ("from users import users\napp.register_blueprint(users)\n", {"GET /users/me"}),
    "another prefix": (
        "from users import users\napp.register_blueprint(users, url_prefix='/people')\n",
        {"GET /people/me"},
    ),
    "nested": (
        (
            "from users import users\nouter = Blueprint('outer', __name__, url_prefix='/api')\n"
            "outer.register_blueprint(users)\napp.register_blueprint(outer)\n"
        ),
        {"GET /api/users/me"},
    ),
    "in a loop": (
        "import users\nfor one in (users.users,):\n    app.register_blueprint(one, url_prefix='/x')\n",
        {"GET /x/me"},
    ),
    "made by each module of a list": (
        "import users, others\nfor module in [users, others]:\n    app.register_blueprint(module.make_blueprint(1))\n",
        {"GET /users/me", "GET /other"},
    ),
    "of a list that branches and callers make": (
        (
            "import users\ndef create(blueprints=None):\n    if not blueprints:\n        blueprints = ()\n    else:\n"
            "        blueprints = blueprints + ()\n    register(app, blueprints)\ndef register(app, blueprints):\n"
            "    for one in blueprints:\n        app.register_blueprint(one, url_prefix=f'/v{VERSION}')\n"
            "VERSION = 1\ncreate(blueprints=(users.users,))\n"
        ),
        {"GET /v1/me"},
    ),
    "that may be missing": (
        (
            "try:\n    from users import users\nexcept ImportError:\n    users = other = None\n"
            "if users:\n    app.register_blueprint(users)\n"
        ),
        {"GET /users/me"},
    ),
    "by init_app": (
        "import users\ndef init_app(app):\n    app.register_blueprint(users.users)\ninit_app(app)\n",
        {"GET /users/me"},
    ),
    "by a plugin that is given the application": (
        "import users\ndef load(app):\n    app.register_blueprint(users.users)\n",
        {"GET /users/me"},
    ),
    "never registered": ("from users import users\n", set()),
}


@pytest.mark.parametrize(("text", "expected"), BLUEPRINTS.values(), ids=BLUEPRINTS.keys())
def test_a_blueprint_is_followed_from_the_application(tmp_path: Path, text: str, expected: set[str]) -> None:
    others = (
        "from flask import Blueprint\ndef make_blueprint(config):\n    view = Blueprint('others', __name__)\n"
        "    @view.route('/other')\n    def other(): ...\n    return view\n"
    )
    users = ME + "def make_blueprint(config):\n    return users\n"
    assert names(tmp_path, text, users=users, others=others) == expected


def test_views_of_a_blueprint_in_other_files(tmp_path: Path) -> None:
    """A package makes the blueprint; modules that it imports at its end hang views on it."""
    files = {
        "shop/__init__.py": (
            "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    from shop.api import bp\n"
            "    app.register_blueprint(bp, url_prefix='/api')\n    return app\n"
        ),
        "shop/api/__init__.py": "from flask import Blueprint\nbp = Blueprint('api', __name__)\nfrom . import items\n",
        "shop/api/items.py": "from . import bp\n@bp.route('/items', methods=['POST'])\ndef make(): ...\n",
    }
    route = only(routes_of(tmp_path, files))
    assert (route.name, route.declared.location.path) == ("POST /api/items", "shop/api/items.py")


EXTENSIONS = {
    "Flask-RESTful": (
        (
            "from flask_restful import Api, Resource\nclass Items(Resource):\n"
            "    def get(self): ...\n    def post(self): ...\n"
            "api = Api(app, prefix='/v1')\napi.add_resource(Items, '/items', '/things')\n"
        ),
        {"GET /v1/items", "POST /v1/items", "GET /v1/things", "POST /v1/things"},
    ),
    "Flask-RESTful, later": (
        (
            "from flask_restful import Api, Resource\nclass Item(Resource):\n    def delete(self, id): ...\n"
            "api = Api()\napi.add_resource(Item, '/items/<id>')\napi.init_app(app)\n"
        ),
        {"DELETE /items/{id}"},
    ),
    "Flask-RESTful with a method of its own": (
        (
            "from flask_restful import Api, Resource\nclass Item(Resource):\n    def get(self): ...\n"
            "class MyApi(Api):\n    def add(self, one, *urls):\n        return self.add_resource(one, *urls)\n"
            "api = MyApi(app)\napi.add(Item, '/item')\n"
        ),
        {"GET /item"},
    ),
    "Flask-RESTful, from a table": (
        (
            "from flask_restful import Api, Resource\nclass Item(Resource):\n    def get(self): ...\n"
            "ROUTES = [(Item, '/a', '/b')]\napi = Api(app)\nfor route in ROUTES:\n    api.add_resource(*route)\n"
        ),
        {"GET /a", "GET /b"},
    ),
    "Flask-RESTX": (
        (
            "from flask_restx import Api, Namespace, Resource\nns = Namespace('items')\n"
            "@ns.route('', '/all')\nclass Items(Resource):\n    def get(self): ...\n"
            "bp = Blueprint('api', __name__, url_prefix='/api')\napi = Api(bp)\napi.add_namespace(ns, '/v1/items')\n"
            "app.register_blueprint(bp)\n"
        ),
        {"GET /api/v1/items", "GET /api/v1/items/all"},
    ),
    "Flask-RESTX, namespace by its name": (
        (
            "from flask_restx import Api, Resource\napi = Api(app)\nns = api.namespace('items')\n"
            "@ns.route('/<id>')\nclass Item(Resource):\n    def put(self, id): ...\n"
        ),
        {"PUT /items/{id}"},
    ),
    "flask-smorest": (
        (
            "from flask_smorest import Api, Blueprint\nfrom flask.views import MethodView\n"
            "blp = Blueprint('items', __name__, url_prefix='/items')\n@blp.route('/')\nclass Items(MethodView):\n"
            "    @blp.response(200)\n    def get(self): ...\napi = Api(app)\napi.register_blueprint(blp)\n"
        ),
        {"GET /items/"},
    ),
    "Flask-AppBuilder": (
        (
            "from flask_appbuilder import AppBuilder, BaseView, expose, has_access\nbuilder = AppBuilder(app)\n"
            "class Reports(BaseView):\n    route_base = '/reports'\n    @expose('/<int:pk>', methods=['POST'])\n"
            "    @has_access\n    def make(self, pk): ...\n    def no_route(self): ...\n"
            "builder.add_view(Reports, 'r')\n"
        ),
        {"POST /reports/{pk}"},
    ),
    "Flask-AppBuilder, model API": (
        (
            "from flask_appbuilder import AppBuilder, ModelRestApi\nbuilder = AppBuilder(app)\n"
            "class ItemApi(ModelRestApi):\n    resource_name = 'item'\n    include_route_methods = {'get', 'delete'}\n"
            "builder.add_api(ItemApi)\n"
        ),
        {"GET /api/v1/item/{pk}", "DELETE /api/v1/item/{pk}"},
    ),
}


@pytest.mark.parametrize(("text", "expected"), EXTENSIONS.values(), ids=EXTENSIONS.keys())
def test_an_extension_declares_in_its_own_way(tmp_path: Path, text: str, expected: set[str]) -> None:
    assert names(tmp_path, text) == expected


HOOK = "def check():\n    if 'user_id' not in session:\n        abort(401)\n"
RESTFUL = "from flask_restful import Api, Resource\nfrom flask_login import login_required\n"
PROTECTED = {
    "decorator": "@app.route('/x')\n@signed_in\ndef f(): ...\n",
    "decorator under another": "@app.route('/x')\n@logged\n@signed_in\ndef f(): ...\n",
    "library decorator": "from flask_login import login_required\n@app.route('/x')\n@login_required\ndef f(): ...\n",
    "object's decorator": (
        "from flask_httpauth import HTTPBasicAuth\nauth = HTTPBasicAuth()\n"
        "@app.route('/x')\n@auth.login_required\ndef f(): ...\n"
    ),
    "wrapped in add_url_rule": "def f(): ...\napp.add_url_rule('/x', view_func=signed_in(f))\n",
    "before_request": "@app.before_request\n" + HOOK + "@app.route('/x')\ndef f(): ...\n",
    "a hook's decorator": (
        "bp = Blueprint('b', __name__)\nother = Blueprint('o', __name__)\n@bp.before_request\n@other.before_request\n"
        "@signed_in\ndef check(): ...\n@bp.route('/x')\ndef f(): ...\napp.register_blueprint(bp)\n"
    ),
    "before_request by call": HOOK + "app.before_request(check)\n@app.route('/x')\ndef f(): ...\n",
    "blueprint's before_request": (
        "bp = Blueprint('b', __name__)\n@bp.before_request\n" + HOOK + "@bp.route('/x')\ndef f(): ...\n"
        "app.register_blueprint(bp)\n"
    ),
    "outer blueprint's before_request": (
        "outer = Blueprint('o', __name__)\nbp = Blueprint('b', __name__)\n@outer.before_request\n"
        + HOOK
        + "@bp.route('/x')\n"
        "def f(): ...\nouter.register_blueprint(bp)\napp.register_blueprint(outer)\n"
    ),
    "before_app_request": (
        "bp = Blueprint('b', __name__)\n@bp.before_app_request\n" + HOOK + "app.register_blueprint(bp)\n"
        "@app.route('/x')\ndef f(): ...\n"
    ),
    "before_app_request, for two applications": (
        "bp = Blueprint('b', __name__)\n@bp.before_app_request\n" + HOOK + "@bp.route('/x')\ndef f(): ...\n"
        "app.register_blueprint(bp)\nother = Flask('other')\nother.register_blueprint(bp)\n"
    ),
    "class attribute": (
        "from flask.views import MethodView\nclass V(MethodView):\n"
        "    decorators = [signed_in]\n    def get(self): ...\n"
        "app.add_url_rule('/x', view_func=V.as_view('v'))\n"
    ),
    "base's class attribute": (
        RESTFUL + "class Base(Resource):\n    method_decorators = [login_required]\n"
        "class V(Base):\n    def get(self): ...\nApi(app).add_resource(V, '/x')\n"
    ),
    "for one method": (
        RESTFUL + "class V(Resource):\n    method_decorators = {'get': [login_required]}\n    def get(self): ...\n"
        "api = Api(app)\napi.add_resource(V, '/x')\n"
    ),
    "method's decorator": (
        RESTFUL + "class V(Resource):\n    @login_required\n    def get(self): ...\n"
        "api = Api(app)\napi.add_resource(V, '/x')\n"
    ),
    "API's decorators": (
        RESTFUL + "class V(Resource):\n    def get(self): ...\napi = Api(app, decorators=[login_required])\n"
        "api.add_resource(V, '/x')\n"
    ),
    "only some endpoints, this one": (
        "@app.before_request\ndef check():\n    if request.endpoint not in ('login', 'static'):\n"
        "        if 'user_id' not in session:\n            abort(401)\n@app.route('/x')\ndef f(): ...\n"
    ),
}


@pytest.mark.parametrize("text", PROTECTED.values(), ids=PROTECTED.keys())
def test_a_guard_is_found_wherever_it_is_attached(tmp_path: Path, text: str) -> None:
    """Each of these refuses who is not signed in, and the verdict rests on a line."""
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.ENFORCED, route.authentication
    assert route.authentication.evidence


OPEN = {
    "nothing": "@app.route('/x')\ndef f(): ...\n",
    "decorator that lets everyone through": "@app.route('/x')\n@logged\ndef f(): ...\n",
    "decorator above the route": "@signed_in\n@app.route('/x')\ndef f(): ...\n",
    "another blueprint's hook": (
        "bp = Blueprint('b', __name__)\n@bp.before_request\n" + HOOK + "app.register_blueprint(bp)\n"
        "@app.route('/x')\ndef f(): ...\n"
    ),
    "another method's decorator": (
        RESTFUL + "class V(Resource):\n    method_decorators = {'post': [login_required]}\n    def get(self): ...\n"
        "api = Api(app)\napi.add_resource(V, '/x')\n"
    ),
    "let through by its name": (
        "@app.before_request\ndef check():\n    if request.endpoint in ('login', 'health'):\n        return\n"
        "    if 'user_id' not in session:\n        abort(401)\n@app.route('/x')\ndef health(): ...\n"
    ),
    "let through by its path": (
        "PUBLIC = ('/x', '/login')\n@app.before_request\ndef check():\n"
        "    if any(request.path.startswith(one) for one in PUBLIC):\n        return None\n"
        "    if 'user_id' not in session:\n        abort(401)\n@app.route('/x')\ndef f(): ...\n"
    ),
    "only another blueprint is held back": (
        "@app.before_request\ndef check():\n    if request.blueprint == 'admin' and 'user_id' not in session:\n"
        "        abort(401)\nbp = Blueprint('shop', __name__)\n@bp.route('/x')\ndef f(): ...\n"
        "app.register_blueprint(bp)\n"
    ),
}


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN.keys())
def test_what_does_not_guard_is_absent(tmp_path: Path, text: str) -> None:
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.ABSENT, route.authentication


UNKNOWN = {
    "a condition that is only known when it runs": (
        "@app.before_request\ndef check():\n    if request.path in load_public_paths():\n        return\n"
        "    if 'user_id' not in session:\n        abort(401)\n@app.route('/x')\ndef f(): ...\n"
    ),
    "decorators that only exist when it runs": (
        RESTFUL + "class V(Resource):\n    method_decorators = load()\n    def get(self): ...\n"
        "api = Api(app)\napi.add_resource(V, '/x')\n"
    ),
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_cannot_be_followed_is_unknown(tmp_path: Path, text: str) -> None:
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.authentication.value is Access.UNKNOWN
    assert route.authentication.reason


def test_guards_are_listed_from_the_outside_in(tmp_path: Path) -> None:
    text = (
        "bp = Blueprint('b', __name__)\n@bp.before_request\ndef second(): ...\n@bp.route('/x')\n@logged\n@signed_in\n"
        "def f(): ...\n@app.before_request\ndef first(): ...\napp.register_blueprint(bp)\n"
    )
    project = project_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS})
    code = project.corpus.code("main.py")
    assert code is not None
    uses = only({route.name: route for route in project.routes}).declared.guards
    texts = [code.source(use.reference.start, use.reference.end) for use in uses]
    assert texts == ["def first(): ...", "def second(): ...", "logged", "signed_in"]
    assert [use.scope for use in uses] == ["application", "router", "route", "route"]


def test_a_blueprint_of_a_library_is_a_gap(tmp_path: Path) -> None:
    text = APP + "from somewhere import blueprint\napp.register_blueprint(blueprint)\n"
    project = project_of(tmp_path, {"main.py": text, "guards.py": GUARDS})
    assert not project.routes
    gap = next(gap for gap in project.gaps if "somewhere.blueprint" in gap.detail)
    assert (gap.kind, gap.path) == ("not-understood", "main.py")


def test_model_apis_of_appbuilder_check_permissions(tmp_path: Path) -> None:
    text = (
        "from flask_appbuilder import AppBuilder, ModelRestApi\nbuilder = AppBuilder(app)\n"
        "class ItemApi(ModelRestApi):\n    include_route_methods = {'delete'}\nbuilder.add_api(ItemApi)\n"
    )
    route = only(routes_of(tmp_path, {"main.py": APP + text, "guards.py": GUARDS}))
    assert route.name == "DELETE /api/v1/itemapi/{pk}"
    assert route.authorization.value is Access.ENFORCED


def test_a_repository_without_flask_has_no_routes(tmp_path: Path) -> None:
    text = "app = Something()\n@app.route('/x')\ndef f(): ...\n"
    assert routes_of(tmp_path, {"main.py": text}) == {}
