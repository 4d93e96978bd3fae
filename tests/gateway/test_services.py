"""What the gateway does by itself goes through the limits as a chat does, and into the ledger: moderations, masking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoal.call import OWN_HOST
from shoal.config import Settings
from shoal.config.trust import TrustRules
from shoal.limits.opening import used_of
from shoal.limits.rules import read_rules
from shoal.limits.services import MASK, MONITOR, SERVICES
from shoal.limits.step import LimitsStep, Seams
from shoal.metering.start import open_metering
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.database import Database
from shoal.testing import ScriptedModel
from shoal.trust.monitoring.step import MonitoringStep
from tests import web
from tests.gateway.house import Running, running
from tests.unit.trust.monitoring.scene import MildMonitor
from tests.waiting import until

RULES = TrustRules.model_validate({"masking": {"tier": "patterns"}})
# "One two three." are four words and marks.
TEXT, TOKENS = "One two three.", 4
MODERATE = ("/v1/moderations", {"input": TEXT}, MONITOR)
MASKING = ("/v1/shoal/mask", {"text": TEXT}, MASK)
BOTH = pytest.mark.parametrize(("path", "body", "name"), [MODERATE, MASKING])


class Limited:
    """A gateway with the limits of these settings."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.settings = Settings(**settings)
        self.rules = read_rules(self.settings.limits, self.settings.budgets)
        self.counters = MemoryCounters()
        meter = open_metering(self.settings, [])
        seams = Seams(SERVICES.get, lambda chat, _: (chat.model,), meter.metering.attempt)
        self.step = LimitsStep(self.rules, self.counters, seams)
        self.folder = folder
        self.context = running(
            folder,
            ScriptedModel(),
            trust=RULES,
            monitoring=MonitoringStep(RULES, monitor=MildMonitor()),
            metering=meter,
            step=self.step,
        )
        self.house: Running

    def __enter__(self) -> Limited:
        self.house = self.context.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.context.__exit__(None, None, None)

    def post(self, path: str, body: Any, **headers: str) -> web.Response:
        return web.post(self.house.url + path, json=body, headers={"x-api-key": self.house.member, **headers})

    def used(self) -> dict[str, int]:
        """What the counters hold, by name, once nothing is reserved."""
        until(lambda: not self.counters.reservations)
        return {name: state.used for name, state in self.counters._states.items() if state.used}


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Limited]:
    settings = {
        "limits": {"rates": {"each": {"requests": "3/day"}}},
        "budgets": {"b": {"tokens": 100_000, "usd": 5, "wh": 5}, "mine": {"of": "model", "requests": 50}},
    }
    with Limited(tmp_path, settings) as found:
        yield found


@BOTH
def test_it_is_limited_with_the_words_and_headers_of_a_chat(
    limited: Limited, path: str, body: dict[str, Any], name: str
) -> None:
    answers = [limited.post(path, body) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["x-ratelimit-remaining-requests"] for each in answers] == ["2", "1", "0", "0"]
    refused = answers[-1]
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert 28_000 < int(refused.headers["retry-after"]) <= 28_800


@BOTH
def test_what_was_used_is_settled_and_the_ledger_says_the_same(
    limited: Limited, path: str, body: dict[str, Any], name: str
) -> None:
    answers = [limited.post(path, body, **{"x-shoal-tags": "project=atlas"}) for _ in range(2)]
    records = [limited.house.ledger.get(each.headers["x-shoal-exchange"]) for each in answers]
    for record in records:
        assert record is not None
        assert (record.asked, record.outcome, record.tags) == (name, "ok", {"project": "atlas"})
        assert [(each.host, each.usage.prompt_tokens) for each in record.attempts] == [(OWN_HOST, TOKENS)]
        assert record.impacts is not None
        assert record.impacts.energy_wh is not None
    used = {counter.split(":")[2] + ":" + counter.split(":")[3]: many for counter, many in limited.used().items()}
    assert used["b:tokens"] == 2 * TOKENS
    assert used["mine:requests"] == 2
    assert used["b:wh"] >= 1
    limited.house.ledger.flush()
    database = Database(limited.folder)
    rebuilt = used_of(limited.rules, database, limited.counters.now())
    database.close()
    budgets = {counter: many for counter, many in limited.used().items() if counter.startswith("budget:")}
    assert {counter: rebuilt[counter] for counter in budgets} == budgets


@BOTH
def test_a_text_that_no_budget_holds_is_refused_and_changes_nothing(
    limited: Limited, path: str, body: dict[str, Any], name: str
) -> None:
    (field,) = body
    refused = limited.post(path, {field: "word " * 30_000})
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "insufficient_quota"
    assert refused.headers["x-should-retry"] == "false"
    assert limited.used() == {}


def test_a_bad_request_costs_nothing(limited: Limited) -> None:
    assert limited.post("/v1/moderations", {"input": 5}).status_code == 400
    assert limited.post("/v1/shoal/mask", {"text": TEXT, "texts": [TEXT]}).status_code == 400
    assert limited.used() == {}
