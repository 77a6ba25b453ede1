"""Guards count when their bodies refuse; names prove nothing."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.guards import Guards
from trustwright.review.link.known import known_guards
from trustwright.review.model import Access, GuardUse, GuardVerdict, Location, Reference


def judge(folder: Path, files: dict[str, str], name: str = "guard") -> GuardVerdict:
    """Judge the thing called ``name`` in the first file."""
    project = project_of(folder, files)
    guards = Guards(project.symbols, known_guards())
    code = project.corpus.code(next(iter(files)))
    assert code is not None
    symbol = project.symbols.name(code, name, len(code.text) - 1)
    return guards.symbol(symbol, name, Location(code.path, 1))


REFUSES = {
    "hands its check to another wrapper": (
        "const check = async (req) => { if (!req.session) return Response.json({}, { status: 401 }) }\n"
        "const wrap = (handler, first) => async (req) => (await first(req)) ?? handler(req)\n"
        "export const guard = (handler) => wrap(handler, check)"
    ),
    "throws to its own catch": (
        "export const guard = (handler) => async (req) => { try {"
        " if (!req.session) throw new ApiError({ code: 'unauthorized' }); return await handler(req)"
        " } catch (error) { return answerError(error) } }"
    ),
    "leaves it to a function that refuses": (
        "import jwt from 'jsonwebtoken'\n"
        "export function guard(req, res, next) { jwt.verify(req.headers.authorization, KEY, "
        "(err, user) => { if (err) return res.sendStatus(401); req.user = user; next() }) }"
    ),
    "status 401": "export function guard(req, res, next) { if (!req.user) return res.status(401).end(); next() }",
    "sendStatus in else": (
        "export function guard(req, res, next) { if (req.session.userId) { next() } else { res.sendStatus(401) } }"
    ),
    "early leave, then redirect": (
        "export const guard = (req, res, next) => { if (req.isAuthenticated()) return next(); res.redirect('/login') }"
    ),
    "redirect to a target made before": (
        "export function guard(req) { const target = new URL('/login', req.url)\n"
        "if (!req.cookies.get('session')) { return NextResponse.redirect(target) } }"
    ),
    "redirect to a target changed before": (
        "export function guard(req) { const url = req.nextUrl.clone(); if (!req.cookies.get('session')) "
        "{ url.pathname = '/login'; return NextResponse.redirect(url) } }"
    ),
    "throw": "export const guard = (req) => { if (!req.headers.authorization) throw new UnauthorizedException() }",
    "factory": "export const guard = () => (req, res, next) => { if (!req.user) return res.sendStatus(401); next() }",
    "library that throws, not caught": (
        "import jwt from 'jsonwebtoken'\n"
        "export function guard(req, res, next) { req.user = jwt.verify(req.headers.authorization, KEY); next() }"
    ),
}


@pytest.mark.parametrize("body", REFUSES.values(), ids=REFUSES.keys())
def test_a_body_that_refuses_enforces(tmp_path: Path, body: str) -> None:
    """Each way to refuse is recognised, and the verdict rests on a line."""
    verdict = judge(tmp_path, {"guard.ts": body})
    assert verdict.authentication is Access.ENFORCED
    assert verdict.evidence


PASSES = {
    "catches and lets through": (
        "export const requireAuth = (handler) => async (req) => {"
        " try { if (!req.user) throw new UnauthorizedException() } catch (e) { return handler(req) } }"
    ),
    "leaves it to a function that goes on": (
        "import jwt from 'jsonwebtoken'\nexport function requireAuth(req, res, next) "
        "{ jwt.verify(req.headers.authorization, KEY, (err, data) => { if (!err) req.user = data }); next() }"
    ),
    "sends elsewhere": (
        "export function requireAuth(req) { const url = req.nextUrl.clone(); if (!req.cookies.get('session')) "
        "{ url.pathname = '/welcome'; return NextResponse.redirect(url) } }"
    ),
    "only logs": "export function requireAuth(req, res, next) { console.log(req.user); next() }",
    "swallows the failure": (
        "import jwt from 'jsonwebtoken'\n"
        "export function requireAuth(req, res, next) { try { req.user = jwt.verify(t, KEY) } catch (e) { } next() }"
    ),
    "rate limit": (
        "export function requireAuth(req, res, next) { if (count > 10) return res.status(429).end(); next() }"
    ),
    "csrf": (
        "export function requireAuth(req, res, next) "
        "{ if (req.get('x') !== csrfToken) return res.status(403).end('bad csrf'); next() }"
    ),
}


@pytest.mark.parametrize("body", PASSES.values(), ids=PASSES.keys())
def test_a_name_is_not_evidence(tmp_path: Path, body: str) -> None:
    """A function called requireAuth that refuses nobody enforces nothing."""
    assert judge(tmp_path, {"guard.ts": body}, "requireAuth").authentication is not Access.ENFORCED


def test_a_guard_is_followed_across_files(tmp_path: Path) -> None:
    """Through an index that re-exports, to the body in another folder."""
    files = {
        "app.ts": "import { guard } from './lib'",
        "lib/index.ts": "export * from './auth'",
        "lib/auth.ts": (
            "export function guard(req, res, next) {\n  if (!req.user) return res.sendStatus(401)\n  next()\n}"
        ),
    }
    verdict = judge(tmp_path, files)
    assert verdict.authentication is Access.ENFORCED
    assert verdict.evidence == (Location("lib/auth.ts", 2),)


def test_a_role_guard_authorizes(tmp_path: Path) -> None:
    """A 403 that depends on the caller's role is authorization."""
    body = (
        "export const guard = (role) => (req, res, next) =>"
        " { if (req.user?.role !== role) return res.status(403).end(); next() }"
    )
    verdict = judge(tmp_path, {"guard.ts": body})
    assert verdict.authorization is Access.ENFORCED
    assert verdict.authentication is Access.ENFORCED


