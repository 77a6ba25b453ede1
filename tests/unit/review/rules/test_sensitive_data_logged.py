"""Sensitive data logged: values are unmet, masked ones met, counts and messages nothing."""

from pathlib import Path

from tests.reviewing import check_marks, check_silent
from trustwright.review.rules import sensitive_data_logged


def test_javascript(tmp_path: Path) -> None:
    """Console and loggers; objects, templates, whole requests."""
    check_marks(
        sensitive_data_logged,
        tmp_path,
        {
            "server.ts": """
logger.info('signed in', { user: user.id, password: user.password }) // unmet high
console.log(`card ${payment.cardNumber}`) // unmet high
logger.debug(JSON.stringify(req.body)) // unmet medium
logger.info('signed in', { user: user.id, token: mask(user.accessToken) }) // met
logger.info('signed in', { user: user.id })
logger.warn('password is too short')
logger.info('used', usage.tokenCount, passwordPolicy)
throw new Error('bad password')
""",
        },
    )


def test_python(tmp_path: Path) -> None:
    """logging, structlog and print."""
    check_marks(
        sensitive_data_logged,
        tmp_path,
        {
            "service.py": """
import logging
logger = logging.getLogger(__name__)
logger.info("login %s %s", user.id, password)  # unmet high
logging.debug(f"key {settings.api_key}")  # unmet high
print("token", session.access_token)  # unmet high
logger.info("login %s", hash_value(user.ssn))  # met
logger.info("login %s", user.id)
""",
        },
    )


def test_nothing_to_say(tmp_path: Path) -> None:
    """What is no log call is not looked at."""
    check_silent(sensitive_data_logged, tmp_path, {"a.ts": "dialog.info(user.password); math.log(token)\n"})


def test_a_number_of_a_cloud_account_is_no_bank_account(tmp_path: Path) -> None:
    text = "logger.info(account_number)\nlogger.info(payee.bank_account_number)  # unmet\n"
    check_marks(sensitive_data_logged, tmp_path, {"a.py": text})
