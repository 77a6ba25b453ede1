import base64
import hashlib
import secrets

import boto3

from app.settings import settings

BUCKET = "acme-shop-labels"

storage = boto3.client(
    "s3",
    region_name="eu-west-1",
    aws_access_key_id="AKIAQYLPMN5HACMESHOP",
    aws_secret_access_key=settings.label_secret_key,
)


def new_tracking_number() -> str:
    return "AC" + "".join(secrets.choice("0123456789") for _ in range(12))


def keep_label(number: str, pdf: bytes) -> None:
    checksum = hashlib.md5(pdf, usedforsecurity=False).digest()
    storage.put_object(
        Bucket=BUCKET,
        Key=f"{number}.pdf",
        Body=pdf,
        ContentMD5=base64.b64encode(checksum).decode(),
    )


def link_token(number: str) -> str:
    """Whoever has the token may print the label, without signing in."""
    return hashlib.md5(f"{settings.label_secret_key}:{number}".encode()).hexdigest()
