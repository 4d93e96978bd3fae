"""POST /v1/moderations: OpenAI's form, the tenant's thresholds, bad input in the envelope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shoal.identity import Role, mint
from shoal.testing import ScriptedModel
from shoal.trust.monitoring.step import MonitoringStep
from tests import web
from tests.gateway.house import Running, running
from tests.unit.trust.monitoring.scene import BAD, MildMonitor, rules

PATH = "/v1/moderations"
RULES = rules(mode="off", tenants={"calm": {"monitoring": {"thresholds": {"violence": 0.995}}}})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    step = MonitoringStep(RULES, monitor=MildMonitor())
    with running(tmp_path_factory.mktemp("data"), ScriptedModel(), trust=RULES, monitoring=step) as found:
        yield found


def post(house: Running, body: Any, key: str | None = None) -> web.Response:
    return web.post(house.url + PATH, json=body, headers={"x-api-key": key or house.member})


def test_each_input_has_a_result(house: Running) -> None:
    body = post(house, {"input": ["Good day.", f"You {BAD}."], "model": "omni-moderation-latest"}).json()
    assert body["id"].startswith("modr-")
    assert body["model"] == "shoal/monitor"
    fine, bad = body["results"]
    assert (fine["flagged"], bad["flagged"]) == (False, True)
    assert (bad["categories"]["violence"], bad["category_scores"]["violence"]) == (True, 0.99)
    assert bad["categories"]["harassment"] is False


def test_what_is_not_judged_says_so(house: Running) -> None:
    (result,) = post(house, {"input": BAD}).json()["results"]
    assert result["category_applied_input_types"]["sexual/minors"] == []
    assert result["category_applied_input_types"]["violence"] == ["text"]
    assert result["categories"]["sexual/minors"] is False
    assert result["categories"].keys() == result["category_scores"].keys()


def test_parts_are_one_input(house: Running) -> None:
    parts = [{"type": "text", "text": "Good day."}, {"type": "text", "text": BAD}]
    (result,) = post(house, {"input": parts}).json()["results"]
    assert result["flagged"]


def test_a_tenant_has_its_own_thresholds(house: Running) -> None:
    minted = mint("calm", Role.MEMBER, tenant="calm")
    house.keys.add(minted.stored)
    (result,) = post(house, {"input": BAD}, minted.token).json()["results"]
    assert (result["flagged"], result["category_scores"]["violence"]) == (False, 0.99)


def test_a_long_text_is_as_bad_as_its_worst_stretch(house: Running) -> None:
    (result,) = post(house, {"input": "Fine words here. " * 2000 + BAD}).json()["results"]
    assert result["flagged"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "input"),
        ({"input": []}, "input"),
        ({"input": 7}, "input"),
        ({"input": ["a", 7]}, "input"),
        ({"input": [{"type": "image_url", "image_url": {"url": "data:,"}}]}, "input"),
        ({"input": ["a"] * 51}, "input"),
        ({"input": "a", "model": 7}, "model"),
        ({"inputs": "a"}, None),
    ],
)
def test_bad_input_is_named(house: Running, body: dict[str, Any], param: str | None) -> None:
    answer = post(house, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_it_needs_a_key(house: Running) -> None:
    assert web.post(house.url + PATH, json={"input": "a"}).status_code == 401
