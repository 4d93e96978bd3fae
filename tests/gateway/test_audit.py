"""The audit on the way of a request: what each kind of exchange leaves, and what becomes of requests on a full disk."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Json
from shoal.config.trust import TrustRules
from shoal.errors import HostFailed
from shoal.stores.audit_log import FileAuditLog
from shoal.testing import ScriptedModel
from shoal.trust.audit.export import Filter, read
from shoal.trust.audit.refusals import Refusals
from shoal.trust.audit.step import AuditStep, signer_of
from shoal.trust.audit.verify import verify
from shoal.trust.keys import RootKey
from tests import web
from tests.gateway.house import Running, running

ROOT = RootKey(b"k" * 32)
CANARY = "jane.canary@example.org"
RULES = TrustRules.model_validate({"masking": {"tier": "patterns"}})


def audited(tmp_path: Path, model: ScriptedModel, work: Callable[[Running], object]) -> list[Json]:
    """The records that the work leaves, after the chain was found whole and free of the canary."""
    folder = tmp_path / "audit"
    refusals = Refusals()
    log = FileAuditLog(folder, signer_of(ROOT), due=refusals.due)
    step = AuditStep(log, refusals, ROOT, "p1", {"scripted"})
    with running(tmp_path, model, trust=RULES, log=step) as house:
        work(house)
        assert house.idle()
    step.close()
    assert verify(folder, [signer_of(ROOT).public]).whole
    assert all(CANARY.encode() not in path.read_bytes() for path in folder.iterdir())
    return list(read(folder, Filter()))


def ask(house: Running, text: str = "hello", key: str | None = None, **body: Any) -> web.Response:
    body = {"model": "scripted", "messages": [{"role": "user", "content": text}], **body}
    headers = {"x-api-key": house.member if key is None else key}
    return web.post(f"{house.url}/v1/chat/completions", json=body, headers=headers)


def test_an_exchange_leaves_one_record(tmp_path: Path) -> None:
    answers: list[web.Response] = []
    records = audited(tmp_path, ScriptedModel(), lambda house: answers.append(ask(house, temperature=0.5, user=CANARY)))
    (told,) = records
    assert told["exchange"] == answers[0].headers["x-shoal-exchange"]
    assert (told["outcome"], told["asked"], told["model"], told["policy"]) == ("ok", "scripted", "scripted", "p1")
    assert told["parameters"]["temperature"] == 0.5
    assert told["tokens"] == {"prompt": 7, "completion": 2, "cached": 0, "reasoning": 0}
    assert told["hosts"] == ["embedded"]


def test_a_reply_has_the_same_hash_whole_and_streamed_and_masked(tmp_path: Path) -> None:
    """The reply names the address: the hash is over the placeholder, so it differs where the address does."""

    class Echo(ScriptedModel):
        async def _play(self, script: Any, streamed: bool) -> Any:
            text = self.chats[-1].ask
            async for piece in super()._play([*text] if streamed else [text], streamed):
                yield piece

    def work(house: Running) -> None:
        for stream in (False, True):
            assert ask(house, f"write to {CANARY}", shoal={"conversation": "c"}, stream=stream).status_code == 200
        ask(house, "write to john@example.org", shoal={"conversation": "c"})

    one, two, three = audited(tmp_path, Echo(), work)
    assert one["reply_mac"] == two["reply_mac"] != three["reply_mac"]
    assert one["prompt_mac"] != three["prompt_mac"]
    assert one["conversation"] == two["conversation"] == three["conversation"]
    assert one["entities"] == {"masked": {"EMAIL_ADDRESS": 1}}


def test_failures_are_recorded_too(tmp_path: Path) -> None:
    model = ScriptedModel([HostFailed(f"no: {CANARY}", host="h", detail=CANARY)])
    (told,) = audited(tmp_path, model, lambda house: ask(house))
    assert (told["kind"], told["outcome"], told["reply_mac"]) == ("exchange", "host_failed", None)


def test_the_name_of_an_unknown_model_is_a_keyed_hash(tmp_path: Path) -> None:
    (told,) = audited(tmp_path, ScriptedModel(), lambda house: ask(house, model=f"my {CANARY}"))
    assert told["outcome"] == "model_not_found"
    assert told["asked"].startswith("unknown:")
    assert told["model"] == told["asked"]


def test_wrong_keys_are_counted(tmp_path: Path) -> None:
    def work(house: Running) -> None:
        for number in range(20):
            assert ask(house, key=f"sk-shoal-{CANARY}-{number}").status_code == 401

    records = audited(tmp_path, ScriptedModel(), work)
    assert {each["kind"] for each in records} == {"refused"}
    assert {each["code"] for each in records} == {"invalid_api_key"}
    assert sum(each["count"] for each in records) == 20


def test_a_refusal_before_an_exchange_says_which_key_it_came_with(tmp_path: Path) -> None:
    ids: list[str] = []

    def work(house: Running) -> None:
        ids.append(house.member.split("-")[2])
        headers = {"x-api-key": house.member}
        assert web.get(f"{house.url}/v1/nowhere", headers=headers).status_code == 404
        assert web.post(f"{house.url}/v1/chat/completions", content=b"{", headers=headers).status_code == 400

    records = audited(tmp_path, ScriptedModel(), work)
    assert [(each["code"], each["keys"]) for each in records] == [
        ("not_found", {ids[0]: 1}),
        ("invalid_request", {ids[0]: 1}),
    ]


def test_where_nothing_can_be_written_nothing_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ScriptedModel()
    full, real = [False], os.write

    def write(file: int, data: bytes) -> int:
        if full[0] and bytes(data[:9]) == b'{"prev":"':
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, data)

    monkeypatch.setattr(os, "write", write)

    def work(house: Running) -> None:
        assert ask(house).status_code == 200
        full[0] = True
        answer = ask(house)
        while answer.status_code == 200:
            answer = ask(house)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "audit_failed"
        asked = len(model.chats)
        ask(house)
        assert len(model.chats) == asked
        full[0] = False
        while ask(house).status_code != 200:
            pass

    records = audited(tmp_path, model, work)
    assert all(each["outcome"] in ("ok", "audit_failed") for each in records if each["kind"] == "exchange")
    assert sum(each["outcome"] == "ok" for each in records if each["kind"] == "exchange") == len(model.chats)
    json.dumps(records)
