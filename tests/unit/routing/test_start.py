"""What routing needs at start: cascades from settings, prices from metering, the router of the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.call import Attempt, ModelCard, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.config.routing import Cascade as Row
from shoal.errors import ConfigError
from shoal.impacts import Impacts, Range
from shoal.routing.certificate import Certificate
from shoal.routing.certify import Aim, certify
from shoal.routing.pace import Pace
from shoal.routing.policy import Offer
from shoal.routing.start import checks_of, open_cascades, open_router, pricer_of, terms_of, unfit
from tests.unit.routing.labelled import checked, labels

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
    asked = []
    took = Impacts(energy_wh=Range(1, 2, 3), cost_usd=Range(0.1, 0.1, 0.1))

    def measure(*answer: object) -> tuple[tuple[float, float, None], Callable[[], Impacts]]:
        asked.append(answer)
        return (0.1, 2, None), lambda: took

    pace = Pace()
    seen = Attempt("small", "h", Purpose.ANSWER, 0.0, outcome="ok", pieces=2, first_piece_s=1.0, latency_s=3.0)
    seen.usage = Usage(1, 100)
    pace.saw(seen)
    offer = pricer_of(CARDS, measure, pace)("small", 50, 20, 100.4)
    assert (offer.cost_usd, offer.energy_wh, offer.carbon_gco2e) == (0.1, 2, None)
    assert offer.latency_s == pace.expected_s("small", 100.4)
    assert asked == [("small", "h", (50, 20, 100), offer.latency_s)]
    assert offer.took is not None
    assert offer.took() is took


def test_cascades_of_the_settings() -> None:
    row = Row(models=("small", "large"), checks=("refusal", "form", "logprobs", "confidence", "agreement", "grounding"))
    (cascade,) = open_cascades({"c": row}, CARDS)
    assert cascade.card.name == "cascade:c"
    assert [check.name for check in checks_of(row)] == list(row.checks)


@pytest.mark.parametrize(("model", "says"), [("smal", "did you mean 'small'"), ("cascade:x", "is a cascade itself")])
def test_a_cascade_of_what_cannot_be_in_one(model: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        open_cascades({"c": Row(models=(model, "large"))}, [*CARDS, "cascade:x"])


ROW = Row(models=("small", "large"), checks=("confidence",), least_confidence=0.5)


def certificate(folder: Path, row: Row = ROW, alpha: float = 0.08) -> tuple[Path, Certificate]:
    """The file of a route that certifies the cascade `c`."""
    cascades = {"cascade:c": terms_of(row)}
    route, _ = certify(checked(1200), "large", ["small", "cascade:c"], Aim(alpha), cascades=cascades)
    route.save(folder)
    return folder / "certificate.json", route.certificate


def test_a_cascade_answers_only_while_its_certificate_is_valid(tmp_path: Path) -> None:
    file, made = certificate(tmp_path)
    row, now = ROW.model_copy(update={"certificate": file}), [made.made]
    (one,) = open_cascades({"c": row}, CARDS, lambda: now[0])
    (lasting,) = open_cascades({"c": row}, CARDS, lambda: now[0], uncertified=True)
    assert (one.against(), lasting.against()) == (None, None)
    now[0] = made.expires
    assert "the certificate of the cascade 'c' has expired: certify it anew" in (one.against() or "")
    assert lasting.against() is None


def test_a_cascade_without_a_certificate_says_how_to_get_one() -> None:
    (one,) = open_cascades({"c": ROW}, CARDS, uncertified=True)
    assert "'shoal rightsize' or 'shoal route certify'" in (one.against() or "")
    (other,) = open_cascades({"c": ROW.model_copy(update={"uncertified": True})}, CARDS)
    assert other.against() is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"least_confidence": 0.4}, "its check 'confidence' is 0.4, certified is 0.5 or more"),
        ({"checks": ("refusal",)}, "its check 'confidence' is not there"),
        ({"models": ("small", "small", "large")}, "it has 3 models, not two"),
        ({"models": ("large", "small")}, "its models are large and small"),
    ],
)
def test_a_cascade_that_is_not_what_was_certified(tmp_path: Path, change: dict[str, object], says: str) -> None:
    file, made = certificate(tmp_path)
    row = ROW.model_copy(update={"certificate": file, **change})
    with pytest.raises(ConfigError, match=says):
        open_cascades({"c": row}, CARDS)
    assert says.removesuffix(" or more") in unfit(made, {"c": row})["cascade:c"]


def test_certificates_that_do_not_allow_a_cascade(tmp_path: Path) -> None:
    file, _ = certificate(tmp_path)
    row = ROW.model_copy(update={"certificate": file})
    with pytest.raises(ConfigError, match=r"cascades.d.certificate is of other cascades \(cascade:c\)"):
        open_cascades({"d": row}, CARDS)
    with pytest.raises(ConfigError, match="cannot be read"):
        open_cascades({"c": ROW.model_copy(update={"certificate": tmp_path / "none.json"})}, CARDS)
    file, _ = certificate(tmp_path, alpha=0.001)
    with pytest.raises(ConfigError, match=r"cascades\.c is not certified for all requests"):
        open_cascades({"c": row}, CARDS)


def test_a_router_leaves_out_a_cascade_that_is_not_so_in_the_settings(tmp_path: Path) -> None:
    certificate(tmp_path)
    cards = {**CARDS, "cascade:c": ModelCard("cascade:c", "routing", "composite")}
    plain = settings(tmp_path)
    for rows, names in (({"c": ROW}, ("large", "small", "cascade:c")), ({}, ("large", "small"))):
        router = open_router(plain.model_copy(update={"cascades": rows}), cards, none)
        assert router is not None
        assert router.models == names
