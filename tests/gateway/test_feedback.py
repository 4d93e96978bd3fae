"""Feedback over HTTP: taken for the tenant's own exchanges, masked, sealed, listed, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoal.config.audit import Audit
from shoal.config.trust import TrustRules
from shoal.identity import Role, mint
from shoal.stores.feedback import SqlFeedback
from shoal.testing import ScriptedModel
from shoal.trust.masking.detect import Detector
from shoal.trust.retention.feedback import MOST_PER_EXCHANGE
from tests import web
from tests.gateway.house import Running, running

MAIL = "jane@example.org"
RULES = TrustRules.model_validate({"masking": {"tier": "patterns"}, "tenants": {"bare": {"masking": {"mode": "off"}}}})
AUDIT = Audit.model_validate({"tenants": {"default": {"content": "masked"}, "bare": {"content": "masked"}}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def house(folder: Path) -> Iterator[Running]:
    with running(folder, ScriptedModel(), trust=RULES, audit=AUDIT, body_bytes=2_000_000) as found:
        yield found


def key(house: Running, tenant: str = "default", role: Role = Role.MEMBER) -> str:
    minted = mint("more", role, tenant=tenant)
    house.keys.add(minted.stored)
    return minted.token


def ask(house: Running, key: str | None = None) -> str:
    chat = {"model": "scripted", "messages": [{"role": "user", "content": f"mail {MAIL}"}]}
    answer = web.post(f"{house.url}/v1/chat/completions", json=chat, headers={"x-api-key": key or house.member})
    return answer.headers["x-shoal-exchange"]


def give(house: Running, exchange: str, body: Any, key: str | None = None) -> web.Response:
    path = f"{house.url}/v1/shoal/exchanges/{exchange}/feedback"
    return web.post(path, json=body, headers={"x-api-key": key or house.member})


def given(house: Running, exchange: str, key: str | None = None) -> web.Response:
    path = f"{house.url}/v1/shoal/exchanges/{exchange}/feedback"
    return web.get(path, headers={"x-api-key": key or house.member})


def test_feedback_is_kept_masked_and_listed(house: Running, folder: Path) -> None:
    exchange = ask(house)
    said = {"rating": "down", "reason": f"say {MAIL}", "outcome": "edited", "edited": f"Dear {MAIL}, {MAIL}"}
    answer = give(house, exchange, said)
    body = answer.json()
    assert answer.status_code == 201
    assert (body["object"], body["exchange_id"], body["rating"], body["outcome"]) == (
        *("shoal.feedback", exchange, "down"),
        "edited",
    )
    assert body["masked"] == {"EMAIL_ADDRESS": 3}
    assert "jane" not in answer.text
    (kept,) = given(house, exchange).json()["data"]
    assert kept["id"] == body["id"]
    word = kept["reason"].removeprefix("say ")
    assert word.startswith("<EMAIL_ADDRESS_")
    assert kept["edited"] == f"Dear {word}, {word}"
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"jane@" not in held
    assert word.encode() not in held


def test_a_value_has_the_placeholder_of_its_exchange(house: Running) -> None:
    model, _ = house.gateway._fast["POST", "/v1/shoal/mask"]._house.models.find("scripted")  # type: ignore[attr-defined]
    exchange = ask(house)
    give(house, exchange, {"reason": f"mail {MAIL}"})
    (kept,) = given(house, exchange).json()["data"]
    assert kept["reason"] == model.chats[-1].ask


def test_several_are_appended(house: Running) -> None:
    exchange = ask(house)
    for body in ({"rating": "up"}, {"rating": "down", "reason": None}, {"outcome": "regenerated", "rating": None}):
        assert give(house, exchange, body).status_code == 201
    listed = given(house, exchange).json()["data"]
    assert [(each["rating"], each["outcome"]) for each in listed] == [
        *(("up", None), ("down", None)),
        (None, "regenerated"),
    ]
    assert all(each["reason"] is each["edited"] is None for each in listed)


def test_an_exchange_takes_so_many_and_no_more(house: Running) -> None:
    exchange = ask(house)
    for _ in range(MOST_PER_EXCHANGE):
        give(house, exchange, {"rating": "up"})
    answer = give(house, exchange, {"rating": "up"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_only_the_tenant_gives_and_only_the_key_or_an_admin_sees(house: Running) -> None:
    exchange = ask(house)
    colleague, foreign = key(house), key(house, "another", Role.ADMIN)
    assert give(house, exchange, {"rating": "up"}, colleague).status_code == 201
    assert give(house, exchange, {"rating": "up"}, foreign).status_code == 404
    assert give(house, "ex_nothing", {"rating": "up"}).status_code == 404
    assert give(house, exchange, {"rating": "up"}, "sk-shoal-wrong").status_code == 401
    statuses = [given(house, exchange, each).status_code for each in (None, house.admin, colleague, foreign)]
    assert statuses == [200, 200, 404, 404]


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({}, "rating", "at least one"),
        ({"rating": None, "reason": ""}, "rating", "at least one"),
        ({"rating": "good"}, "rating", "up or down"),
        ({"rating": 1}, "rating", "up or down"),
        ({"rating": ["up"]}, "rating", "up or down"),
        ({"outcome": "kept"}, "outcome", "accepted or"),
        ({"reason": 5}, "reason", "string"),
        ({"reason": "é" * 4001}, "reason", "8 kB"),
        ({"edited": "x" * 200_001}, "edited", "200 kB"),
        ({"edited": "x", "outcome": "accepted"}, "edited", "edited"),
        ({"ratin": "up"}, None, "rating"),
    ],
)
def test_a_wrong_field_is_named(house: Running, body: dict[str, Any], param: str | None, says: str) -> None:
    answer = give(house, ask(house), body)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize("content", [b"{", b"[]", b'"up"', b""])
def test_what_is_no_object_is_refused(house: Running, content: bytes) -> None:
    path = f"{house.url}/v1/shoal/exchanges/{ask(house)}/feedback"
    assert web.post(path, content=content, headers={"x-api-key": house.member}).status_code == 400
    assert web.put(path, json={}, headers={"x-api-key": house.member}).status_code == 405
    assert "GET or POST" in web.put(path, json={}, headers={"x-api-key": house.member}).text


def test_the_longest_text_is_taken(house: Running) -> None:
    exchange = ask(house)
    long = {"reason": "x" * 8000, "edited": "y " * 80_000}
    assert give(house, exchange, long).status_code == 201
    assert given(house, exchange).json()["data"][0]["edited"] == long["edited"]


@pytest.mark.parametrize("tenant", ["another", "bare"])
def test_a_tenant_that_keeps_no_text_takes_ratings_alone(house: Running, tenant: str) -> None:
    """One has not opted in; the other masks nothing, so nothing of it can be kept masked."""
    member = key(house, tenant)
    exchange = ask(house, member)
    answer = give(house, exchange, {"rating": "down", "reason": f"about {MAIL}"}, member)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
    assert MAIL not in answer.text
    assert give(house, exchange, {"rating": "down"}, member).status_code == 201
    assert len(given(house, exchange, member).json()["data"]) == 1


def test_it_fails_closed(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = ask(house)

    def broken(*_: object) -> None:
        raise ZeroDivisionError(MAIL)

    monkeypatch.setattr(Detector, "candidates", broken)
    answer = give(house, exchange, {"rating": "up", "reason": f"to {MAIL}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "masking_failed")
    assert given(house, exchange).json()["data"] == []


def test_a_database_that_fails_is_said(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    exchange = ask(house)

    def full(*_: object) -> None:
        raise OperationalError(MAIL, {}, Exception(MAIL))

    monkeypatch.setattr(SqlFeedback, "add", full)
    answer = give(house, exchange, {"rating": "up"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "storage_error")
    assert MAIL not in answer.text
