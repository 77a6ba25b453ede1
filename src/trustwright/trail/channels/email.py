"""Mails alerts from ``sender`` to ``to`` by the server ``host`` and ``port``.

``tls`` is ``starttls`` (the default), ``tls`` or ``none``; with ``user`` and ``password`` it signs in, and never
without TLS.
"""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from trustwright.trail.channels import DeliveryError, Settings
from trustwright.trail.channels._message import PATIENCE, headline, lines
from trustwright.trail.errors import TrailError


class Channel:
    """A mail server."""

    def __init__(self, settings: Settings) -> None:
        self._host, self._port = settings.text("host"), settings.number("port", 587)
        self._sender, self._to = settings.text("sender"), settings.text("to")
        self._user, self._password = settings.text("user", ""), settings.text("password", "")
        self._tls = settings.text("tls", "starttls")
        if self._tls not in {"starttls", "tls", "none"}:
            raise TrailError("email: tls is none of starttls, tls, none.")
        if self._user and self._tls == "none":
            raise TrailError("email: a password is not sent without TLS; set tls to starttls or tls.")

    def send(self, alert: Mapping[str, Any]) -> None:
        """Mail an alert."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, self._to
        mail["Subject"] = f"Trustwright {headline(alert)}"
        mail["Message-ID"] = make_msgid(str(alert["id"]), "trustwright.invalid")
        mail.set_content(lines(alert) + "\n")
        try:
            with self._server() as server:
                if self._tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(mail)
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"the mail server answered {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"the mail server did not take it ({type(error).__name__})") from None

    def _server(self) -> smtplib.SMTP:
        if self._tls == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=PATIENCE)
