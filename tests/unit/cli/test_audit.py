"""`shoal audit`: what is whole is said to be, what was touched is named, and records come out as they went in."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from shoal.stores import audit_log
from shoal.stores.audit_chain import segments
from shoal.stores.audit_heads import HeadSink
from shoal.stores.audit_log import FileAuditLog
from shoal.trust.audit.step import signer_of
from shoal.trust.keys import RootKey
from tests.unit.cli.conftest import Shell
from tests.unit.trust.audit.written import entry
from tests.waiting import SOON_S


@pytest.fixture
def audited(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A data folder with a chain of three exchanges, its heads kept in `kept.jsonl` too."""
    monkeypatch.setattr(audit_log, "HeadSink", partial(HeadSink, close_s=SOON_S))
    root = RootKey.open(None, shell.data)
    log = FileAuditLog(shell.data / "audit", signer_of(root), sink=f"file:{shell.home / 'kept.jsonl'}")
    for number in range(3):
        log.add(entry(number, tenant="acme" if number else "other"))
    log.close()
    return shell


def chain(shell: Shell) -> Path:
    ((path,),) = segments(shell.data / "audit").values()
    return path


def test_a_whole_chain(audited: Shell) -> None:
    said = audited("audit", "verify", "--head", "kept.jsonl")
    assert said.code == 0, said.err
    assert "chains 1, lines 5" in said.out
    told = audited("audit", "verify", "--json").json()
    assert (told["whole"], told["lines"], told["findings"]) == (True, 5, [])


def test_an_edit_is_named_and_the_exit_code_is_1(audited: Shell) -> None:
    path = chain(audited)
    path.write_bytes(path.read_bytes().replace(b'"ex_1"', b'"ex_7"'))
    said = audited("audit", "verify")
    assert said.code == 1
    assert "NOT WHOLE: edited 1" in said.out
    assert path.name in said.out
    told = audited("audit", "verify", "--json")
    assert told.code == 1
    (finding,) = told.json()["findings"]
    assert (finding["kind"], finding["file"]) == ("edited", path.name)


def test_a_chain_that_is_gone_is_found_by_heads_kept_elsewhere(audited: Shell) -> None:
    for path in (audited.data / "audit").iterdir():
        path.unlink()
    assert audited("audit", "verify").code == 0
    said = audited("audit", "verify", "--head", "kept.jsonl")
    assert said.code == 1
    assert "missing" in said.out


def test_elsewhere_the_public_key_is_enough(audited: Shell) -> None:
    key = audited("audit", "key").out.strip()
    assert audited("audit", "key", "--json").json() == {"public_key": key}
    (audited.data / "root.key").unlink()
    folder = str(audited.data / "audit")
    said = audited("audit", "verify", "--folder", folder)
    assert said.code == 3
    assert "--key" in said.err
    assert not (audited.data / "root.key").exists()
    assert audited("audit", "verify", "--folder", folder, "--key", key).code == 0
    assert audited("audit", "verify", "--folder", folder, "--key", "ab" * 32).code == 1
    assert audited("audit", "verify", "--folder", folder, "--key", "ab").code == 1


def test_with_nothing_written_yet_there_is_nothing_to_find(shell: Shell) -> None:
    said = shell("audit", "verify")
    assert said.code == 0
    assert "chains 0" in said.out


def test_a_folder_that_is_not_there_is_not_taken_for_a_whole_one(shell: Shell) -> None:
    said = shell("audit", "verify", "--folder", str(shell.home / "nowhere"))
    assert (said.code, "no folder" in said.err) == (4, True)


def test_a_head_file_that_is_not_there(audited: Shell) -> None:
    assert audited("audit", "verify", "--head", "none.jsonl").code == 4


def test_notes_go_to_standard_error(audited: Shell) -> None:
    path = chain(audited)
    heads = audited.data / "audit" / "heads.jsonl"
    heads.unlink()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    said = audited("audit", "verify")
    assert said.code == 0
    assert "note: " in said.err


def test_show_one_exchange(audited: Shell) -> None:
    said = audited("audit", "show", "ex_1")
    assert "exchange\tex_1" in said.out
    assert "seq\t2" in said.out
    (told,) = audited("audit", "show", "ex_1", "--json").json()
    assert told["exchange"] == "ex_1"
    assert audited("audit", "show", "ex_9").code == 4


def test_export(audited: Shell) -> None:
    lines = audited("audit", "export").out.splitlines()
    assert [json.loads(line)["exchange"] for line in lines] == ["ex_0", "ex_1", "ex_2"]
    lines = audited("audit", "export", "--tenant", "acme", "--exchange", "ex_2").out.splitlines()
    assert [json.loads(line)["exchange"] for line in lines] == ["ex_2"]
    (line,) = audited("audit", "export", "--format", "otlp", "--since", "1000000").out.splitlines()
    assert len(json.loads(line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]) == 3
    assert audited("audit", "export", "--format", "xml").code == 2
