"""What attempts and exchanges took: columns for energy, carbon, water and cost with their ends, how that is known, and
the sum of an exchange. Old rows stay without."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

QUANTITIES = ("energy_wh", "usage_gco2e", "embodied_gco2e", "water_ml", "cost_usd")
RANGES = tuple(f"{name}{end}" for name in QUANTITIES for end in ("_low", "", "_high"))
NUMBERS = ("concurrency", "measured_j", *RANGES)


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("impacts", sa.JSON, nullable=True))
    for name in NUMBERS:
        op.add_column("attempts", sa.Column(name, sa.Float, nullable=True))
    op.add_column("attempts", sa.Column("tier", sa.String(16), nullable=True))
    op.add_column("attempts", sa.Column("facts", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("exchanges", "impacts")
    for name in (*NUMBERS, "tier", "facts"):
        op.drop_column("attempts", name)
