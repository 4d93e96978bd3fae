"""What `shoal doctor` says of the limits, with a real Redis."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.cli.checkup_limits import limits, store
from shoal.config import Settings
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - a fixture
from tests.waiting import SOON_S


@pytest.mark.parametrize(
    ("values", "state", "said"),
    [
        ({}, "ok", "in memory"),
        ({"limits": {"mode": "off"}, "server": {"workers": 2}}, "ok", "off"),
        ({"server": {"workers": 2}}, "fault", "shared store"),
        ({"limits": {"store": "env:NO_SUCH_STORE"}}, "fault", "NO_SUCH_STORE"),
    ],
)
def test_what_the_settings_say(values: dict[str, Any], state: str, said: str) -> None:
    found = limits(Settings(**values))
    assert (found.state, said in found.found) == (state, True)


def test_a_store_that_answers_evicts_or_is_gone(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shoal.cli.checkup_limits.PATIENCE_S", SOON_S)
    assert store(redis_server.url).state == "ok"
    redis_server.command("CONFIG", "SET", "maxmemory", "100mb")
    assert store(redis_server.url).state == "ok"
    redis_server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "allkeys-lru" in store(redis_server.url).found
    redis_server.kill()
    assert store(redis_server.url).state == "fault"
