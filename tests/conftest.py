"""Fixtures that every test may take: databases of both kinds, with a real PostgreSQL."""

from tests.databases import database, postgres_server, postgres_url

__all__ = ["database", "postgres_server", "postgres_url"]
