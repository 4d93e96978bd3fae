"""Content and persons through the whole gateway: kept masked where a tenant opted in, gone after an erasure while
requests go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Choice, Piece
from shoal.cli import run
from shoal.config.audit import Audit
from shoal.config.trust import TrustRules
from shoal.identity import Role, mint
from shoal.stores.database import Database
from shoal.stores.erasure import Erasure, of_tenant
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.waiting import SOON_S

MAIL, PERSON = "jane@example.org", "customer-4711"
RULES = TrustRules.model_validate(
    {"masking": {"tier": "patterns"}, "tenants": {"bare": {"masking": {"mode": "observe"}}}}
)
AUDIT = Audit.model_validate({"tenants": {name: {"content": "masked"} for name in ("default", "north", "bare")}})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, ScriptedModel(["Dear ", f"{MAIL}, ", "hello"]), trust=RULES, audit=AUDIT) as found:
        yield found


def key(house: Running, tenant: str, role: Role = Role.MEMBER) -> str:
    minted = mint(f"owner at {tenant}", role, tenant=tenant)
    house.keys.add(minted.stored)
    return minted.token


def ask(house: Running, key: str | None = None, said: str = f"mail {MAIL}", **more: Any) -> str:
    chat = {"model": "scripted", "messages": [{"role": "user", "content": said}], **more}
    answer = web.post(f"{house.url}/v1/chat/completions", json=chat, headers={"x-api-key": key or house.member})
    assert answer.status_code == 200, answer.text
    return answer.headers["x-shoal-exchange"]


def content(house: Running, exchange: str, admin: str | None = None) -> web.Response:
    path = f"{house.url}/v1/shoal/exchanges/{exchange}/content"
    return web.get(path, headers={"x-api-key": admin or house.admin})


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_kept_is_what_the_model_saw_and_said(house: Running, tmp_path: Path, stream: bool) -> None:
    exchange = ask(house, stream=stream, user=PERSON)
    answer = content(house, exchange)
    kept = answer.json()
    model, _ = house.gateway._fast["POST", "/v1/shoal/mask"]._house.models.find("scripted")  # type: ignore[attr-defined]
    assert kept["prompt"]["messages"] == [{"role": "user", "content": model.chats[-1].ask}]
    assert MAIL not in model.chats[-1].ask
    assert kept["reply"]["choices"] == [{"index": 0, "content": f"Dear {MAIL}, hello"}]  # what the model itself said
    assert len(kept["person"]) == 32
    held = bytes_of(tmp_path)
    for plain in (MAIL, "mail <", "hello", PERSON):
        assert plain.encode() not in held


def test_a_placeholder_in_a_reply_is_kept_as_it_is(tmp_path: Path) -> None:
    class Echo(ScriptedModel):
        async def reply(self, chat: Any, call: Any) -> Any:
            self.chats.append(chat)
            yield Piece([Choice({"role": "assistant", "content": f"to {chat.ask}"}, 0, "stop")])

    with running(tmp_path, Echo(), trust=RULES, audit=AUDIT) as house:
        exchange = ask(house, said=MAIL)
        kept = content(house, exchange)
        assert "jane@" not in kept.text
        assert kept.json()["reply"]["choices"][0]["content"].startswith("to <EMAIL_ADDRESS_")


@pytest.mark.parametrize("tenant", ["south", "bare"])
def test_who_did_not_opt_in_or_masks_nothing_keeps_nothing(house: Running, tenant: str) -> None:
    exchange = ask(house, key(house, tenant))
    assert content(house, exchange, key(house, tenant, Role.ADMIN)).status_code == 404


def test_a_refused_request_leaves_no_content(house: Running) -> None:
    chat = {"model": "nothing", "messages": [{"role": "user", "content": "x"}], "user": PERSON}
    answer = web.post(f"{house.url}/v1/chat/completions", json=chat, headers={"x-api-key": house.member})
    kept = content(house, answer.headers["x-shoal-exchange"])
    assert kept.status_code == 404 or kept.json()["reply"] == {"choices": []}


def test_a_person_is_erased_while_the_gateway_runs(house: Running, tmp_path: Path) -> None:
    gone, stays = ask(house, user=PERSON), ask(house, user="somebody else")
    record = house.ledger.get(gone)
    assert record is not None
    assert record.person is not None
    assert house.keeping.content is not None
    house.keeping.content.flush()
    (tmp_path / "root.key").write_text("k" * 32, encoding="ascii")
    assert run(["trust", "erase", "--person", PERSON, "--yes", "--data-dir", str(tmp_path)]) == 0
    assert house.ledger.get(gone) is None
    assert content(house, gone).status_code == 404
    assert content(house, stays).status_code == 200
    held = bytes_of(tmp_path)
    assert record.person.encode() not in held
    assert gone.encode() not in held
    assert stays.encode() in held


def test_a_tenant_is_erased_while_requests_go_on(house: Running, tmp_path: Path) -> None:
    north, south = key(house, "north"), key(house, "south")
    for _ in range(20):
        ask(house, north, user=PERSON)
    done = threading.Event()
    kept: list[str] = []
    refused: list[int] = []

    def work() -> None:
        # A key that was good a moment ago may be remembered for a second.
        while not (done.is_set() and refused[-1:] == [401]):
            kept.append(ask(house, south))
            answer = web.post(f"{house.url}/v1/chat/completions", json={}, headers={"x-api-key": north})
            refused.append(answer.status_code)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        assert run(["trust", "erase", "--tenant", "north", "--yes", "--data-dir", str(tmp_path)]) == 0
    finally:
        done.set()
        worker.join(SOON_S)
    assert refused[-1] == 401
    assert b"owner at north" not in bytes_of(tmp_path)
    assert all(house.ledger.get(exchange) is not None for exchange in kept)
    with closing(Database(tmp_path)) as database:
        assert not any(Erasure(database).count(of_tenant("north")).values())
