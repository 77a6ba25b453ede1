"""Weak password hash: fast functions and plain comparison are unmet, slow ones are met."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import weak_password_hash


def test_javascript(tmp_path: Path) -> None:
    """Node's crypto, bcrypt and argon2."""
    check_marks(
        weak_password_hash,
        tmp_path,
        {
            "users.ts": """
import crypto from 'node:crypto'
import bcrypt from 'bcrypt'
import * as argon2 from 'argon2'
export const a = (password: string) => crypto.createHash('md5').update(password).digest('hex') // unmet critical
export const b = (password: string) => bcrypt.hash(password, 12) // met
export const c = (password: string) => bcrypt.hash(password, 4) // unmet medium
export const d = (password: string) => argon2.hash(password) // met
export const e = (etag: string) => crypto.createHash('md5').update(etag).digest('hex')
export const f = (password: string, salt: string) => crypto.pbkdf2Sync(password, salt, 1000, 32, 'sha256') // unmet high
export const g = (password: string, salt: string) => crypto.pbkdf2Sync(password, salt, 600000, 32, 'sha256') // met
export function login(user: User, password: string) {
  if (user.password === password) { // unmet critical
    return true
  }
}
export const reset = (passwordResetToken: string) =>
  crypto.createHash('sha256').update(passwordResetToken).digest('hex')
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """hashlib, bcrypt, werkzeug and Django's hashers."""
    check_marks(
        weak_password_hash,
        tmp_path,
        {
            "users.py": """
import bcrypt, hashlib
from hashlib import sha256
from werkzeug.security import generate_password_hash

def a(password): return hashlib.md5(password.encode()).hexdigest()  # unmet critical
def b(password): return sha256(password.encode()).hexdigest()  # unmet critical
def c(password): return bcrypt.hashpw(password.encode(), bcrypt.gensalt())  # met
def d(password): return generate_password_hash(password)  # met
def e(content): return hashlib.md5(content).hexdigest()
def f(password, salt): return hashlib.pbkdf2_hmac("sha256", password, salt, 1000)  # unmet high
""",
            "settings.py": """
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # unmet
""",
            "other.py": """
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # met
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """A form that compares two typed passwords stores none."""
    check_silent(weak_password_hash, tmp_path, {"form.ts": "if (values.password !== values.confirmPassword) error()\n"})


def test_keys_are_no_passwords(tmp_path: Path) -> None:
    """A key of the set-up, a hash that is there already; a key made of a password is judged milder."""
    check_marks(
        weak_password_hash,
        tmp_path,
        {
            "a.ts": """
import crypto from 'crypto';
const key = crypto.createHash('sha256').update(String(process.env.PASSWORD_KEY)).digest();
const derived = crypto.pbkdf2Sync(password, salt, 10000, 32, 'sha512'); // unmet medium
const cipher = crypto.createCipheriv('aes-256-gcm', derived, iv);
""",
            "b.py": """
import hashlib
identity = hashlib.md5(self.password_hash.encode()).hexdigest()
weak = hashlib.md5(password.encode()).hexdigest()  # unmet
""",
        },
    )
