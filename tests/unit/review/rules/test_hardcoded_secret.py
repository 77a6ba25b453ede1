"""Hard-coded secret: a value that stands in a file is unmet, one read from outside is met, a placeholder is neither."""

from pathlib import Path

import pytest

from tests.reviewing import check_marks, check_silent, lay
from trustwright.review.engine import review
from trustwright.review.rules import hardcoded_secret
from trustwright.review.settings import Settings

KEY = "v9Rk2pXw7QhLz4Tn8sBd3YcJf6MgUe1A"


def test_named_values(tmp_path: Path) -> None:
    """In code, settings, infrastructure and workflows."""
    check_marks(
        hardcoded_secret,
        tmp_path,
        {
            "src/tokens.ts": f"""
const FEED_SIGNING_SECRET = '{KEY}' // unmet high
const apiToken = process.env.API_TOKEN // met
const resetToken = makeToken(user)
const sessionSecret = process.env.SESSION_SECRET || 'keyboard cat' // unmet medium
""",
            "app/settings.py": f"""
API_KEY = "{KEY}"  # unmet high
DB_PASSWORD = os.environ["DB_PASSWORD"]  # met
OTHER_SECRET = os.environ.get("OTHER_SECRET", "keyboard")  # unmet medium
""",
            "infra/db.tf": """
resource "aws_db_instance" "shop" {
  password = "q7Lm-V2tZr" # unmet high
}
""",
            ".env.production": """
DATABASE_URL=postgres://shop:q7Lm-V2tZr@db.acme-shop.net/shop # unmet high
""",
            "config/development.yml": f"""
signing_key: {KEY} # unmet medium
""",
            ".github/workflows/deploy.yml": """
env:
  SOME_PASSWORD: q7Lm-V2tZr
""",
        },
    )


def test_tokens_of_providers(tmp_path: Path) -> None:
    """Keys that open production are critical; an access key's id is not, and in tests only proven ones count."""
    stripe = "sk_live_" + KEY
    check_marks(
        hardcoded_secret,
        tmp_path,
        {
            "src/pay.ts": f"const stripe = new Stripe('{stripe}') // unmet critical\n",
            "src/store.py": 'client(aws_access_key_id="AKIAQYLPMN5HACMESHOP")  # unmet medium\n',
            "src/pay.test.ts": f"const stripe = new Stripe('{stripe}')\n",
            ".github/workflows/pay.yml": f"run: curl -H 'token: {stripe}' # unmet critical\n",
            "src/schema.py": f'field(examples=["{stripe}"])\n',
        },
    )


def test_keys_given_to_functions(tmp_path: Path) -> None:
    """Whatever it looks like, a text that signs, encrypts or opens sessions is a secret."""
    check_marks(
        hardcoded_secret,
        tmp_path,
        {
            "app.ts": """
import jwt from 'jsonwebtoken'
import session from 'express-session'
import cookieParser from 'cookie-parser'
import { createHmac } from 'node:crypto'
import { JwtModule } from '@nestjs/jwt'
import { KEY, fromOutside } from './keys'
app.use(cookieParser('kekse')) // unmet high
app.use(session({
  secret: 'keyboard cat', // unmet high
}))
jwt.sign({ id }, KEY)
jwt.verify(token, fromOutside)
createHmac('sha256', 'words').update(data) // unmet high
createHmac('sha256', config.key).update(data)
JwtModule.register({ secret: process.env.JWT_SECRET || 'words' }) // unmet medium
""",
            "keys.ts": """
export const KEY = 'words' // unmet high
export const fromOutside = process.env.JWT_KEY
""",
            "app.py": """
import hmac, jwt
from cryptography.fernet import Fernet
from starlette.middleware.sessions import SessionMiddleware
app.secret_key = "words"  # unmet high
app.config["SECRET_KEY"] = load()
app.add_middleware(SessionMiddleware, secret_key="words")  # unmet high
hmac.new("words".encode(), data, "sha256")  # unmet high
hmac.new(secret.encode("utf-8"), data, "sha256")
jwt.encode(claims, settings.key, algorithm="HS256")
Fernet(b"words")  # unmet high

class TestingConfig:
    SECRET_KEY = "words"
""",
        },
    )


def test_keys_of_one_owner(tmp_path: Path) -> None:
    """Private keys are critical; one for the developer's own machine is not."""
    pem = "-----BEGIN PRIVATE KEY-----\n" + "\n".join([KEY * 2] * 8) + "\n-----END PRIVATE KEY-----\n"
    check_marks(
        hardcoded_secret,
        tmp_path,
        {"certs/server.key": pem, "certs/localhost.pem": pem},
        {("certs/server.key", 1): "unmet", ("certs/localhost.pem", 1): "unmet"},
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Placeholders, templates, documents, tests, translations and lock files."""
    check_silent(
        hardcoded_secret,
        tmp_path,
        {
            ".env.example": f"JWT_SECRET={KEY}\nDATABASE_URL=postgres://shop:change-this@localhost/shop\n",
            "README.md": f"    export API_TOKEN={KEY}\n",
            "tests/test_login.py": f'API_TOKEN = "{KEY}"\n',
            "src/i18n/de.json": '{"password": "Pass-Wort2"}\n',
            "package-lock.json": f'{{"token": "{KEY}"}}\n',
            "logo.svg": f'<svg token="{KEY}"/>\n',
        },
    )


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("a.ts", f"const apiKey = '{KEY}'\n", KEY),
        ("a.ts", "import crypto from 'crypto'\ncrypto.createHmac('md5', 'hot words').update(password)\n", "hot words"),
        (".env", "DATABASE_URL=postgres://shop:q7Lm-V2tZr@db.acme-shop.net/shop?sslmode=disable\n", "q7Lm-V2tZr"),
    ],
)
def test_the_value_is_printed_nowhere(tmp_path: Path, path: str, text: str, value: str) -> None:
    """Neither by this rule nor by another that points at the same line."""
    found = review(lay(tmp_path, {path: text}), Settings(), jobs=1, cache=False).findings
    assert any(finding.rule.id == "hardcoded-secret" for finding in found)
    for finding in found:
        assert value not in finding.snippet + finding.detail, finding.rule.id
