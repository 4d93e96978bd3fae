"""The audit step: from settings to records that can be proved, and nothing of what was said in them."""

from __future__ import annotations

import asyncio
import json
import stat
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Chat, Message, Passage, Piece, ShoalOptions
from shoal.config import Settings
from shoal.errors import StorageError
from shoal.stores.audit_chain import segments
from shoal.stores.audit_heads import HeadSink
from shoal.stores.audit_log import AuditEvent
from shoal.stores.ledger import Record
from shoal.trust.audit.export import Filter, read
from shoal.trust.audit.macs import mac, prompt_bytes
from shoal.trust.audit.step import AuditStep, folder_of, open_audit, policy_of, signer_of
from shoal.trust.audit.verify import verify
from shoal.trust.keys import RootKey
from tests.waiting import SOON_S

ROOT = RootKey(b"r" * 32)
CANARY = "canary-91c2"


def settings(tmp_path: Path, **audit: Any) -> Settings:
    return Settings.model_validate({"server": {"data_dir": tmp_path}, "audit": audit})


def opened(tmp_path: Path, **audit: Any) -> AuditStep:
    step = open_audit(settings(tmp_path, **audit), ROOT, {"auto"})
    assert step is not None
    return step


def travel(step: AuditStep, tenant: str, text: str, answer: str) -> None:
    """One exchange as the outer ring leads it."""
    chat = Chat("auto", (Message.of("user", text),), {"temperature": 0}, shoal=ShoalOptions(conversation=CANARY))
    step.check()
    session = step.open(tenant, chat)
    passage = Passage("p1", "docs", "s", "t", CANARY)
    asyncio.run(session.asked(Chat("auto", chat.messages, chat.options, passages=(passage,))))
    session.read(Piece.of(answer))
    record = Record(f"ex_{tenant}", tenant, "k1", 1.0, "auto", False, model="auto", outcome="ok", tags={"t": CANARY})
    step.add(session.entry(record))


def test_an_exchange_leaves_a_record_that_holds_no_text(tmp_path: Path) -> None:
    step = opened(tmp_path)
    travel(step, "acme", f"my secret is {CANARY}", f"so it is {CANARY}")
    step.refused("invalid_api_key")
    step.close()
    first, second = read(tmp_path / "audit", Filter())
    assert (first["exchange"], first["tenant"], first["outcome"]) == ("ex_acme", "acme", "ok")
    assert first["parameters"] == {"messages": 1, "passages": 1, "temperature": 0}
    assert len(first["prompt_mac"]) == len(first["reply_mac"]) == len(first["conversation"]) == 64
    assert (second["kind"], second["code"], second["count"]) == ("refused", "invalid_api_key", 1)
    assert all(CANARY.encode() not in path.read_bytes() for path in (tmp_path / "audit").iterdir())
    assert verify(tmp_path / "audit", [signer_of(ROOT).public]).whole


def test_whoever_has_text_and_key_can_prove_the_prompt(tmp_path: Path) -> None:
    step = opened(tmp_path)
    travel(step, "acme", "hello", "x")
    step.close()
    (told,) = read(tmp_path / "audit", Filter())
    passage = Passage("p1", "docs", "s", "t", CANARY)
    asked = Chat("auto", (Message.of("user", "hello"),), {"temperature": 0}, passages=(passage,))
    assert told["prompt_mac"] == mac(ROOT.derive("acme", "audit"), "prompt", prompt_bytes(asked))


def test_tenants_have_hashes_of_their_own(tmp_path: Path) -> None:
    step = opened(tmp_path)
    for tenant in ("one", "two"):
        travel(step, tenant, "same", "same")
    step.close()
    one, two = read(tmp_path / "audit", Filter())
    for name in ("prompt_mac", "reply_mac", "conversation"):
        assert one[name] != two[name]


def test_an_exchange_that_was_refused_early_has_no_hashes(tmp_path: Path) -> None:
    step = opened(tmp_path)
    session = step.open("acme", Chat("auto", ()))
    step.add(session.entry(Record("ex_1", "acme", "k", 1.0, "auto", False, outcome="permission_denied")))
    step.close()
    (told,) = read(tmp_path / "audit", Filter())
    assert (told["outcome"], told["prompt_mac"], told["reply_mac"]) == ("permission_denied", None, None)


def test_other_parts_may_add_events(tmp_path: Path) -> None:
    step = opened(tmp_path)
    step.add(AuditEvent("erased", 5, {"tenant": "acme", "rows": 3}))
    step.close()
    (told,) = read(tmp_path / "audit", Filter(tenant="acme"))
    assert (told["kind"], told["rows"]) == ("erased", 3)


def test_off_is_none(tmp_path: Path) -> None:
    assert open_audit(settings(tmp_path, mode="off"), ROOT) is None
    assert not (tmp_path / "audit").exists()


def test_the_folder_may_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else" / "where"
    step = opened(tmp_path, folder=elsewhere)
    travel(step, "acme", "a", "b")
    step.close()
    assert len(segments(elsewhere)) == 1
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    assert folder_of(settings(tmp_path)) == tmp_path / "audit"


def test_a_folder_that_cannot_be_made_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file")
    with pytest.raises(StorageError, match=r"audit\.folder"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_written_ends_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(StorageError, match="cannot be written"):
        opened(tmp_path)


def test_the_name_of_an_unknown_model_is_hashed(tmp_path: Path) -> None:
    step = opened(tmp_path)
    session = step.open("acme", Chat(f"tell me of {CANARY}", ()))
    step.add(session.entry(Record("ex_1", "acme", "k", 1.0, "unknown", False, outcome="model_not_found")))
    step.close()
    (told,) = read(tmp_path / "audit", Filter())
    assert told["asked"].startswith("unknown:")
    assert CANARY not in json.dumps(told)


def test_heads_go_to_the_sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.stores.audit_log.HeadSink", partial(HeadSink, close_s=SOON_S))
    kept = tmp_path / "kept.jsonl"
    step = opened(tmp_path, sink=f"file:{kept}", head_s=0.001)
    travel(step, "acme", "a", "b")
    step.close()
    report = verify(tmp_path / "audit", [signer_of(ROOT).public], [kept])
    assert report.whole
    last = json.loads(kept.read_bytes().splitlines()[-1])
    assert last["seq"] == report.lines - 1


def test_the_policy_changes_with_the_trust_settings_and_nothing_else(tmp_path: Path) -> None:
    def version(root: RootKey = ROOT, **tables: Any) -> str:
        return policy_of(Settings.model_validate({"server": {"data_dir": tmp_path}, **tables}).trust, root)

    plain = version()
    assert len(plain) == 16
    assert version(audit={"mode": "off"}, trust={"root_key": "env:OTHER"}) == plain
    assert version(trust={"mode": "observe"}) != plain
    assert version(trust={"masking": {"deny": {"PERSON": ["Jane"]}}}) != plain
    assert version(RootKey(b"x" * 32)) != plain, "nobody can try names without the root key"
