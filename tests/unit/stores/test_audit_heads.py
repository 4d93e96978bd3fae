"""Heads: appended whole whatever a crash left, and sent where the operator says, again where that fails."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shoal.stores import audit_heads
from shoal.stores.audit_heads import HeadSink, append
from tests.waiting import SOON_S


def test_lines_are_appended(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    append(path, b"one\n")
    append(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_half_a_line_is_ended_first(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    path.write_bytes(b"one\ntw")
    append(path, b"three\n")
    assert path.read_bytes() == b"one\ntw\nthree\n"


def test_many_may_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    threads = [threading.Thread(target=append, args=(path, b"%d" % at * 500 + b"\n")) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.read_bytes().splitlines()) == [b"%d" % at * 500 for at in range(8)]


def test_a_file_gets_heads(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    sink = HeadSink(f"file:{path}", close_s=SOON_S)
    sink.offer(b"head\n")
    sink.close()
    assert path.read_bytes() == b"head\n"


def test_a_command_reads_a_head_from_its_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    program = tmp_path / "keep it.py"
    program.write_text(f"import sys; open({str(path)!r}, 'ab').write(sys.stdin.buffer.read())", encoding="utf-8")
    sink = HeadSink(f"exec:{sys.executable} '{program}'", command_s=SOON_S, close_s=SOON_S)
    sink.offer(b"head\n")
    sink.close()
    assert path.read_bytes() == b"head\n"


@pytest.mark.parametrize("target", ["file:/nowhere/at/all/heads", "exec:false", "exec:/no/such/command", "exec:'"])
def test_a_sink_that_fails_is_said_once_and_raises_nothing(target: str) -> None:
    with capture_logs() as said:
        sink = HeadSink(target, retry_s=0.001, close_s=SOON_S)
        sink.offer(b"head\n")
        sink.close()
    assert [(each["event"], each["log_level"]) for each in said] == [("audit_head_not_sent", "error")]


def test_a_command_that_hangs_is_ended() -> None:
    with capture_logs() as said:
        sink = HeadSink(f'exec:{sys.executable} -c "import time; time.sleep(60)"', command_s=0.05, close_s=SOON_S)
        sink.offer(b"head\n")
        sink.close()
    assert said[0]["cause"] == "TimeoutExpired"


HANGS = """
import os, time
os.fork()
with open({path!r}, "w", buffering=1) as fifo:
    fifo.write("here\\n")
    time.sleep(60)
    fifo.write("late\\n")
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_closing_ends_a_command_that_hangs_with_all_that_it_started(tmp_path: Path) -> None:
    fifo, program = tmp_path / "fifo", tmp_path / "hangs.py"
    os.mkfifo(fifo)
    program.write_text(HANGS.format(path=str(fifo)), encoding="utf-8")
    sink = HeadSink(f"exec:{sys.executable} {program}", command_s=600, close_s=0.05)
    with capture_logs() as said:
        sink.offer(b"head\n")
        with fifo.open() as end:
            assert [end.readline(), end.readline()] == ["here\n", "here\n"]
            sink.close()
            assert end.read() == ""
        sink._thread.join(SOON_S)
    assert [each["event"] for each in said] == ["audit_head_not_sent"]


def test_closing_does_not_wait_for_a_file_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    let, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def hangs(_: Path, line: bytes) -> None:
        begun.set()
        let.wait(60)
        ended.set()

    monkeypatch.setattr(audit_heads, "append", hangs)
    sink = HeadSink("file:kept", close_s=0.05)
    sink.offer(b"1\n")
    assert begun.wait(60)
    sink.close()
    assert not ended.is_set()
    let.set()
    assert ended.wait(60)


def test_the_newest_head_is_sent_again_until_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[bytes] = []
    arrived = threading.Event()

    def failing(_: Path, line: bytes) -> None:
        tries.append(line)
        if len(tries) < 4:
            raise OSError
        arrived.set()

    monkeypatch.setattr(audit_heads, "append", failing)
    with capture_logs() as said:
        sink = HeadSink("file:kept", retry_s=0.001, close_s=SOON_S)
        sink.offer(b"head\n")
        assert arrived.wait(60)
        sink.close()
    assert tries == [b"head\n"] * 4
    assert [each["event"] for each in said] == ["audit_head_not_sent", "audit_head_sent_again"]


def test_a_newer_head_takes_the_place_of_one_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    failed, let = threading.Event(), threading.Event()

    def slow(_: Path, line: bytes) -> None:
        sent.append(line)
        failed.set()
        if not let.is_set():
            let.wait(60)
            raise OSError

    monkeypatch.setattr(audit_heads, "append", slow)
    sink = HeadSink("file:kept", retry_s=60, close_s=SOON_S)
    sink.offer(b"1\n")
    assert failed.wait(60)
    for line in (b"2\n", b"3\n"):
        sink.offer(line)
    let.set()
    sink.close()
    assert sent[0] == b"1\n"
    assert sent[-1] == b"3\n"
    assert b"2\n" not in sent
