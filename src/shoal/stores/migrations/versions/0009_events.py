"""Events that wait to be delivered, and answers of the admin API that may be asked for again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("dedupe", sa.String(200), nullable=True, unique=True),
    )
    op.create_index("events_by_time", "events", ["tenant", "created"])
    op.create_table(
        "deliveries",
        sa.Column("event_id", sa.String(40), primary_key=True),
        sa.Column("webhook", sa.String(64), primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try", sa.Float, nullable=True),
        sa.Column("outcome", sa.String(64), nullable=False),
    )
    op.create_index("deliveries_due", "deliveries", ["next_try"])
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(80), primary_key=True),
        sa.Column("key", sa.LargeBinary(32), primary_key=True),
        sa.Column("request", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("idempotency_by_time", "idempotency", ["created"])


def downgrade() -> None:
    for table in ("idempotency", "deliveries", "events"):
        op.drop_table(table)
