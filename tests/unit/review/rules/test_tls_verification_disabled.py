"""TLS verification disabled: switches, clients that are safe by default, contexts, host keys, scripts and settings."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import tls_verification_disabled


def test_javascript(tmp_path: Path) -> None:
    """Node's https and tls, undici, mail and database clients; the switch is followed to its value."""
    check_marks(
        tls_verification_disabled,
        tmp_path,
        {
            "flags.ts": """
export const CHECK = false
export const IN_PRODUCTION = process.env.NODE_ENV === 'production'
""",
            "a.ts": """
import https from 'node:https'
import nodemailer from 'nodemailer'
import { CHECK, IN_PRODUCTION } from './flags'
export const a = new https.Agent({ keepAlive: true }) // met
export const b = new https.Agent({ rejectUnauthorized: false }) // unmet high
export const c = new https.Agent({ rejectUnauthorized: CHECK }) // unmet high
export const d = new https.Agent({ rejectUnauthorized: IN_PRODUCTION }) // met
export const e = new https.Agent({ rejectUnauthorized: options.check }) // unknown
export const f = nodemailer.createTransport({
  host: process.env.MAIL_HOST,
  tls: { rejectUnauthorized: process.env.MAIL_CHECK === 'true' }, // unmet medium
})
export const g = { checkServerIdentity: () => undefined } // unmet medium
export const h = { sql: { trustServerCertificate: true } } // unmet high
export const i = { mongo: { tlsAllowInvalidCertificates: false } } // met
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0' // unmet high
export const j = https.request({ host: 'localhost', rejectUnauthorized: false })
if (process.env.ALLOW_INSECURE === '1') {
  k = { rejectUnauthorized: false } // unknown
}
if (process.env.NODE_ENV === 'development') {
  l = { rejectUnauthorized: false }
}
export const schema = { rejectUnauthorized: z.boolean() }
function accept(mode: string) {
  switch (mode) {
    case 'accept_invalid':
      return { rejectUnauthorized: false } // unknown
    default:
      return { rejectUnauthorized: true } // met
  }
}
""",
        },
    )


def test_python_http(tmp_path: Path) -> None:
    """requests, httpx and aiohttp; a path or a context is a check, a setting's default counts."""
    check_marks(
        tls_verification_disabled,
        tmp_path,
        {
            "a.py": """
import ssl
import aiohttp, httpx, requests
_context = ssl.create_default_context()  # met
requests.get(URL)  # met
requests.get(URL, verify=False)  # unmet high
requests.get(URL, verify="/etc/ca.pem")  # met
requests.get(URL, verify=ca_bundle_path)  # met
httpx.post(URL, verify=_context)  # met
httpx.Client(verify=settings.get("VERIFY", True))  # met
httpx.Client(verify=settings.get("VERIFY", False))  # unmet medium
requests.get("https://localhost:8443", verify=False)
HERE = "https://localhost:4443/"
requests.put(HERE + "snapshot", verify=False)
aiohttp.TCPConnector(ssl=False)  # unmet high
jwt.decode(token, verify=False)
def call(check):
    session = requests.Session()  # met
    session.verify = False  # unmet high
    return requests.get(URL, verify=check)  # unknown
if settings.DEBUG:
    requests.get(URL, verify=False)
""",
        },
    )


def test_python_contexts_and_other_clients(tmp_path: Path) -> None:
    """Contexts, mail, LDAP, SSH and Redis."""
    check_marks(
        tls_verification_disabled,
        tmp_path,
        {
            "a.py": """
import smtplib, ssl
import ldap, paramiko, redis
def loose():
    context = ssl.create_default_context()
    context.check_hostname = False  # unmet medium
    context.verify_mode = ssl.CERT_NONE  # unmet high
ssl._create_default_https_context = ssl._create_unverified_context  # unmet high
unchecked = ssl._create_unverified_context()  # unmet high
def mail(host):
    with smtplib.SMTP(host, 587) as server:
        server.starttls()  # unmet low
        server.starttls(context=ssl.create_default_context())  # met
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # unmet medium
client.set_missing_host_key_policy(paramiko.RejectPolicy())  # met
ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)  # unmet high
ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)  # met
if config.IGNORE_CERT_ERRORS:
    ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_ALLOW)  # unknown
redis.Redis(host=HOST, ssl=True, ssl_cert_reqs=None)  # unmet high
""",
        },
    )


def test_files(tmp_path: Path) -> None:
    """Settings, images, pipelines and scripts; comments, developers' files and this machine do not count."""
    check_marks(
        tls_verification_disabled,
        tmp_path,
        {
            ".env": "NODE_TLS_REJECT_UNAUTHORIZED=0\n",
            ".env.development": "NODE_TLS_REJECT_UNAUTHORIZED=0\n",
            "Dockerfile": "FROM a\nRUN curl -fsSLk https://get.tools.io/install.sh | sh\nRUN curl -k https://localhost/\n",
            ".github/workflows/deploy.yml": """
jobs:
  deploy:
    steps:
      # ssh -o StrictHostKeyChecking=no is not used any more
      - run: |
          ssh -o StrictHostKeyChecking=no deploy@host.io
          kubectl --insecure-skip-tls-verify get pods
""",
            "scripts/install.sh": "wget --no-check-certificate https://tools.io/x\ncurl --keepalive-time 2 https://tools.io/y\n",
        },
        {
            (".env", 1): "unmet",
            ("Dockerfile", 2): "unmet",
            (".github/workflows/deploy.yml", 7): "unmet",
            (".github/workflows/deploy.yml", 8): "unmet",
            ("scripts/install.sh", 1): "unmet",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """Passwords and signatures are verified too, which is another matter."""
    check_silent(
        tls_verification_disabled,
        tmp_path,
        {
            "a.py": "import jwt\njwt.decode(token, options={'verify_signature': False})\nhasher.verify(password)\n",
            "b.ts": "export const verify = (token: string) => jwt.verify(token, KEY)\n",
        },
    )


def test_a_certificate_that_is_only_looked_at(tmp_path: Path) -> None:
    check_marks(
        tls_verification_disabled,
        tmp_path,
        {
            "a.py": """\
import ssl
def fetch(host):
    context = ssl.create_default_context()
    context.verify_mode = ssl.CERT_NONE # unknown
    with context.wrap_socket(connect(host)) as sock:
        return sock.getpeercert(True)
"""
        },
    )
