"""Middleware in JavaScript asks for the path in its own ways; what that comes to is known for each route."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.conditions import Asked, Conditions, Reach
from trustwright.review.link.values import Values

MIDDLEWARE = """
import { createRouteMatcher } from '@clerk/nextjs/server'
import micromatch from 'micromatch'
const OPEN = ['/login', '/api/health']
const SOME = OPEN.filter((path) => path !== process.env.CLOSED)
const PATTERN = /^\\/(login|api\\/health)/
const isListed = (url) => OPEN.some((path) => url.startsWith(path))
function isLogin(url) { return url.startsWith('/login') }
const isOpen = createRouteMatcher(['/login(.*)', '/api/health'])
export function middleware(request) {
  const { pathname } = request.nextUrl
  const listed = OPEN.some((path) => pathname.startsWith(path))
  if (CONDITION) { return NextResponse.next() }
  return NextResponse.redirect(new URL('/login', request.url))
}
"""


def reach_of(folder: Path, condition: str, path: str) -> tuple[Reach, bool]:
    """Return what is known of the middleware for a path, and whether its redirect is reached."""
    text = MIDDLEWARE.replace("CONDITION", condition)
    project = project_of(folder, {"middleware.ts": text})
    code = project.corpus.code("middleware.ts")
    assert code is not None
    function = next(item for item in code.facts.functions if item.name == "middleware")
    reach = Conditions(Values(project.symbols)).reach(code, function, Asked("GET", path))
    redirect = text.index("return NextResponse.redirect")
    return reach, not any(item.start <= redirect < item.end for item in reach.unreached)


@pytest.mark.parametrize(
    ("condition", "path", "reached"),
    [
        ("pathname.startsWith('/login') || pathname === '/api/health'", "/login/start", False),
        ("pathname.startsWith('/login') || pathname === '/api/health'", "/api/health", False),
        ("pathname.startsWith('/login') || pathname === '/api/health'", "/api/users/{id}", True),
        ("OPEN.includes(pathname)", "/api/health", False),
        ("OPEN.includes(pathname)", "/api/health/more", True),
        ("request.nextUrl.pathname.includes('/health')", "/api/health", False),
        ("request.nextUrl.pathname.includes('/health')", "/api/users/{id}", True),
        ("listed", "/login/start", False),
        ("listed", "/api/users", True),
        ("OPEN.some((path) => { return request.nextUrl.pathname.startsWith(path) })", "/login/start", False),
        ("OPEN.some((path) => { return request.nextUrl.pathname.startsWith(path) })", "/api/users", True),
        ("/^\\/(login|api\\/health)/.test(pathname)", "/api/health", False),
        ("/^\\/(login|api\\/health)/.test(pathname)", "/api/users", True),
        ("PATTERN.test(pathname)", "/api/health", False),
        ("PATTERN.test(pathname)", "/api/users", True),
        ("SOME.some((path) => pathname.startsWith(path))", "/api/users", True),
        ("isListed(pathname)", "/login/start", False),
        ("isListed(request.nextUrl.pathname)", "/api/users", True),
        ("isLogin(pathname)", "/login/start", False),
        ("isLogin(pathname)", "/api/users", True),
        ("micromatch.isMatch(pathname, ['/login/**', '/api/*/open'])", "/login/by/name", False),
        ("micromatch.isMatch(pathname, ['/login/**', '/api/*/open'])", "/login", False),
        ("micromatch.isMatch(pathname, ['/login/**', '/api/*/open'])", "/api/users/{id}/open", True),
        ("micromatch.isMatch(pathname, ['/login/**', '/api/*/open'])", "/api/{id}/open", False),
        ("isOpen(request)", "/login/start", False),
        ("isOpen(request)", "/api/users", True),
    ],
)
def test_a_condition_on_the_path_is_decided(tmp_path: Path, condition: str, path: str, reached: bool) -> None:
    reach, found = reach_of(tmp_path, condition, path)
    assert (reach.doubt, found) == ("", reached)


@pytest.mark.parametrize("condition", ["isAllowed(pathname)", "request.nextUrl.pathname.includes('health')"])
def test_a_condition_that_cannot_be_decided_is_doubted(tmp_path: Path, condition: str) -> None:
    assert reach_of(tmp_path, condition, "/api/{name}")[0].doubt
