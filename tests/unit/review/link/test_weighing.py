"""A refusal in a handler counts when it is about the caller, not about whatever went wrong."""

from pathlib import Path

import pytest

from tests.reviewing import project_of
from trustwright.review.link.guards import Guards
from trustwright.review.link.known import known_guards
from trustwright.review.model import Access

HANDLERS = {
    "401 for whatever went wrong": (
        (
            "def handler():\n    try:\n        browser_session = start(request.args)\n    except Exception as e:\n"
            "        return make_response(str(e), 401)\n    return browser_session\n"
        ),
        Access.ABSENT,
    ),
    "401 because the check failed": (
        (
            "def handler():\n    try:\n        session = verify(request.headers.get('Authorization'))\n"
            "    except Exception:\n        return make_response('no', 401)\n    return act(session)\n"
        ),
        Access.ENFORCED,
    ),
    "a token against forgery, asked of a module": (
        "def handler():\n    if not user_mod.check_csrf_token():\n        return abort(401)\n    return act()\n",
        Access.ABSENT,
    ),
}


@pytest.mark.parametrize(("text", "expected"), HANDLERS.values(), ids=HANDLERS.keys())
def test_a_handler(tmp_path: Path, text: str, expected: Access) -> None:
    project = project_of(tmp_path, {"views.py": text})
    code = project.corpus.code("views.py")
    assert code is not None
    assert Guards(project.symbols, known_guards()).handler(code, code.facts.functions[0]).authentication is expected


def test_a_guard_against_forgery_is_no_authentication(tmp_path: Path) -> None:
    text = (
        "def require_csrf_token(f):\n    def inner(*args):\n        if not user_mod.check_csrf_token():\n"
        "            return abort(401)\n        return f(*args)\n    return inner\n"
    )
    project = project_of(tmp_path, {"guards.py": text})
    code = project.corpus.code("guards.py")
    assert code is not None
    verdict = Guards(project.symbols, known_guards()).function(code, code.facts.functions[0])
    assert verdict.authentication is Access.ABSENT


PASSES_ON = """\
import { controller } from 'somewhere';
export async function POST(req) {
  const header = req.headers.get('Authorization');
  return answer(await controller.handle(header));
}
"""
SIGNED = """\
export async function POST(req) {
  if (!verifyWebhookSignature(req)) { return new Done(); }
  await db.user.create({ data: await req.json() });
}
"""
TO_LOGIN = """\
export async function GET(req, res) {
  const session = await getServerSession(req, res);
  if (!session) {
    const back = `/login?next=${req.url}`;
    const whole = `${back}&team=1`;
    return res.redirect(whole);
  }
  await db.user.create({ data: {} });
}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [(PASSES_ON, Access.UNKNOWN), (SIGNED, Access.UNKNOWN), (TO_LOGIN, Access.ENFORCED)],
    ids=["hands the header on", "leaves without a signature", "redirects to the login page in two steps"],
)
def test_a_route_of_next(tmp_path: Path, text: str, expected: Access) -> None:
    """What may refuse in ways that are not understood is doubted, not denied."""
    files = {"package.json": '{"dependencies": {"next": "15"}}', "app/api/x/route.ts": text}
    (route,) = project_of(tmp_path, files).routes
    assert route.authentication.value is expected
