"""Routers of organisations: whose is whose, what they share, and whose drift and shadow calls are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoal.call import Call, ModelCard, Trail
from shoal.chat import Chat, Message
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.models.registry import Registry
from shoal.routing.certify import Aim, certify
from shoal.routing.drift import FEWEST_AUDITED, WINDOW
from shoal.routing.policy import Offer
from shoal.routing.routers import open_routers, open_shadows
from tests.unit.routing.labelled import labels

CARDS = {name: ModelCard(name, "general", "host", host="h") for name in ("small", "large")}
LEARN = ("plain", "alike", "own", "watching", "none")


def offer(name: str, prompt: int, cached: int, output: float) -> Offer:
    return Offer(1.0 if name == "large" else 0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two routes, of other labels, that allow other losses."""
    found = tmp_path_factory.mktemp("routes")
    for name, seed, alpha, tolerance in (("shared", 0, 0.08, 0.0), ("own", 1, 0.2, 0.5)):
        plain = replace(labels(800, seed), groups=[{}] * 800)
        certify(plain, "large", ["small"], Aim(alpha=alpha, tolerance=tolerance))[0].save(found / name)
    return found


def settings(folder: Path, **tenants: Mapping[str, Any]) -> Settings:
    host = {"dialect": "openai", "base_url": "http://127.0.0.1:1"}
    tables = {
        "hosts": {"h": host},
        "models": {name: {"host": "h"} for name in CARDS},
        "auto": {"reference": "large"},
        "routing": {"route": folder / "shared", "shadow": 0.05, "tenants": tenants},
        "audit": {"tenants": {name: {"content": "masked"} for name in LEARN}},
    }
    return Settings.model_validate(tables)


class Told:
    """Who takes events: their names, organisations and facts."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str | None, dict[str, Any]]] = []

    def __call__(self, name: str, tenant: str | None, facts: Mapping[str, Any]) -> None:
        self.events.append((name, tenant, dict(facts)))


def test_whose_router_is_whose(folder: Path) -> None:
    own: dict[str, Mapping[str, Any]] = {
        "alike": {"allow": []},
        "own": {"route": folder / "own"},
        "none": {"route": ""},
        "off": {"mode": "off"},
    }
    routers = open_routers(settings(folder, **own), CARDS, offer)
    shared, alike, other = (routers.of(name) for name in (None, "alike", "own"))
    assert shared is not None
    assert alike is not None
    assert other is not None
    assert routers.of("anybody") is shared
    assert routers.of("none") is routers.of("off") is None
    # The route is read once, and remembered are only an organisation's own conversations.
    assert alike is not shared
    assert alike.certificate is shared.certificate
    assert other.certificate.alpha == 0.2
    assert routers.models == {"small", "large"}


def test_none_for_all_and_one_for_one(folder: Path) -> None:
    plain = settings(folder, own={"route": folder / "own", "mode": "enforce"})
    off = plain.model_copy(update={"routing": plain.routing.model_copy(update={"mode": "off", "route": None})})
    routers = open_routers(off, CARDS, offer)
    assert routers.of("anybody") is None
    assert routers.of("own") is not None


def test_a_route_that_cannot_be_names_its_organisation(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"routing\.tenants\.b: the route in .*nowhere is missing or damaged"):
        open_routers(settings(folder, a={"route": ""}, b={"route": folder / "nowhere"}), CARDS, offer)


def test_drift_is_told_of_the_organisation_whose_route_it_is(folder: Path) -> None:
    told = Told()
    routers = open_routers(settings(folder, own={"route": folder / "own"}), CARDS, offer, told)
    for tenant in ("own", "anybody"):
        router = routers.of(tenant)
        assert router is not None
        call = Call(exchange_id="e", tenant=tenant, opener=Registry({}), trail=Trail())
        for at in range(WINDOW):
            assert router.choose(Chat("auto", (Message.of("user", f"SELECT {at};"),)), call).foreign
    assert [(name, tenant, facts["foreign"]) for name, tenant, facts in told.events] == [
        *(("route.drift", "own", WINDOW), ("route.drift", None, WINDOW))
    ]


def test_each_organisation_s_shadows_go_by_its_own_certificate(folder: Path) -> None:
    told = Told()
    rows: dict[str, Mapping[str, Any]] = {
        "alike": {"allow": []},
        "own": {"route": folder / "own"},
        "watching": {"mode": "observe"},
        "none": {"route": ""},
        "unheard": {"route": folder / "own"},
    }
    given = settings(folder, **rows)
    shadows = open_shadows(given, open_routers(given, CARDS, offer), CARDS, told)
    assert shadows is not None
    shadows.start()
    drawn = next(f"ex_{at}" for at in range(10_000) if shadows.open("plain", f"ex_{at}") is not None)
    sessions = {name: shadows.open(name, drawn) for name in (*LEARN, "unheard")}
    assert {name for name, session in sessions.items() if session is not None} == {"plain", "alike", "own"}
    tolerances = {name: session.rules.tolerance for name, session in sessions.items() if session is not None}
    assert tolerances == {"plain": 0.0, "alike": 0.0, "own": 0.5}
    for session in filter(None, sessions.values()):
        for _ in range(FEWEST_AUDITED):
            session.rules.watch(True)
    assert [(name, tenant, facts["expected"]) for name, tenant, facts in told.events] == [
        *(("route.regret", None, 0.08), ("route.regret", "alike", 0.08), ("route.regret", "own", 0.2))
    ]


def test_organisations_without_rows_share_one_watch(folder: Path) -> None:
    given = settings(folder)
    shadows = open_shadows(given, open_routers(given, CARDS, offer), CARDS)
    assert shadows is not None
    shadows.start()
    drawn = next(f"ex_{at}" for at in range(10_000) if shadows.open("plain", f"ex_{at}") is not None)
    one, other = (shadows.open(name, drawn) for name in ("plain", "alike"))
    assert one is not None
    assert other is not None
    assert one.rules is other.rules


def test_no_shadows_where_nobody_that_learns_is_routed(folder: Path) -> None:
    given = settings(folder, **{name: {"mode": "observe"} for name in LEARN})
    assert open_shadows(given, open_routers(given, CARDS, offer), CARDS) is None
