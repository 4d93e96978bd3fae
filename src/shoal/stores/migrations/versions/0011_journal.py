"""How far each journal is in the database; whether an answer was handed over whole; and what records said before they
were corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("delivered", sa.Boolean, nullable=True))
    op.create_table(
        "journals",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("segment", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "corrections",
        sa.Column("exchange_id", sa.String(40), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("was", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("corrections")
    op.drop_table("journals")
    op.drop_column("exchanges", "delivered")
