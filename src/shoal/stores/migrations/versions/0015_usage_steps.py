"""Roll-ups of usage by steps of an hour that is still open, of the form of those by hours; which steps were added up;
and of marks, which step they are of (none: all steps of the hour)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

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
    for name, dimensions in (("usage_steps", DIMENSIONS), ("usage_tag_steps", OF_TAGS)):
        op.create_table(
            name,
            sa.Column("step", sa.Integer, primary_key=True),
            sa.Column("hour", sa.Integer, nullable=False),
            *(sa.Column(each, sa.String(size), primary_key=True) for each, size in dimensions.items()),
            *(sa.Column(each, sa.BigInteger, nullable=False) for each in COUNTS),
            *(sa.Column(f"{each}_known", sa.BigInteger, nullable=False) for each in QUANTITIES),
            *(sa.Column(each, sa.Float, nullable=False) for each in FLOATS),
            sqlite_with_rowid=False,
        )
    op.create_table("usage_steps_held", sa.Column("step", sa.Integer, primary_key=True, autoincrement=False))
    op.add_column("usage_marks", sa.Column("step", sa.Integer, nullable=True))


def downgrade() -> None:
    op.drop_column("usage_marks", "step")
    for name in ("usage_steps_held", "usage_tag_steps", "usage_steps"):
        op.drop_table(name)
