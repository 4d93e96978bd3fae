"""POST /v1/shoal/mask: the caller's own text without personal data, errors in the envelope, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoal.config.trust import TrustRules
from shoal.identity import Role, mint
from shoal.testing import ScriptedModel
from shoal.trust.masking.detect import Detector
from tests import web
from tests.gateway.house import Running, running

PATH = "/v1/shoal/mask"
MAIL = "jane@example.org"
RULES = {
    "masking": {"tier": "patterns"},
    "tenants": {"north": {"masking": {"types": {"EMAIL_ADDRESS": "off"}}}, "south": {"masking": {"mode": "off"}}},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    rules = TrustRules.model_validate(RULES)
    with running(tmp_path_factory.mktemp("data"), ScriptedModel(), trust=rules) as found:
        yield found


def post(house: Running, body: Any, key: str | None = None, **headers: str) -> web.Response:
    return web.post(house.url + PATH, json=body, headers={"x-api-key": key or house.member, **headers})


def test_a_text_comes_back_masked_with_what_was_found(house: Running) -> None:
    body = post(house, {"text": f"mail {MAIL}"}).json()
    (placeholder,) = [each["placeholder"] for each in body["entities"][0]]
    assert body == {
        "object": "shoal.masked",
        "texts": [f"mail {placeholder}"],
        "entities": [[{"type": "EMAIL_ADDRESS", "start": 5, "end": 21, "score": 0.95, "placeholder": placeholder}]],
        "counts": {"EMAIL_ADDRESS": 1},
    }


def test_several_texts_share_their_placeholders(house: Running) -> None:
    answer = post(house, {"texts": [MAIL, "nothing", f"{MAIL}!"]})
    assert answer.headers["x-request-id"]
    texts = answer.json()["texts"]
    assert texts[2] == texts[0] + "!"
    assert texts[1] == "nothing"
    assert post(house, {"texts": []}).json()["texts"] == []


def test_a_conversation_keeps_its_placeholders_for_its_key_alone(house: Running) -> None:
    other = mint("other", Role.MEMBER)
    house.keys.add(other.stored)
    said = {"text": MAIL, "conversation": "talk"}
    first = post(house, said).json()["texts"]
    assert post(house, said).json()["texts"] == first
    assert post(house, {"text": MAIL}, **{"x-shoal-conversation": "talk"}).json()["texts"] == first
    assert post(house, said, other.token).json()["texts"] != first
    assert post(house, {"text": MAIL}).json()["texts"] != first


def test_a_conversation_has_the_placeholders_of_its_chats(house: Running) -> None:
    (placeholder,) = post(house, {"text": MAIL, "conversation": "both"}).json()["texts"]
    chat = {"model": "scripted", "messages": [{"role": "user", "content": MAIL}], "shoal": {"conversation": "both"}}
    web.post(f"{house.url}/v1/chat/completions", json=chat, headers={"x-api-key": house.member})
    model, _ = house.gateway._fast["POST", PATH]._house.models.find("scripted")  # type: ignore[attr-defined]
    assert model.chats[-1].ask == placeholder


def test_each_tenant_has_its_own_rules(house: Running) -> None:
    for tenant, status, said in (("north", 200, MAIL), ("south", 403, None)):
        minted = mint(tenant, Role.MEMBER, tenant=tenant)
        house.keys.add(minted.stored)
        answer = post(house, {"text": MAIL}, minted.token)
        assert answer.status_code == status
        assert said is None or answer.json()["texts"] == [said]
    assert MAIL not in answer.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "text"),
        ({"text": "x", "texts": ["y"]}, "text"),
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"texts": "x"}, "texts"),
        ({"texts": ["x", 5]}, "texts"),
        ({"texts": ["x"] * 51}, "texts"),
        ({"text": "x", "conversation": ""}, "conversation"),
        ({"text": "x", "conversation": 5}, "conversation"),
        ({"text": "x", "tets": "y"}, None),
    ],
)
def test_a_wrong_field_is_named(house: Running, body: dict[str, Any], param: str | None) -> None:
    answer = post(house, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_it_has_the_limits_of_a_chat(house: Running) -> None:
    headers = {"x-api-key": house.member}
    assert web.post(house.url + PATH, content=b'{"text": "' + b"x" * 300_000, headers=headers).status_code == 413
    assert web.post(house.url + PATH, content=b"{", headers=headers).status_code == 400
    refused = web.get(house.url + PATH, headers=headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert web.post(house.url + PATH, json={"text": "x"}).status_code == 401


def test_a_long_text_with_much_in_it(house: Running) -> None:
    text = " ".join(f"user{number}@example.org" for number in range(5000))
    body = post(house, {"text": text}).json()
    assert body["counts"] == {"EMAIL_ADDRESS": 5000}
    last = body["entities"][0][-1]
    assert text[last["start"] : last["end"]] == "user4999@example.org"
    assert "@" not in body["texts"][0]


def test_it_fails_closed(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(MAIL)

    monkeypatch.setattr(Detector, "candidates", broken)
    for text in (f"to {MAIL}", "x" * 5000 + MAIL):
        answer = post(house, {"text": text})
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "masking_failed")
        assert "jane" not in answer.text


def test_where_masking_is_off_no_text_comes_back(tmp_path: Path) -> None:
    with running(tmp_path, ScriptedModel()) as found:
        answer = post(found, {"text": MAIL})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
        assert MAIL not in answer.text


def test_the_metrics_count_entities_by_type_and_no_value(house: Running) -> None:
    chat = {"model": "scripted", "messages": [{"role": "user", "content": f"mail {MAIL}"}]}
    web.post(f"{house.url}/v1/chat/completions", json=chat, headers={"x-api-key": house.member})
    page = web.get(f"{house.url}/metrics", headers={"x-api-key": house.admin}).text
    assert 'shoal_entities_total{action="masked",type="EMAIL_ADDRESS"}' in page
    assert "jane" not in page