def test_what_cannot_be_found_is_unknown(tmp_path: Path) -> None:
    """A guard from a package nobody knows may guard or not."""
    verdict = judge(tmp_path, {"app.ts": "import { requireLogin } from '@acme/security'"}, "requireLogin")
    assert verdict.authentication is Access.UNKNOWN
    assert verdict.reason


def test_python_dependency_and_class(tmp_path: Path) -> None:
    """FastAPI and Django REST framework shapes: a dependency that raises, a permission class that answers."""
    files = {
        "deps.py": (
            "from fastapi import HTTPException\nfrom rest_framework.permissions import BasePermission\n"
            "def guard(request):\n"
            "    user = read(request)\n"
            "    if user is None:\n"
            "        raise HTTPException(status_code=401)\n"
            "    return user\n"
            "class IsOwner(BasePermission):\n"
            "    def has_object_permission(self, request, view, obj):\n"
            "        return obj.owner_id == request.user.id\n"
            "class Anyone(BasePermission):\n"
            "    def has_permission(self, request, view):\n"
            "        return True\n"
        )
    }
    assert judge(tmp_path / "a", files).authentication is Access.ENFORCED
    assert judge(tmp_path / "b", files, "IsOwner").authorization is Access.ENFORCED
    assert judge(tmp_path / "c", files, "Anyone").authentication is Access.ABSENT


GUARD_CLASSES = """
import { AuthGuard } from '@nestjs/passport'
export class Marked extends AuthGuard('jwt') {
  canActivate(context) {
    if (this.isPublic(context)) return true
    return super.canActivate(context)
  }
}
export class Optional extends AuthGuard('jwt') {
  async canActivate(context) {
    try { await super.canActivate(context) } catch {}
    return true
  }
}
export class Throwing { canActivate({ user }) { if (!user) throw new UnauthorizedException(); return true } }
"""


def use_of(folder: Path, name: str, first: str, last: str, doubt: str = "") -> GuardVerdict:
    """Judge a class of GUARD_CLASSES for a route that does not reach the text from ``first`` to ``last``."""
    project = project_of(folder, {"guards.ts": GUARD_CLASSES + f"export const guards = [{name}]\n"})
    start = GUARD_CLASSES.index(first)
    stretch = Reference("guards.ts", start, GUARD_CLASSES.index(last, start)) if last else None
    end = len(GUARD_CLASSES) + len("export const guards = [")
    place = Reference("guards.ts", end, end + len(name))
    use = GuardUse(place, "global", unreached=(stretch,) if stretch else (), doubt=doubt)
    return Guards(project.symbols, known_guards()).use(use)


