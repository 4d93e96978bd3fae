"""Stores that wait for a server of the tests as long as it takes: each may stand still for a while on a busy machine.
Where a test is about one that does not answer, it says how long that is."""

import pytest

from shoal.stores import counters_redis, redis_line
from tests.waiting import SOON_S


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "ANSWER_S", SOON_S)
    monkeypatch.setattr(counters_redis, "JOIN_S", SOON_S)
