"""Every carrier takes PDF now"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_column("shipment", "label_format")


def downgrade() -> None:
    pass