def test_what_a_route_does_not_reach_does_not_count(tmp_path: Path) -> None:
    """A library's guard behind an early return enforces nothing where the return is taken."""
    assert use_of(tmp_path / "a", "Marked", "return super", "").authentication is Access.ENFORCED
    assert use_of(tmp_path / "b", "Marked", "return super", "}").authentication is Access.ABSENT
    assert use_of(tmp_path / "c", "Throwing", "throw", ";").authentication is Access.ABSENT


def test_an_override_that_ignores_its_base_does_not_guard(tmp_path: Path) -> None:
    """``canActivate`` that catches what its base throws lets everybody in."""
    assert use_of(tmp_path, "Optional", "try", "").authentication is Access.ABSENT


def test_a_guard_that_may_not_run_is_unknown(tmp_path: Path) -> None:
    """Its enforcement is unknown, and the reason is told."""
    verdict = use_of(tmp_path, "Throwing", "throw", "", doubt="only in production")
    assert verdict.authentication is Access.UNKNOWN
    assert verdict.reason == "only in production"


def test_what_comments_say_is_no_evidence(tmp_path: Path) -> None:
    """A check of the origin is no login, whatever its comments promise."""
    body = """export function guard(req, res, next) {
  // requests with a token or an API key are authenticated elsewhere
  if (!trusted(req.headers.origin)) { return res.status(403).end('bad origin') }
  next()
}"""
    assert judge(tmp_path, {"guard.ts": body}).authentication is Access.ABSENT


def test_a_handler_is_read_without_what_does_not_run(tmp_path: Path) -> None:
    """A handler of two methods is judged for one of them."""
    text = (
        "export function handler(req, res) { if (req.method === 'POST') "
        "{ if (!req.user) return res.status(401).end() } }"
    )
    project = project_of(tmp_path, {"page.ts": text})
    code = project.corpus.code("page.ts")
    assert code is not None
    guards, start = Guards(project.symbols, known_guards()), text.index("{ if (!req.user)")
    function = code.facts.functions[0]
    assert guards.handler(code, function).authentication is Access.ENFORCED
    other = guards.handler(code, function, (Reference("page.ts", start, len(text)),))
    assert other.authentication is Access.ABSENT


def handled(folder: Path, body: str, more: str = "") -> Access:
    """Return what a handler with this body enforces by itself."""
    text = f"{more}\nexport async function handler(request) {{ {body} }}\n"
    project = project_of(folder, {"route.ts": text})
    code = project.corpus.code("route.ts")
    assert code is not None
    function = next(item for item in code.facts.functions if item.name == "handler")
    return Guards(project.symbols, known_guards()).handler(code, function).authentication


REFUSING_HANDLERS = {
    "a library that throws for one method": (
        "if (request.method === 'POST') { event = stripe.webhooks.constructEvent(raw, sig, KEY); await act() }"
    ),
    "words alone": "const session = await getSession(); if (!session) { return { error: 'Unauthorized' } } act()",
    "a secret in a header": (
        "const header = request.headers.get('authorization'); const given = header?.split(' ')[1];"
        " if (given !== process.env.SECRET) return Response.json({}, { status: 401 }); act()"
    ),
    "a throw that its own catch answers": (
        "try { const session = await getSession(); if (!session) throw new Error('no'); await act() }"
        " catch (error) { return Response.json({}, { status: 500 }) }"
    ),
    "a call in a try that ends the handler": (
        "try { const found = await allowed(request); if (found instanceof Response) return found; await act() }"
        " catch (error) { return null }"
    ),
}
ALLOWED = """
async function allowed(request) {
  const session = await getSession(request.headers)
  if (!session) return Response.json({}, { status: 401 })
}"""


@pytest.mark.parametrize("body", REFUSING_HANDLERS.values(), ids=REFUSING_HANDLERS.keys())
def test_a_handler_that_refuses(tmp_path: Path, body: str) -> None:
    """Each way to refuse inside a handler is recognised."""
    assert handled(tmp_path, body, ALLOWED) is Access.ENFORCED


