"""Shipments, returns, couriers, and a record of what is done to them"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "shipment",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("order_id", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False, unique=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("label_format", sa.String),
    )
    op.create_table(
        "return_request",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("order_id", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("approved", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "courier",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.String, nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("national_id", sa.String),
        sa.Column("bank_account", sa.LargeBinary),
        sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "shipment_audit_log",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.rename_table("shipment_audit_log", "shipment_audit_log_retired")
    op.drop_table("courier")
    op.drop_table("return_request")
    op.drop_table("shipment")
