"""Versions of the factors: models, machines, prices and figures that records were metered with, readings of grids among
them; and of attempts, whether their tokens were estimated here, since the host had counted none."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "factors",
        sa.Column("version", sa.String(32), primary_key=True),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("facts", sa.String(32), nullable=False),
        sa.Column("rest", sa.String(64), nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
    )
    op.create_table(
        "factor_parts",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.drop_table("grid_readings")
    op.add_column("attempts", sa.Column("estimated", sa.Boolean, nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "estimated")
    op.create_table(
        "grid_readings",
        sa.Column("facts", sa.String(32), primary_key=True),
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("quantity", sa.String(16), primary_key=True),
        sa.Column("gco2e_per_kwh", sa.Float, nullable=False),
        sa.Column("read_at", sa.Float, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
    )
    for name in ("factor_parts", "factors"):
        op.drop_table(name)
