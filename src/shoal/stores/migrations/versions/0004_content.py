"""Tables for what is kept by wish: encrypted content and its keys of a day, who read it, feedback, the tenants' salts;
and the person of an exchange, as a keyed hash."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("person", sa.String(64), nullable=True))
    op.create_table(
        "content_keys",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("expires", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "contents",
        sa.Column("exchange_id", sa.String(40), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("contents_by_day", "contents", ["tenant", "day"])
    op.create_table(
        "content_reads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange_id", sa.String(40), nullable=False, index=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("exchange_id", sa.String(40), nullable=False, index=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("rating", sa.String(8), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
    )
    op.create_index("feedback_by_time", "feedback", ["tenant", "at"])
    op.create_table(
        "tenant_salts",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
    )


def downgrade() -> None:
    for table in ("tenant_salts", "feedback", "content_reads", "contents", "content_keys"):
        op.drop_table(table)
    op.drop_column("exchanges", "person")
