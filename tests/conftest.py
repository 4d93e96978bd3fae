"""Fixtures that every test may take: databases of both kinds, with a real PostgreSQL; and what every test leaves as it
was: where log lines go.

Hypothesis' properties see the same examples in every run, however slow the machine is; new ones with
`make test ARGS="--hypothesis-profile=new"`."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.databases import _tables_once, database, migrated_url, postgres_server, postgres_tables, postgres_url

__all__ = ["_tables_once", "database", "migrated_url", "postgres_server", "postgres_tables", "postgres_url"]

# No speed is asserted: an example has the time that it needs.
settings.register_profile("new", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("new"), derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _log_lines() -> Iterator[None]:
    yield
    structlog.reset_defaults()
