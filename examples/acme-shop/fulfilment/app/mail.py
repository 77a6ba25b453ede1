import smtplib
import ssl
from email.message import EmailMessage

from app.settings import settings


def send(to: str, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"] = "parcels@acme-shop.net"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    with smtplib.SMTP(settings.mail_host, 587) as server:
        server.starttls(context=ssl.create_default_context())
        server.login("fulfilment", settings.mail_password)
        server.send_message(message)
