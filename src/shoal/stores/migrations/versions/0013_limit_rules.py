"""Limits and budgets that are administered while the gateway runs, temporary increases, and a counter of their changes
by which replicas notice them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "limit_rules",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("tenant", "kind", "name", name="limit_rules_by_name"),
    )
    op.create_table(
        "budget_increases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=True),
        sa.Column("budget", sa.String(64), nullable=False),
        sa.Column("quantity", sa.String(16), nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
    )
    op.create_index("budget_increases_by_tenant", "budget_increases", ["tenant"])
    op.execute("INSERT INTO changes (name, value) VALUES ('limits', 0)")


def downgrade() -> None:
    op.execute("DELETE FROM changes WHERE name = 'limits'")
    op.drop_index("budget_increases_by_tenant", "budget_increases")
    for name in ("budget_increases", "limit_rules"):
        op.drop_table(name)
