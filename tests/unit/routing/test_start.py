"""What routing needs at start: cascades from settings, prices from metering, the router of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.call import Attempt, ModelCard, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.config.routing import Cascade as Row
from shoal.errors import ConfigError
from shoal.impacts import Impacts, Range
from shoal.routing.certify import Aim, certify
from shoal.routing.pace import Pace
from shoal.routing.policy import Offer
from shoal.routing.start import checks_of, open_cascades, open_router, pricer_of
from tests.unit.routing.labelled import labels

CARDS = {name: ModelCard(name, "general", "host", host="h") for name in ("small", "large")}


def none(name: str, prompt: int, cached: int, output: float) -> Offer:
    return Offer()


def settings(folder: Path | None, reference: str = "large", mode: str = "enforce") -> Settings:
    models = {name: {"host": "h"} for name in CARDS}
    host = {"dialect": "openai", "base_url": "http://127.0.0.1:1"}
    routing = {"mode": mode} | ({"route": folder} if folder else {})
    tables = {"hosts": {"h": host}, "models": models, "auto": {"reference": reference}, "routing": routing}
    return Settings.model_validate(tables)


def test_the_router_of_the_settings(tmp_path: Path) -> None:
    certify(labels(300), "large", ["small"], Aim())[0].save(tmp_path)
    router = open_router(settings(tmp_path), CARDS, none)
    assert router is not None
    assert router.models == ("large", "small")
    assert open_router(settings(tmp_path, mode="off"), CARDS, none) is None
    assert open_router(settings(None), CARDS, none) is None
    with pytest.raises(ConfigError, match="certified against 'large'"):
        open_router(settings(tmp_path, "small"), CARDS, none)


def test_prices_come_from_metering_and_pace() -> None:
    asked: list[Attempt] = []

    def measure(attempt: Attempt) -> Impacts:
        asked.append(attempt)
        return Impacts(energy_wh=Range(1, 2, 3), cost_usd=Range(0.1, 0.1, 0.1))

    pace = Pace()
    seen = Attempt("small", "h", Purpose.ANSWER, 0.0, outcome="ok", pieces=2, first_piece_s=1.0, latency_s=3.0)
    seen.usage = Usage(1, 100)
    pace.saw(seen)
    offer = pricer_of(CARDS, measure, pace)("small", 50, 20, 100.4)
    assert (offer.cost_usd, offer.energy_wh, offer.carbon_gco2e) == (0.1, 2, None)
    assert offer.latency_s == pytest.approx(1.0 + 100.4 * 0.02)
    assert (asked[0].host, asked[0].usage) == ("h", Usage(prompt_tokens=50, completion_tokens=100, cached_tokens=20))


def test_cascades_of_the_settings() -> None:
    row = Row(models=("small", "large"), checks=("refusal", "form", "logprobs", "confidence", "agreement", "grounding"))
    (cascade,) = open_cascades({"c": row}, CARDS)
    assert cascade.card.name == "cascade:c"
    assert [check.name for check in checks_of(row)] == list(row.checks)


@pytest.mark.parametrize(("model", "says"), [("smal", "did you mean 'small'"), ("cascade:x", "is a cascade itself")])
def test_a_cascade_of_what_cannot_be_in_one(model: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        open_cascades({"c": Row(models=(model, "large"))}, [*CARDS, "cascade:x"])
