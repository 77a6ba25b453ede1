"""Where secrets stand in a text, what is none, and what a report must not print."""

import pytest

from trustwright.review.source.secrets import covered, secrets

WORDS = "v9Rk2pXw7QhLz4Tn8sBd3YcJf6MgUe1A"
PASSWORD = "q7Lm-V2tZr"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n"


def kinds(path: str, text: str) -> list[tuple[str, int]]:
    return [(one.kind, one.line) for one in secrets(path, text.encode())]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.ts", f"const FEED_SIGNING_SECRET = '{WORDS}';", "named"),
        ("a.ts", f'const config = {{ apiKey: "{WORDS}" }}', "named"),
        ("a.ts", f'const key: string = "x"; const apiKey: string = "{WORDS}"', "named"),
        ("a.py", f'API_TOKEN = "{WORDS}"', "named"),
        ("a.py", f'client = Client(secret_key=b"{WORDS}")', "named"),
        ("A.java", f'String dbPassword = "{PASSWORD}";', "named"),
        ("a.go", f'dbPassword := "{PASSWORD}"', "named"),
        ("config.yaml", f"password: {PASSWORD}", "named"),
        ("deploy.yaml", f"- name: DB_PASSWORD\n  value: {PASSWORD}", "named"),
        ("a.tf", f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}', "named"),
        ("user.tf", f"<<EOF\nexport AWS_SECRET_ACCESS_KEY={WORDS}\nEOF", "named"),
        (".env.production", f"JWT_SECRET={WORDS}", "named"),
        ("Dockerfile", f'ENV API_KEY "{WORDS}"', "named"),
        ("a.ipynb", f'"source": ["api_key = \\"{WORDS}\\"\\n"]', "named"),
        (".env", f"DATABASE_URL=postgres://shop:{PASSWORD}@db.acme-shop.net/shop", "address"),
        ("a.py", f'connect("mongodb+srv://shop:{PASSWORD}@cluster0.mongodb.net")', "address"),
        (".env", "POSTGRES_PASSWORD=postgres", "well-known"),
        ("settings.py", 'ADMIN_PASSWORD = "changeme"', "well-known"),
        ("a.ts", "const secret = process.env.JWT_SECRET || 'keyboard cat'", "fallback"),
        ("a.ts", "const secret = process.env.JWT_SECRET ?? 'keyboard cat'", "fallback"),
        ("a.py", 'SECRET_KEY = os.environ.get("SECRET_KEY", "keyboard")', "fallback"),
        ("a.py", 'SECRET_KEY = os.getenv("SECRET_KEY") or "keyboard"', "fallback"),
        ("compose.yml", 'DB_PASSWORD: "${DB_PASSWORD:-hunter22}"', "fallback"),
        ("a.ts", "const secret = process.env.JWT_SECRET", "reference"),
        ("a.ts", "const secret = process.env.JWT_SECRET || ''", "reference"),
        ("a.py", 'SECRET_KEY = os.environ["SECRET_KEY"]', "reference"),
        ("a.py", '{"PASSWORD": os.environ.get("DB_PASSWORD"),\n "HOST": os.environ.get("DB_HOST")}', "reference"),
        ("ci.yml", "NPM_TOKEN: ${{ secrets.NPM_TOKEN }}", "reference"),
        ("compose.yml", "DB_PASSWORD: ${DB_PASSWORD:?set it}", "reference"),
    ],
)
def test_what_is_found(path: str, text: str, kind: str) -> None:
    assert [found for found, _ in kinds(path, text)] == [kind]


