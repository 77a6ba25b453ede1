"""Turns paid orders into labels, and tidies up once a night."""

import json
import logging
import time
from datetime import UTC, datetime, timedelta

import boto3
from sqlalchemy import select, text

from app.carriers import order_label, send_manifest
from app.db import make_session
from app.labels import keep_label, link_token
from app.mail import send
from app.models import Shipment
from app.settings import settings

logger = logging.getLogger(__name__)


def make_label(body: str) -> None:
    order = json.loads(body)
    try:
        pdf = order_label(order["number"])
    except Exception:
        logger.exception("no label for order %s", order["id"])
        raise
    keep_label(order["number"], pdf)
    try:
        send(order["email"], "Your parcel is on its way", f"Label: {link_token(order['number'])}")
    except Exception:
        pass


def tidy_up() -> None:
    oldest = datetime.now(UTC) - timedelta(days=30)
    with make_session.begin() as session:
        waiting = session.scalars(select(Shipment.number).where(Shipment.status == "created")).all()
        session.execute(text("DELETE FROM shipment_audit_log WHERE created_at < :oldest"), {"oldest": oldest})
    send_manifest(list(waiting))


def main() -> None:
    queue = boto3.client("sqs", region_name="eu-west-1")
    last_night = datetime.now(UTC).date()
    while True:
        answer = queue.receive_message(QueueUrl=settings.orders_queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            make_label(message["Body"])
            queue.delete_message(QueueUrl=settings.orders_queue, ReceiptHandle=message["ReceiptHandle"])
        if datetime.now(UTC).date() != last_night:
            tidy_up()
            last_night = datetime.now(UTC).date()
        time.sleep(1)


if __name__ == "__main__":
    main()
