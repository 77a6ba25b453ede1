"""Next.js: what its routers serve, what lets anybody call it, and what stands before it."""

from pathlib import Path

import pytest

from tests.reviewing import routes_of
from trustwright.review.model import Access

PACKAGE = '{"name": "shop", "dependencies": {"next": "16.0.0", "react": "19.0.0"}}'
ABSENT, ENFORCED, UNKNOWN = str(Access.ABSENT), str(Access.ENFORCED), str(Access.UNKNOWN)
ROUTE = "export async function GET(request: Request) { return Response.json([]) }\n"
SESSION = """
export async function getUser() { return read() }
export const withAuth = (handler) => async (request, context) => {
  const session = await getSession()
  if (!session) return Response.json({ error: 'Sign in' }, { status: 401 })
  return handler(request, context)
}
"""


def app(**files: str) -> dict[str, str]:
    """Return the files of an application; ``__`` in a name stands for a slash, ``_`` before the ending for its dot."""
    named = {name.replace("__", "/").replace("_ts", ".ts"): text for name, text in files.items()}
    return {"package.json": PACKAGE, **named}


def names(folder: Path, files: dict[str, str]) -> set[str]:
    """Return the names of the routes found."""
    return set(routes_of(folder, files))


def authentication(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Return the verdict on authentication by route."""
    return {name: str(route.authentication.value) for name, route in routes_of(folder, files).items()}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/api/cats/route.ts", "GET /api/cats"),
        ("src/app/api/cats/[id]/route.ts", "GET /api/cats/{id}"),
        ("app/(shop)/api/@modal/cats/[...slug]/route.tsx", "GET /api/cats/{slug}"),
        ("app/[[...rest]]/route.js", "GET /{rest}"),
        ("app/route.ts", "GET /"),
        ("app/feed.xml/route.ts", "GET /feed.xml"),
        ("src/app/api/docs/test/route.ts", "GET /api/docs/test"),
    ],
)
def test_paths_of_the_app_router(tmp_path: Path, path: str, expected: str) -> None:
    assert names(tmp_path, {"package.json": PACKAGE, path: ROUTE}) == {expected}


NOT_SERVED = [
    "app/_internal/route.ts",
    "lib/route.ts",
    "app/api/route.test.ts",
    "app/x/page.tsx",
    "pages/api/a.test.ts",
]


@pytest.mark.parametrize("path", NOT_SERVED)
def test_what_the_app_router_does_not_serve(tmp_path: Path, path: str) -> None:
    assert names(tmp_path, {"package.json": PACKAGE, path: ROUTE}) == set()


def test_nothing_without_next(tmp_path: Path) -> None:
    assert names(tmp_path, {"package.json": '{"name": "shop"}', "app/api/route.ts": ROUTE}) == set()


def test_an_example_is_not_production(tmp_path: Path) -> None:
    files = {"examples/shop/package.json": PACKAGE, "examples/shop/app/api/route.ts": ROUTE}
    assert names(tmp_path, files) == set()


def test_several_applications_and_a_base_path(tmp_path: Path) -> None:
    files = {
        "apps/shop/package.json": PACKAGE,
        "apps/shop/src/app/api/a/route.ts": ROUTE,
        "apps/desk/package.json": '{"name": "desk"}',
        "apps/desk/next.config.mjs": "export default { basePath: '/desk' }",
        "apps/desk/app/api/a/route.ts": ROUTE,
    }
    assert names(tmp_path, files) == {"GET /api/a", "GET /desk/api/a"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const GET = async () => {}\nexport function POST() {}", {"GET", "POST"}),
        ("const handler = () => {}\nexport { handler as GET, handler as DELETE }", {"GET", "DELETE"}),
        ("export { GET } from './other'", {"GET"}),
        ("export * from './other'", {"GET", "PUT"}),
        ("export const { GET, POST } = handlers", {"GET", "POST"}),
        ("export const dynamic = 'force-dynamic'\nexport type GETS = string\nfunction GET() {}", set()),
    ],
)
def test_ways_to_export_handlers(tmp_path: Path, text: str, expected: set[str]) -> None:
    other = "export function GET() {}\nexport const PUT = () => {}"
    files = {"package.json": PACKAGE, "app/api/route.ts": text, "app/api/other.ts": other}
    assert names(tmp_path, files) == {f"{method} /api" for method in expected}


def test_a_check_in_the_handler_and_in_a_wrapper(tmp_path: Path) -> None:
    text = """
import { withAuth } from '@/lib/session'
import { named } from './named'
export async function GET() {
  const session = await getServerSession()
  if (!session) return Response.json({}, { status: 401 })
  return Response.json([])
}
export const POST = withAuth(async (request) => { await db.cat.create({ data: {} }) })
export const PUT = withAuth(named)
export const DELETE = async () => { await db.cat.deleteMany({}) }
"""
    files = app(
        app__api__route_ts=text,
        app__api__named_ts="export async function named() {}",
        lib__session_ts=SESSION,
        tsconfig="",
    )
    files["tsconfig.json"] = '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'
    assert authentication(tmp_path, files) == {
        "GET /api": ENFORCED,
        "POST /api": ENFORCED,
        "PUT /api": ENFORCED,
        "DELETE /api": ABSENT,
    }


TRPC = """
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
const handler = (req) => fetchRequestHandler({ req, router })
export { handler as GET }
"""


@pytest.mark.parametrize(
    "text",
    [
        "import { handlers } from '@/auth'\nexport const { GET } = handlers",
        "import { toNextJsHandler } from 'better-auth/next-js'\nexport const { GET } = toNextJsHandler(auth)",
        "import { handle } from 'hono/vercel'\nconst app = new Hono()\nexport const GET = handle(app)",
        TRPC,
        "import { serve } from 'inngest/next'\nexport async function GET(request) { return serve(request, {}) }",
    ],
)
def test_what_a_library_answers_is_an_open_question(tmp_path: Path, text: str) -> None:
    files = app(app__api__route_ts=text)
    files["auth.ts"] = "import NextAuth from 'next-auth'\nexport const { handlers } = NextAuth({})"
    files["tsconfig.json"] = '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'
    assert authentication(tmp_path, files) == {"GET /api": UNKNOWN}


PAGE = """
export default async function handler(req, res) {
  if (req.method === 'GET') {
    return res.json(await db.cat.findMany())
  } else if (req.method === 'POST') {
    const session = await getServerSession(req, res)
    if (!session) return res.status(401).end()
    await db.cat.create({ data: req.body })
    return res.json({})
  }
  res.status(405).end()
}
"""
SWITCH = """
export default async function handler(req, res) {
  switch (req.method) {
    case 'GET':
      return res.json(await db.cat.findMany())
    case 'PUT':
    case 'POST': {
      const session = await getServerSession(req, res)
      if (!session) { return res.status(401).end() }
      return res.json({})
    }
    default:
      res.status(405).end()
  }
}
"""


def test_methods_of_api_pages_are_told_apart(tmp_path: Path) -> None:
    files = app(pages__api__cats__index_ts=PAGE, src__pages__api__dogs_ts=SWITCH, pages__api__any_ts="")
    files["pages/api/[id].ts"] = "export default (req, res) => res.json({})"
    assert authentication(tmp_path, files) == {
        "GET /api/cats": ABSENT,
        "POST /api/cats": ENFORCED,
        "GET /api/dogs": ABSENT,
        "PUT /api/dogs": ENFORCED,
        "POST /api/dogs": ENFORCED,
        "ANY /api/{id}": ABSENT,
    }


def test_a_page_that_hands_on_to_another_file(tmp_path: Path) -> None:
    text = "import { handle } from '../../lib/cats'\nexport default function page(req, res) { return handle(req, res) }"
    other = PAGE.replace("export default async function handler", "export async function handle")
    assert authentication(tmp_path, app(pages__api__cats_ts=text, lib__cats_ts=other)) == {
        "GET /api/cats": ABSENT,
        "POST /api/cats": ENFORCED,
    }


def test_a_page_for_one_method_behind_a_wrapper(tmp_path: Path) -> None:
    text = """
import { withAuth } from '../../lib/session'
async function handler(req, res) { if (req.method !== 'DELETE') return res.status(405).end(); res.end() }
export default withAuth(handler)
"""
    files = app(pages__api__cats_ts=text, lib__session_ts=SESSION)
    assert authentication(tmp_path, files) == {"DELETE /api/cats": ENFORCED}


def test_a_page_that_maps_methods(tmp_path: Path) -> None:
    text = """
import { withAuth } from '../../lib/session'
import { withErrors } from '../../lib/errors'
export default withErrors({ GET: async (req, res) => res.json([]), POST: withAuth(async (req, res) => res.end()) })
"""
    errors = "export const withErrors = (handlers) => async (req, res) => handlers[req.method](req, res)"
    files = app(pages__api__cats_ts=text, lib__session_ts=SESSION, lib__errors_ts=errors)
    assert authentication(tmp_path, files) == {"GET /api/cats": ABSENT, "POST /api/cats": ENFORCED}


def test_a_connected_router(tmp_path: Path) -> None:
    text = """
import { createRouter } from 'next-connect'
const router = createRouter()
router.get((req, res) => res.json([]))
router.use((req, res, next) => { if (!req.user) return res.status(401).end(); next() })
router.post((req, res) => res.end())
export default router.handler()
"""
    assert authentication(tmp_path, app(pages__api__cats_ts=text)) == {
        "GET /api/cats": ABSENT,
        "POST /api/cats": ENFORCED,
    }


MIDDLEWARE = """
import { NextResponse } from 'next/server'
export function middleware(request) {
  CHECK
  const token = request.cookies.get('session')
  if (!token) return NextResponse.redirect(new URL('/login', request.url))
  return NextResponse.next()
}
CONFIG
"""


@pytest.mark.parametrize(
    ("check", "config", "cats", "open_"),
    [
        ("", "", ENFORCED, ENFORCED),
        ("", "export const config = { matcher: ['/api/cats/:path*'] }", ENFORCED, ABSENT),
        ("", "export const config = { matcher: '/((?!api/open).*)' }", ENFORCED, ABSENT),
        ("", "export const config = { matcher: [{ source: '/api/:path*', has: [] }] }", UNKNOWN, UNKNOWN),
        ("", "export const config = { matcher: matchers() }", UNKNOWN, UNKNOWN),
        ("if (request.nextUrl.pathname.startsWith('/api/open')) return NextResponse.next()", "", ENFORCED, ABSENT),
        ("if (isOpen(request.nextUrl.pathname)) return NextResponse.next()", "", UNKNOWN, UNKNOWN),
    ],
)
def test_middleware(tmp_path: Path, check: str, config: str, cats: str, open_: str) -> None:
    files = app(
        src__middleware_ts=MIDDLEWARE.replace("CHECK", check).replace("CONFIG", config),
        src__app__api__cats__route_ts=ROUTE,
        src__app__api__open__route_ts=ROUTE,
    )
    assert authentication(tmp_path, files) == {"GET /api/cats": cats, "GET /api/open": open_}


def test_middleware_that_leaves_refusing_to_a_function(tmp_path: Path) -> None:
    text = """
import { NextResponse } from 'next/server'
const isProtected = (url) => ['/api/cats'].some((path) => url.startsWith(path))
const login = async (request) => {
  const session = await getSession(request)
  if (isProtected(request.nextUrl.pathname) && !session) return NextResponse.redirect(new URL('/login', request.url))
  return null
}
export const proxy = async (request) => {
  const answer = await login(request)
  if (answer) return answer
  return NextResponse.next()
}
"""
    files = app(proxy_ts=text, app__api__cats__route_ts=ROUTE, app__api__dogs__route_ts=ROUTE)
    assert authentication(tmp_path, files) == {"GET /api/cats": ENFORCED, "GET /api/dogs": ABSENT}


def test_middleware_that_only_passes_on_is_no_guard(tmp_path: Path) -> None:
    text = "export default function proxy(request) { return NextResponse.next() }"
    assert authentication(tmp_path, app(proxy_ts=text, app__api__route_ts=ROUTE)) == {"GET /api": ABSENT}


def test_middleware_of_libraries(tmp_path: Path) -> None:
    text = "export { default } from 'next-auth/middleware'\nexport const config = { matcher: ['/api/:path*'] }"
    assert authentication(tmp_path / "a", app(middleware_ts=text, app__api__route_ts=ROUTE)) == {"GET /api": ENFORCED}
    text = "import { strange } from 'somewhere'\nexport default strange"
    assert authentication(tmp_path / "b", app(middleware_ts=text, app__api__route_ts=ROUTE)) == {"GET /api": UNKNOWN}


CLIENTS = """
import { createSafeActionClient } from 'next-safe-action'
export const open = createSafeActionClient({})
export const known = open.use(async ({ next }) => {
  const session = await getSession()
  if (!session) throw new Error('Unauthorized')
  return next({ ctx: { session } })
})
"""


def test_server_actions(tmp_path: Path) -> None:
    text = """
'use server'
import { known, open } from './clients'
export type Input = { id: string }
const schema = z.object({})
export async function plain(id: string) { await db.cat.delete({ where: { id } }) }
export const arrow = async () => {}
export const free = open.inputSchema(schema).action(async () => {})
export const checked = known.metadata({}).inputSchema(schema).action(async ({ ctx }) => {})
async function inside() {}
"""
    found = authentication(tmp_path, app(src__actions_ts=text, src__clients_ts=CLIENTS))
    assert found == {
        "ACTION /src/actions.ts#plain": ABSENT,
        "ACTION /src/actions.ts#arrow": ABSENT,
        "ACTION /src/actions.ts#free": ABSENT,
        "ACTION /src/actions.ts#checked": ENFORCED,
    }


def test_server_actions_inside_components(tmp_path: Path) -> None:
    text = """
export default function Page() {
  async function save(data) { 'use server'; await db.cat.create({ data }) }
  return <Form action={save} onClose={async () => { "use server"; }} />
}
"""
    files = {"package.json": PACKAGE, "app/page.tsx": text}
    assert names(tmp_path, files) == {"ACTION /app/page.tsx#save", "ACTION /app/page.tsx#Page:4"}
