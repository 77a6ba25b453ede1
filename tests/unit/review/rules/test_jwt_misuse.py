"""JWT misuse: unverified, unsigned and everlasting tokens are unmet."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import jwt_misuse


def test_javascript(tmp_path: Path) -> None:
    """The two usual libraries of Node."""
    text = """
import jwt from 'jsonwebtoken'
import { SignJWT } from 'jose'
export const a = (token) => jwt.decode(token) // unmet high
export const b = (token) => jwt.verify(token, key, { algorithms: ['HS256'] }) // met
export const c = (token) => jwt.verify(token, key, { algorithms: ['none'] }) // unmet critical
export const d = (id) => jwt.sign({ id }, key) // unmet medium
export const e = (id) => jwt.sign({ id }, key, { expiresIn: '15m' }) // met
export const f = (token) => jwt.verify(token, key, { ignoreExpiration: true }) // unmet medium
export const g = () => new SignJWT({}).setExpirationTime('1h').sign(key) // met
export const h = (token) => { jwt.verify(token, key); // met
  return jwt.decode(token, { complete: true }) // met
}
export const i = (claims) => jwt.sign(claims, key) // unknown
"""
    check_marks(jwt_misuse, tmp_path, {"tokens.ts": text})


def test_python(tmp_path: Path) -> None:
    """PyJWT."""
    text = """
import jwt
def a(token): return jwt.decode(token, options={"verify_signature": False})  # unmet high
def b(token): return jwt.decode(token, KEY, algorithms=["RS256"])  # met
def c(user): return jwt.encode({"sub": user}, KEY)  # unmet medium
def d(user): return jwt.encode({"sub": user, "exp": soon()}, KEY)  # met
"""
    check_marks(jwt_misuse, tmp_path, {"tokens.py": text})


def test_nothing_to_say(tmp_path: Path) -> None:
    """Something else with the same method names."""
    check_silent(jwt_misuse, tmp_path, {"a.ts": "export const jwt = codec.decode(jwtText)\n"})
