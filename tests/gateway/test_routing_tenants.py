"""Organisations with routing of their own through one gateway: who answers each of them, and that the command line
explains the same choice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from shoal.assembly import Assembly
from shoal.cli.run import run
from shoal.config import load
from shoal.config.trust import TrustRules
from shoal.identity import Role, mint
from shoal.routing.certify import Aim, certify
from shoal.routing.labels import Labels
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.unit.routing.labelled import labels

EASY = "Please tell me about the return policy for shoes, case 13."
HARD = "Please tell me about the bound the spectral gap, case 13."
SETTINGS = """
[server]
data_dir = "{folder}/data"
[hosts.h]
dialect = "openai"
base_url = "http://127.0.0.1:1/v1"
[models.small]
host = "h"
price = {{ input = 0.1, output = 0.1 }}
params_b = 70
licence = "Other"
[models.swift]
host = "h"
price = {{ input = 1, output = 1 }}
params_b = 1
licence = "MIT"
[models.large]
host = "h"
price = {{ input = 5, output = 15 }}
params_b = 400
licence = "MIT"
[auto]
reference = "large"
candidates = []
weights = {{ cost = 1, energy = 0, carbon = 0 }}
[routing]
route = "{folder}/shop"
allow = []
[routing.tenants.green]
weights = {{ cost = 0, energy = 1 }}
[routing.tenants.maths]
route = "{folder}/maths"
[routing.tenants.none]
route = ""
[routing.tenants.off]
mode = "off"
[routing.tenants.watching]
mode = "observe"
[routing.tenants.licensed]
licences = ["MIT"]
[routing.tenants.wishing]
allow = ["quality"]
[routing.tenants.alike]
allow = []
"""
# The organisation, its ask and wish; the model that answers, and the one that its router chose.
CHOICES = [
    ("plain", EASY, None, "small", "small"),
    ("plain", HARD, None, "large", "large"),
    ("green", EASY, None, "swift", "swift"),
    ("maths", EASY, None, "large", "large"),
    ("maths", HARD, None, "small", "small"),
    ("watching", EASY, None, "large", "small"),
    ("licensed", EASY, None, "swift", "swift"),
    ("alike", EASY, None, "small", "small"),
    ("plain", EASY, "quality", "small", "small"),
    ("wishing", EASY, "quality", "large", "large"),
    ("wishing", EASY, None, "small", "small"),
]


def two_small(*, turned: bool = False) -> Labels:
    """Two models know what the small one does; `turned`, they know the other half of all things."""
    plain = labels(1600)
    small, large = plain.scores.T
    if turned:
        small = 1.0 - small
    scores = np.column_stack([small, small, large])
    tokens = np.tile([40.0, 40.0, 90.0], (1600, 1))
    return replace(plain, models=("small", "swift", "large"), scores=scores, tokens=tokens, groups=[{}] * 1600)


@dataclass(frozen=True)
class House:
    """A gateway whose `auto` is that of the settings in `config`; `keys` by organisation."""

    gateway: Running
    config: Path
    keys: dict[str, str]

    def ask(self, tenant: str, said: str, wish: str | None = None) -> web.Response:
        body = {"model": "auto", "messages": [{"role": "user", "content": said}]}
        headers = {"authorization": f"Bearer {self.keys[tenant]}"} | ({"x-shoal-optimize": wish} if wish else {})
        return web.post(f"{self.gateway.url}/v1/chat/completions", json=body, headers=headers)

    def routed(self, tenant: str, exchange: str) -> dict[str, object]:
        """What the record holds of a router's choice."""
        assert self.gateway.idle()
        headers = {"authorization": f"Bearer {self.keys[tenant]}"}
        found = web.get(f"{self.gateway.url}/v1/shoal/exchanges/{exchange}", headers=headers).json()
        return dict((found["trust"] or {}).get("routing") or {})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("routed")
    for name in ("shop", "maths"):
        route, _ = certify(two_small(turned=name == "maths"), "large", ["small", "swift"], Aim(alpha=0.08))
        route.save(folder / name)
    config = folder / "shoal.toml"
    config.write_text(SETTINGS.format(folder=folder))
    opened = Assembly(load(config).settings)
    scripted = [
        ScriptedModel([f"{name} says"], name=name, kind="host", host="h") for name in ("small", "swift", "large")
    ]
    auto, _ = opened.registry.find("auto")
    try:
        with running(folder / "gateway", *scripted, auto, trust=TrustRules()) as gateway:
            minted = {
                tenant: mint("k", Role.MEMBER, tenant=tenant) for tenant in ("plain", *opened.settings.routing.tenants)
            }
            gateway.keys.add(*(each.stored for each in minted.values()))
            yield House(gateway, config, {tenant: each.token for tenant, each in minted.items()})
    finally:
        asyncio.run(opened.close())


@pytest.mark.parametrize(("tenant", "said", "wish", "answers", "chosen"), CHOICES)
def test_each_organisation_by_its_own_rules(
    house: House, tenant: str, said: str, wish: str | None, answers: str, chosen: str
) -> None:
    found = house.ask(tenant, said, wish)
    assert found.headers["x-shoal-model"] == answers, found.headers["x-shoal-route"]
    assert house.routed(tenant, found.headers["x-shoal-exchange"])["model"] == chosen


@pytest.mark.parametrize("tenant", ["none", "off"])
def test_without_a_route_the_reference_answers_and_nothing_is_weighed(house: House, tenant: str) -> None:
    found = house.ask(tenant, EASY)
    assert found.headers["x-shoal-model"] == "large"
    assert house.routed(tenant, found.headers["x-shoal-exchange"]) == {}


@pytest.mark.parametrize(("tenant", "said", "wish", "answers", "chosen"), CHOICES)
def test_the_command_line_explains_the_same(
    house: House,
    capsys: pytest.CaptureFixture[str],
    tenant: str,
    said: str,
    wish: str | None,
    answers: str,
    chosen: str,
) -> None:
    words = ["route", "explain", said, "--tenant", tenant, "--config", str(house.config), "--json"]
    # The gateway's own folder is in use.
    words += ["--data-dir", str(house.config.parent / "nothing")] + (["--optimize", wish] if wish else [])
    assert run(words) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["model"] == chosen
    assert ("routing.allow does not name" in told.err) is (wish is not None and tenant != "wishing")


@pytest.mark.parametrize("tenant", ["none", "off"])
def test_the_command_line_says_that_nothing_is_routed(
    house: House, capsys: pytest.CaptureFixture[str], tenant: str
) -> None:
    where = ["--config", str(house.config), "--data-dir", str(house.config.parent / "nothing")]
    assert run(["route", "explain", EASY, "--tenant", tenant, *where]) == 3
    told = " ".join(capsys.readouterr().err.split())
    assert f"no route is configured for '{tenant}'" in told
    assert f"routing.tenants.{tenant}.route" in told
