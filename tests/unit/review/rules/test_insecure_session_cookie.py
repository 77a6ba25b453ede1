"""Insecure session cookie: missing flags are unmet, by the library's defaults; other cookies are no members."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import insecure_session_cookie


def test_javascript(tmp_path: Path) -> None:
    """Cookies set one by one, and by a session library."""
    text = """
import session from 'express-session'
const secure = process.env.NODE_ENV === 'production'
const flags = { httpOnly: true, secure: true, sameSite: 'lax' }
app.use(session({ secret: s, cookie: { secure: true } })) // met
app.use(session({ secret: s })) // unmet medium
function a(req, res) {
  res.cookie('session', id) // unmet high
  res.cookie('session', id, { httpOnly: true, secure: true }) // met
  res.cookie('session', id, { httpOnly: true, secure }) // met
  res.cookie('auth_token', id, { httpOnly: true, secure: false }) // unmet medium
  res.cookie('refresh', id, flags) // met
  res.cookie('refresh', id, makeFlags()) // unknown
  res.cookie('theme', 'dark')
  res.clearCookie('session')
}
"""
    check_marks(insecure_session_cookie, tmp_path, {"server.ts": text.replace("makeFlags()", "other.flags")})


def test_python(tmp_path: Path) -> None:
    """Responses, and the settings of frameworks."""
    files = {
        "views.py": """
def a(response):
    response.set_cookie("session", value)  # unmet high
    response.set_cookie("session", value, httponly=True, secure=True)  # met
    response.set_cookie("lang", value)
""",
        "settings.py": "SESSION_COOKIE_SECURE = False  # unmet medium\nSESSION_COOKIE_HTTPONLY = True  # met\n",
        "config/dev.py": "SESSION_COOKIE_SECURE = False\n",
    }
    check_marks(insecure_session_cookie, tmp_path, files)


def test_what_only_helps_to_sign_in(tmp_path: Path) -> None:
    """How somebody signs in, and where they go then, opens nothing."""
    text = "res.cookie('auth_method', method)\nres.cookie('auth_state', req.query.state)\n"
    check_silent(insecure_session_cookie, tmp_path, {"app.js": text})
