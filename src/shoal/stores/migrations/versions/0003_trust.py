"""What the trust layer did in an exchange, in counts: a column of the exchanges."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("trust", sa.JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("exchanges", "trust")
