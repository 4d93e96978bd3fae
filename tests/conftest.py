"""Fixtures that every test may take: databases of both kinds, with a real PostgreSQL; and what every test leaves as it
was: where log lines go."""

from collections.abc import Iterator

import pytest
import structlog

from tests.databases import database, postgres_server, postgres_url

__all__ = ["database", "postgres_server", "postgres_url"]


@pytest.fixture(autouse=True)
def _log_lines() -> Iterator[None]:
    yield
    structlog.reset_defaults()
