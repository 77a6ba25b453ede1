from datetime import datetime
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from sqlalchemy import JSON, DateTime, LargeBinary, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.settings import settings

_box = Fernet(settings.field_key)


class EncryptedString(TypeDecorator):
    """Text that the database only sees encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else _box.encrypt(value.encode())

    def process_result_value(self, value, dialect):
        return None if value is None else _box.decrypt(value).decode()


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    order_id: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]


class ReturnRequest(Base):
    __tablename__ = "return_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    order_id: Mapped[str]
    reason: Mapped[str | None]
    approved: Mapped[bool] = mapped_column(default=False)


class Courier(Base):
    __tablename__ = "courier"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    national_id: Mapped[str | None] = mapped_column(String)
    bank_account: Mapped[str | None] = mapped_column(EncryptedString)
    suspended: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ShipmentAuditLog(Base):
    __tablename__ = "shipment_audit_log"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
