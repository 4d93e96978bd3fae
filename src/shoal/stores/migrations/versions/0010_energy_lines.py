"""Idle energy by hour, and the live readings of grids that versions of the factors stand for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

QUANTITIES = ("energy_wh", "usage_gco2e", "market_gco2e", "marginal_gco2e", "water_ml")


def upgrade() -> None:
    op.create_table(
        "idle_energy",
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column("process", sa.String(32), primary_key=True),
        sa.Column("counters", sa.String(16), primary_key=True),
        sa.Column("facts", sa.String(32), primary_key=True),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("grid_gco2e_per_kwh", sa.Float, nullable=False),
        sa.Column("windows", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("seconds", "lost_s", "counted_j", "idle_j")),
        *(sa.Column(f"{name}{end}", sa.Float) for name in QUANTITIES for end in ("_low", "", "_high")),
    )
    op.create_table(
        "grid_readings",
        sa.Column("facts", sa.String(32), primary_key=True),
        sa.Column("zone", sa.String(64), primary_key=True),
        sa.Column("quantity", sa.String(16), primary_key=True),
        sa.Column("gco2e_per_kwh", sa.Float, nullable=False),
        sa.Column("read_at", sa.Float, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("grid_readings")
    op.drop_table("idle_energy")