def test_a_text_that_a_program_uses_is_no_docstring() -> None:
    assert kinds("a.py", f'CONFIG = """\n"password": "{PASSWORD}"\n"""\n') == [("named", 2)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", f"const etag = '{WORDS}'"),  # no name says that it is a secret
        ("a.ts", "const label = { password: 'Your password', token: 'two-factor-token' }"),
        ("a.ts", "if (user.password === 'q7Lm-V2tZr') return"),  # a comparison gives no value
        ("a.ts", "const password = await hashPassword(input.password)"),
        ("a.ts", "const secretName = 'prod/shop/q7Lm2tZr9KxW'"),
        ("a.ts", "const token: ProvisionedS3Credential | undefined"),
        ("a.ts", "const publicKey = 'q7Lm2tZr9KxWc4BvN8sYd3'"),
        ("a.ts", f"const clientToken = 'pk_{WORDS}'"),  # publishable
        ("a.ts", "const passwordPattern = { password: '^[a-zA-Z0-9]{12,}$' }"),
        ("a.py", 'def set_password(self, password: "Optional[str]"): ...'),
        ("a.py", 'hashed = {"password": "$2b$12$q7Lm2tZr9KxWc4BvN8sYd3"}'),
        ("a.vue", '<input v-model="password" :label="$strings.Label9" type="password" />'),
        ("a.json", '{"adminPassword": "[parameters(\'adminPassword1\')]"}'),
        ("README.md", f"https://shop.example/badge.svg?token={WORDS}"),
        ("compose.yml", "DATABASE_URL: postgres://shop:${DB_PASSWORD}@db/shop"),
        (".env", f"DATABASE_URL=postgres://shop:{PASSWORD}@localhost/shop"),
        (".env", "DATABASE_URL=postgres://shop:password@db.acme-shop.net/shop"),
        (".env", "JWT_SECRET="),
        ("sealed.yaml", "password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq"),
        ("secrets.enc.yaml", "password: ENC[AES256_GCM,data:q7Lm2tZr9KxWc4Bv]"),
        ("notes.txt", "The password is changed each quarter."),
        ("a.py", f'def show():\n    """Shows it.\n\n    {{"passphrase": "{PASSWORD}"}}\n    """\n'),
        ("Makefile", "SIGNING_KEY=53E66E1D2CABEFCDB1D3B83E106164552E8D8149"),
    ],
)
def test_what_is_none(path: str, text: str) -> None:
    assert kinds(path, text) == []


def test_private_keys() -> None:
    body = "\n".join([WORDS * 2] * 6)
    assert kinds("server.key", "\n" + PEM.format(body)) == [("private-key", 2)]
    assert kinds("a.ts", f"const key = '{PEM.format(body)}'".replace("\n", "\\n")) == [("private-key", 1)]
    assert kinds("a.md", PEM.format("...")) == []
    (closed,) = secrets("server.key", PEM.replace("RSA", "ENCRYPTED").format(body).encode())
    assert not closed.grave


def test_one_value_is_found_once_and_lines_count_from_one() -> None:
    text = f'\n\nauth_secret_token = "{WORDS}"\n'
    assert kinds("a.py", text) == [("named", 3)]


@pytest.mark.parametrize(
    ("path", "text", "hidden"),
    [
        ("a.py", f'API_TOKEN = "{WORDS}"', WORDS),
        ("a.py", 'password = "placeholder-1"', "placeholder-1"),
        (".env", f"DB_PASSWORD={PASSWORD}", PASSWORD),
        (".env", f"URL=postgres://shop:{PASSWORD}@db.acme-shop.net/shop", PASSWORD),
        ("server.key", PEM.format(WORDS * 4), WORDS),
    ],
)
def test_what_is_covered(path: str, text: str, hidden: str) -> None:
    data = text.encode()
    left = bytearray(data)
    for start, end in covered(path, data):
        left[start:end] = b"*" * (end - start)
    assert hidden.encode() not in left


@pytest.mark.parametrize(
    "text",
    [
        "const password = crypto.createHash('md5').update(req.body.password).digest('hex')",
        "const token = jwt.sign({ id }, config.jwtSecret)",
        "const secret = process.env.JWT_SECRET",
    ],
)
def test_code_is_not_covered(text: str) -> None:
    assert covered("a.ts", text.encode()) == ()


def test_odd_bytes_do_no_harm() -> None:
    data = b"password = '\xff\xfe\xfd" + WORDS.encode() + b"'\n://\xff:\xff\xff\xff\xff\xff\xff@\xff\n"
    assert [one.kind for one in secrets("a.py", data)] == ["named"]
