"""What inventories ask of an attempt besides: market-based and marginal carbon, raw materials, and the method, zone and
grid factor that its figures rest on. Old rows stay without."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

QUANTITIES = ("market_gco2e", "marginal_gco2e", "materials_gsbeq")
NUMBERS = (*(f"{name}{end}" for name in QUANTITIES for end in ("_low", "", "_high")), "grid_gco2e_per_kwh")


def upgrade() -> None:
    for name in NUMBERS:
        op.add_column("attempts", sa.Column(name, sa.Float, nullable=True))
    op.add_column("attempts", sa.Column("method", sa.String(32), nullable=True))
    op.add_column("attempts", sa.Column("zone", sa.String(64), nullable=True))


def downgrade() -> None:
    for name in (*NUMBERS, "method", "zone"):
        op.drop_column("attempts", name)