OPEN_HANDLERS = {
    "a token that was typed in": (
        "try { return await signIn(body.accessToken) } catch { throw new HttpException('no', 403) }"
    ),
    "another method": "if (request.method !== 'POST') { return { message: 'Method Not Allowed', code: 405 } } act()",
    "a missing setting": "const apiKey = process.env.API_KEY; if (!apiKey) throw new ApiError('none', 403); act()",
    "a key that was never read": (
        "if (jwtSecret === undefined) throw new Error('not ready'); act()\n}\nlet jwtSecret\n{"
    ),
    "a key that is no JSON": (
        "const keys = readSetting(); function readSetting() { const jwtKeys = getConfigFromEnv('JWT_KEYS');"
        " try { return JSON.parse(jwtKeys) } catch { throw new Error('JWT_KEYS is no JSON') } } act()"
    ),
    "a wrong password": "if (!(await compare(body.password, user.hash))) return Response.json({}, { status: 401 })",
    "an error that is only logged": (
        "try { const session = await getSession(); if (!session) throw new Error('no') }"
        " catch (error) { log(error) } act()"
    ),
}


@pytest.mark.parametrize("body", OPEN_HANDLERS.values(), ids=OPEN_HANDLERS.keys())
def test_a_handler_that_lets_everybody_in(tmp_path: Path, body: str) -> None:
    """A refusal that does not depend on who asks is none."""
    assert handled(tmp_path, body) is Access.ABSENT


def test_a_handler_that_asks_another_server(tmp_path: Path) -> None:
    """Whoever gets the caller's cookie may refuse: an open question."""
    body = "const cookie = request.headers.get('cookie'); return fetch(API, { method: 'POST', headers: { cookie } })"
    assert handled(tmp_path, body) is Access.UNKNOWN


ANONYMOUS = {
    "refuses only who is signed in": (
        (
            "def guard(request):\n    if request.session.get('user_id'):\n        if banned(request):\n"
            "            raise HTTPException(status_code=403)\n"
        ),
        Access.ABSENT,
    ),
    "lets through who sends nothing": (
        (
            "def guard(token=None):\n    if not token:\n        return None\n    user = decode(token)\n"
            "    if user is None:\n"
            "        raise HTTPException(status_code=401)\n    return user\n"
        ),
        Access.ABSENT,
    ),
    "lets through who sends nothing, wrapped": (
        (
            "def guard(f):\n    def inner(*args):\n        if not session.get('user_id'):\n"
            "            return f(*args)\n"
            "        if not allowed(session):\n            abort(403)\n        return f(*args)\n    return inner\n"
        ),
        Access.ABSENT,
    ),
    "refuses in the else": (
        (
            "def guard(f):\n    def inner(*args):\n        if is_authenticated():\n            return f(*args)\n"
            "        else:\n"
            "            abort(401)\n    return inner\n"
        ),
        Access.ENFORCED,
    ),
    "refuses at the end": (
        "def guard(request):\n    if 'user_id' in session:\n        return None\n    abort(401)\n",
        Access.ENFORCED,
    ),
    "a setting lets everyone through": (
        (
            "def guard(f):\n    def inner(*args):\n        if get_config('visibility') == 'public':\n"
            "            return f(*args)\n        if not session.get('user_id'):\n            abort(401)\n"
            "        return f(*args)\n    return inner\n"
        ),
        Access.UNKNOWN,
    ),
    "a setting that is on": (
        (
            "REQUIRED = True\ndef guard(request):\n    if not REQUIRED:\n        return None\n"
            "    if not session.get('user_id'):\n        abort(401)\n"
        ),
        Access.ENFORCED,
    ),
    "a body with a status": (
        (
            "def guard(f):\n    def inner(*args):\n        if 'user_id' not in session:\n"
            "            return jsonify(error='no'), 401\n        return f(*args)\n    return inner\n"
        ),
        Access.ENFORCED,
    ),
    "hands out a session with a database": (
        (
            "async def guard():\n    async with SessionLocal() as session:\n        try:\n            yield session\n"
            "            await session.commit()\n        except Exception:\n            await session.rollback()\n"
            "            raise\n"
        ),
        Access.ABSENT,
    ),
    "the database is away": (
        (
            "async def guard(request):\n    try:\n        async with request.state.session_maker() as session:\n"
            "            yield session\n    except ConnectionRefusedError as e:\n"
            "        raise HTTPException(status_code=503, detail='away') from e\n"
        ),
        Access.ABSENT,
    ),
    "a token that cannot be read": (
        (
            "def guard(token=Depends(scheme)):\n    try:\n        return decode(token)\n    except DecodeError as e:\n"
            "        raise credentials_exception from e\n"
        ),
        Access.ENFORCED,
    ),
    "refuses by the time of day": (
        "def guard(request):\n    user = current_user()\n    if not opened():\n        abort(403)\n    return user\n",
        Access.UNKNOWN,
    ),
}


