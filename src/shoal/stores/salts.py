"""A random salt for each tenant. It knows nothing of what is hashed with it; once destroyed, no such hash can be made
again."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select

from shoal.stores.database import Database, upsert

TENANT_SALTS = Table("tenant_salts", MetaData(), Column("tenant", String), Column("salt", LargeBinary))


class SqlSalts:
    """The salts in the database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def find(self, tenant: str) -> bytes | None:
        """The tenant's salt; None where it has none yet."""
        query = select(TENANT_SALTS.c.salt).where(TENANT_SALTS.c.tenant == tenant)
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def make(self, tenant: str, salt: bytes) -> bytes:
        """Stores the salt unless there is one; returns the one that is there now."""
        query = select(TENANT_SALTS.c.salt).where(TENANT_SALTS.c.tenant == tenant)
        with self._engine.begin() as connection:
            connection.execute(
                upsert(connection, TENANT_SALTS).on_conflict_do_nothing(), {"tenant": tenant, "salt": salt}
            )
            return bytes(connection.execute(query).scalar_one())

    def tenants(self) -> list[str]:
        """The tenants that have one, by name."""
        query = select(TENANT_SALTS.c.tenant).order_by(TENANT_SALTS.c.tenant)
        with self._engine.connect() as connection:
            return [row.tenant for row in connection.execute(query)]
