"""Who keys belong to, what they may do, and how they are rotated; organisations, teams and users; a counter of changes
by which replicas notice them. Exchanges name the team and the user of their key."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ADDED = (
    sa.Column("team", sa.String(64), nullable=True),
    sa.Column("user", sa.String(64), nullable=True),
    sa.Column("endpoints", sa.JSON, nullable=True),
    sa.Column("areas", sa.JSON, nullable=True),
    sa.Column("tags", sa.JSON, nullable=True),
    sa.Column("expires", sa.Float, nullable=True),
    sa.Column("rotated", sa.Float, nullable=True),
    sa.Column("previous", sa.LargeBinary(32), nullable=True),
    sa.Column("previous_until", sa.Float, nullable=True),
    sa.Column("author", sa.String(64), nullable=True),
    sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column("keys", column)
    op.create_index("keys_by_team", "keys", ["tenant", "team"])
    op.create_index("keys_by_user", "keys", ["tenant", "user"])
    for name in ("team", "user"):
        op.add_column("exchanges", sa.Column(name, sa.String(64), nullable=True))
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO organisations (id, name, created, revision) "
        "SELECT tenant, tenant, MIN(created), 1 FROM keys GROUP BY tenant"
    )
    op.create_table(
        "teams",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("team", sa.String(64), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("issuer", sa.String(400), nullable=True),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("disabled", sa.Float, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="users_by_subject"),
    )
    op.create_index("users_by_team", "users", ["tenant", "team"])
    changes = op.create_table(
        "changes",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(changes, [{"name": "keys", "value": 0}])


def downgrade() -> None:
    for table in ("changes", "users", "teams", "organisations"):
        op.drop_table(table)
    for name in ("team", "user"):
        op.drop_column("exchanges", name)
    op.drop_index("keys_by_user", "keys")
    op.drop_index("keys_by_team", "keys")
    for column in ADDED:
        op.drop_column("keys", column.name)
