"""Roll-ups of usage by days, of the form of those by hours, and the days that were added up."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

DIMENSIONS = {
    **{"tenant": 64, "key_id": 32, "team": 64, "user": 64},
    **{"model": 200, "host": 100, "purpose": 16, "tier": 16, "facts": 32, "method": 32, "zone": 64},
}
OF_TAGS = {"tenant": 64, "tag": 321, "tier": 16, "facts": 32, "method": 32}
COUNTS = (
    *("exchanges", "exchanges_model", "exchanges_host", "exchanges_purpose", "attempts", "failed"),
    *("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"),
)
QUANTITIES = (
    *("energy_wh", "usage_gco2e", "embodied_gco2e", "water_ml", "cost_usd"),
    *("market_gco2e", "marginal_gco2e", "materials_gsbeq", "carbon_gco2e"),
)
FLOATS = ("latency_s", "cpu_s", *(f"{name}{end}" for name in QUANTITIES for end in ("_low", "", "_high")))


def upgrade() -> None:
    for name, dimensions in (("usage_days", DIMENSIONS), ("usage_tag_days", OF_TAGS)):
        op.create_table(
            name,
            sa.Column("hour", sa.Integer, primary_key=True),
            *(sa.Column(each, sa.String(size), primary_key=True) for each, size in dimensions.items()),
            *(sa.Column(each, sa.BigInteger, nullable=False) for each in COUNTS),
            *(sa.Column(f"{each}_known", sa.BigInteger, nullable=False) for each in QUANTITIES),
            *(sa.Column(each, sa.Float, nullable=False) for each in FLOATS),
            sqlite_with_rowid=False,
        )
    op.create_table("usage_days_held", sa.Column("day", sa.Integer, primary_key=True, autoincrement=False))


def downgrade() -> None:
    for name in ("usage_days_held", "usage_tag_days", "usage_days"):
        op.drop_table(name)