@pytest.mark.parametrize(("text", "expected"), ANONYMOUS.values(), ids=ANONYMOUS.keys())
def test_a_guard_must_refuse_who_has_no_identity(tmp_path: Path, text: str, expected: Access) -> None:
    """A refusal counts when a request without session, token or key comes to it."""
    assert judge(tmp_path, {"guards.py": text}).authentication is expected


HANDLERS = {
    "only for some things": (
        (
            "def handler(id):\n    page = find(id)\n    if page.auth_required and current_user.is_anonymous:\n"
            "        return redirect('/login')\n    return page\n"
        ),
        Access.UNKNOWN,
    ),
    "a session with a database": (
        "def handler(db_session):\n    if db_session.get(Item, 1):\n        raise HTTPException(status_code=403)\n",
        Access.ABSENT,
    ),
    "a token against forgery": (
        "def handler():\n    if session['nonce'] != request.args.get('state'):\n        return redirect('/login')\n",
        Access.ABSENT,
    ),
    "it signs people in": (
        (
            "def handler():\n    if not request.headers.get('Authorization'):\n        abort(401)\n"
            "    login_user(find())\n"
        ),
        Access.UNKNOWN,
    ),
    "on to the login page after its work": (
        (
            "def handler():\n    if current_user.is_authenticated:\n        return redirect('/')\n"
            "    user = register(form)\n"
            "    send(user)\n    return redirect('/login')\n"
        ),
        Access.ABSENT,
    ),
    "to the login page unless signed in": (
        "def handler():\n    if current_user.is_authenticated:\n        return page()\n    return redirect('/login')\n",
        Access.ENFORCED,
    ),
    "nobody is signed in": (
        "def handler():\n    if not current_user.is_authenticated:\n        abort(401)\n    return page()\n",
        Access.ENFORCED,
    ),
}


@pytest.mark.parametrize(("text", "expected"), HANDLERS.values(), ids=HANDLERS.keys())
def test_a_handler_must_refuse_who_has_no_identity(tmp_path: Path, text: str, expected: Access) -> None:
    """A handler refuses for many reasons; only who is asking counts."""
    project = project_of(tmp_path, {"views.py": text})
    code = project.corpus.code("views.py")
    assert code is not None
    guards = Guards(project.symbols, known_guards())
    assert guards.handler(code, code.facts.functions[0]).authentication is expected


def test_permission_classes_that_a_guard_is_made_with(tmp_path: Path) -> None:
    """What the guard does with the classes it is given is to make them, and making them refuses."""
    text = (
        "class Permission:\n    def __init__(self, request):\n        if not self.has_permission(request.user):\n"
        "            raise HTTPException(status_code=self.code)\n"
        "class IsOwner(Permission):\n    def has_permission(self, user): ...\n"
        "class Allow:\n    def __init__(self, classes):\n        self.classes = classes\n"
        "    def __call__(self, request):\n        for one in self.classes:\n            one(request)\n"
        "guard = Allow([IsOwner])\nempty = Allow([])\n"
    )
    assert judge(tmp_path, {"guards.py": text}).authorization is Access.ENFORCED
    assert judge(tmp_path, {"guards.py": text}, "empty").authorization is Access.ABSENT


def test_a_refusal_that_a_setting_turns_on_is_unknown(tmp_path: Path) -> None:
    """Whether a signature is asked for depends on where the code runs."""
    body = (
        "const signature = request.headers.get('x-signature'); if (process.env.HOSTED === '1')"
        " { const valid = await verify(signature); if (!valid) return new Response('no', { status: 401 }) } act()"
    )
    assert handled(tmp_path, body) is Access.UNKNOWN


def test_a_known_guard_on_an_object_that_cannot_be_followed(tmp_path: Path) -> None:
    """Stripe's signature check throws, whatever the client is called."""
    body = "const event = this.client.webhooks.constructEvent(raw, request.headers.get('stripe-signature'), KEY); act()"
    assert handled(tmp_path, body) is Access.ENFORCED


