"""Hourly roll-ups of usage, and the marks of hours that are to be added up anew: all that there are so far."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

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
    for name, dimensions in (("usage_hours", DIMENSIONS), ("usage_tag_hours", OF_TAGS)):
        op.create_table(
            name,
            sa.Column("hour", sa.Integer, primary_key=True),
            *(sa.Column(each, sa.String(size), primary_key=True) for each, size in dimensions.items()),
            *(sa.Column(each, sa.BigInteger, nullable=False) for each in COUNTS),
            *(sa.Column(f"{each}_known", sa.BigInteger, nullable=False) for each in QUANTITIES),
            *(sa.Column(each, sa.Float, nullable=False) for each in FLOATS),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "usage_marks",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hour", sa.Integer, nullable=False, index=True),
    )
    op.create_index("exchanges_by_begin", "exchanges", ["started"])
    hour = "CAST(started / 3600 AS INTEGER)" if op.get_bind().dialect.name == "sqlite" else "FLOOR(started / 3600)"
    op.execute(
        "INSERT INTO usage_marks (id, hour) SELECT hour, hour FROM "  # noqa: S608 - of two constants
        f"(SELECT DISTINCT {hour} AS hour FROM exchanges) AS hours"
    )


def downgrade() -> None:
    op.drop_index("exchanges_by_begin", "exchanges")
    for name in ("usage_marks", "usage_tag_hours", "usage_hours"):
        op.drop_table(name)
