"""The other endpoints: models, exchanges, health, metrics."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shoal.identity import Role, mint
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running

ASK = {"model": "scripted", "messages": [{"role": "user", "content": "very private words"}]}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    models = (ScriptedModel(), ScriptedModel(name="org/other"), ScriptedModel(name="auto"))
    with running(tmp_path_factory.mktemp("data"), *models) as found:
        yield found


def get(house: Running, path: str, key: str | None = None) -> web.Response:
    return web.get(house.url + path, headers={"authorization": f"Bearer {key or house.member}"})


def ask(house: Running) -> str:
    answer = web.post(f"{house.url}/v1/chat/completions", json=ASK, headers={"x-api-key": house.member})
    return answer.headers["x-shoal-exchange"]


def test_the_list_of_models(house: Running) -> None:
    body = get(house, "/v1/models").json()
    assert body["object"] == "list"
    assert [model["id"] for model in body["data"]] == ["auto", "org/other", "scripted"]
    assert all({"id", "object", "created", "owned_by"} <= set(model) for model in body["data"])


def test_one_model_whose_name_has_a_slash(house: Running) -> None:
    assert get(house, "/v1/models/org/other").json()["id"] == "org/other"
    assert get(house, "/v1/models/nothing").json()["error"]["code"] == "model_not_found"


def test_a_limited_key_sees_and_uses_only_its_models(house: Running) -> None:
    minted = mint("limited", Role.MEMBER, models=("org/*",))
    house.keys.add(minted.stored)
    assert [model["id"] for model in get(house, "/v1/models", minted.token).json()["data"]] == ["org/other"]
    assert get(house, "/v1/models/scripted", minted.token).status_code == 404
    assert "scripted" not in get(house, "/v1/models/nothing", minted.token).text
    answer = web.post(f"{house.url}/v1/chat/completions", json=ASK, headers={"x-api-key": minted.token})
    assert answer.status_code == 403


def test_an_exchange_shows_what_it_took_and_nothing_that_was_said(house: Running) -> None:
    answer = get(house, f"/v1/shoal/exchanges/{ask(house)}")
    body = answer.json()
    assert (body["asked"], body["model"], body["outcome"]) == ("scripted", "scripted", "ok")
    assert body["attempts"][0]["usage"]["prompt_tokens"] == 7
    assert body["usage"]["total_tokens"] == 9
    assert "private" not in answer.text


def test_an_exchange_is_seen_by_its_key_and_the_tenants_admin_alone(house: Running) -> None:
    other = mint("other", Role.MEMBER)
    foreign = mint("foreign", Role.ADMIN, tenant="another")
    house.keys.add(other.stored, foreign.stored)
    path = f"/v1/shoal/exchanges/{ask(house)}"
    assert get(house, path, house.admin).status_code == 200
    assert get(house, path, other.token).status_code == 404
    assert get(house, path, foreign.token).status_code == 404
    assert get(house, "/v1/shoal/exchanges/ex_nothing").status_code == 404


def test_every_answer_has_a_name(house: Running) -> None:
    for path in ("/v1/models", "/v1/models/auto", "/healthz", "/readyz", "/nothing"):
        assert get(house, path).headers["x-request-id"]


def test_health_needs_no_key(house: Running) -> None:
    assert web.get(f"{house.url}/healthz").json() == {"status": "ok"}
    assert web.get(f"{house.url}/readyz").json() == {"status": "ready"}
    for path in ("/healthz", "/readyz"):
        head = web.head(house.url + path)
        assert (head.status_code, head.content) == (200, b"")


def test_metrics_for_an_admin_without_keys_or_text(house: Running) -> None:
    ask(house)
    web.post(f"{house.url}/v1/chat/completions", json={**ASK, "model": "made-up"}, headers={"x-api-key": house.member})
    assert get(house, "/metrics").status_code == 403
    page = get(house, "/metrics", house.admin).text
    assert 'shoal_exchanges_total{model="scripted",outcome="ok"}' in page
    assert 'shoal_exchanges_total{model="none",outcome="model_not_found"} 1.0' in page
    assert 'shoal_tokens_total{kind="prompt",model="scripted"}' in page
    assert 'shoal_attempts_total{host="embedded",model="scripted",outcome="ok"}' in page
    assert not [word for word in ("made-up", "private", "sk-shoal", "default") if word in page]