def test_a_wrapper_that_may_answer_by_itself_is_no_proof_of_absence(tmp_path: Path) -> None:
    """What is called like a guard and sometimes does not call what it wraps is an open question."""
    text = (
        "def requires_auth(f):\n    def inner(*args):\n        user = scheme.authenticate(request)\n"
        "        if not user:\n"
        "            return scheme.error_callback(401 + 0)\n        return f(*args)\n    return inner\n"
        "def with_auth_header(f):\n    def inner(*args):\n        return f(*args, request.headers)\n    return inner\n"
    )
    assert judge(tmp_path, {"guards.py": text}, "requires_auth").authentication is Access.UNKNOWN
    assert judge(tmp_path, {"guards.py": text}, "with_auth_header").authentication is Access.ABSENT


def test_a_clause_that_answers_by_a_name(tmp_path: Path) -> None:
    """A wrapper that makes its answer first and returns it by name refuses all the same."""
    text = (
        "export const guard = (handler) => async (req) => { try {"
        " if (!req.session) throw new ApiError({ code: 'unauthorized' }); return await handler(req)"
        " } catch (error) { const response = Response.json({ error }); log(error); return response } }"
    )
    assert judge(tmp_path, {"guard.ts": text}).authentication is Access.ENFORCED


SECRETS = {
    "in a name": "const token = request.headers.get('authorization'); if (token !== process.env.SECRET)",
    "in a text": "if (request.headers.get('authorization') !== `Bearer ${process.env.SECRET}`)",
}


@pytest.mark.parametrize("asked", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_from_the_settings_is_no_switch(tmp_path: Path, asked: str) -> None:
    """What is sent must equal a setting: a refusal for everybody who does not know it."""
    assert handled(tmp_path, asked + " return new Response('no', { status: 401 }); act()") is Access.ENFORCED


def test_a_handler_that_leaves_after_asking_is_doubtful(tmp_path: Path) -> None:
    """The answer is made elsewhere, in words that say nothing: it may be a refusal."""
    body = "const found = await authenticateRequest(request); if (!found.ok) { return answer(found.error) } act()"
    assert handled(tmp_path, body, "const authenticateRequest = (request) => lookUp(request)") is Access.UNKNOWN


def test_a_handler_that_asks_whose_it_is_and_leaves_who_asks_to_a_call(tmp_path: Path) -> None:
    """That the call refuses is a doubt: whether the handler heeds its answer was not read."""
    more = """
export async function present(request) {
  const session = await getSession();
  if (!session?.user?.id) { return Response.json({}, { status: 401 }); }
  return { organizationId: session.organizationId };
}
"""
    body = (
        "const ctx = await present(request); if (ctx instanceof Response) return ctx;"
        "const risk = await db.risk.find(1);"
        "if (risk.organizationId !== ctx.organizationId) { return Response.json({}, { status: 404 }) } act()"
    )
    assert handled(tmp_path, body, more) is Access.UNKNOWN
    named = "const ctx = await requireApiPermission(request); if (ctx instanceof Response) return ctx; act()"
    assert handled(tmp_path, named) is Access.UNKNOWN


def test_a_handler_that_sends_those_signed_in_away(tmp_path: Path) -> None:
    """Refusing somebody who has a session guards nothing."""
    body = "const session = await getSession(); if (session) throw new Error('You are already logged in'); act()"
    assert handled(tmp_path, body) is Access.ABSENT


def test_a_wrapper_that_hands_errors_to_a_function_guards_nothing(tmp_path: Path) -> None:
    """The function that words them answers 401 to some, and lets nobody in or out."""
    text = """
function answer(error) { if (error.code === 401) { return Response.json({}, { status: 401 }) } }
export const wrapped = (handler) => async (request) => {
  try { return await handler(request) } catch (error) { return answer(error) }
}
"""
    assert judge(tmp_path, {"wrapped.ts": text}, "wrapped").authentication is Access.ABSENT


def test_a_wrapper_that_only_words_errors_guards_nothing(tmp_path: Path) -> None:
    """Whoever throws the error guards; what answers it does not."""
    text = """
export const wrapped = (handler) => async (req, res) => {
  try { return await handler(req, res) } catch (error) {
    if (error instanceof UnauthorizedError) { return res.status(401).json({}) }
    return res.status(500).json({})
  }
}
"""
    assert judge(tmp_path, {"wrapped.ts": text}, "wrapped").authentication is Access.ABSENT
