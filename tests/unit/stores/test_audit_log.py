"""The audit log: nothing is lost, whatever the disk does, and what could not be kept is said."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from shoal.errors import AuditFailed
from shoal.stores import audit_log
from shoal.stores.audit_chain import Chain, Json, segments
from shoal.stores.audit_heads import FILE
from shoal.stores.audit_log import AuditEvent, Entry, FileAuditLog
from shoal.trust.audit.verify import verify
from shoal.trust.keys import RootKey
from shoal.trust.signing import Signer
from tests.unit.trust.audit.written import entry
from tests.waiting import until

SIGNER = Signer(RootKey(b"s" * 32), "audit")
WRITER = Path(__file__).parent / "audit_writer.py"


def lines(folder: Path) -> list[Json]:
    """Every line of every chain, oldest chain first."""
    paths = [path for each in segments(folder).values() for path in each]
    return [orjson.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def kinds(folder: Path) -> list[str]:
    return [line["kind"] for line in lines(folder)]


def is_whole(folder: Path) -> bool:
    return verify(folder, [SIGNER.public]).whole


class Disk:
    """What writing does: `full` lets `room` bytes through and then fails, as a full disk does. Heads get through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.room = 100
        self.failed = threading.Event()
        self._real = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, file: int, data: Any) -> int:
        if not self.full or bytes(data[:8]) == b'{"chain"':
            return self._real(file, data)
        taken = self._real(file, bytes(data)[: self.room])
        self.room -= taken
        if taken == 0:
            self.failed.set()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return taken


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set whenever something has become durable."""
    done, real = threading.Event(), Chain.write

    def write(self: Chain, *what: Any) -> None:
        real(self, *what)
        done.set()

    monkeypatch.setattr(Chain, "write", write)
    return done


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., FileAuditLog]]:
    """Logs that are closed in the end."""
    opened: list[FileAuditLog] = []

    def open_one(**more: Any) -> FileAuditLog:
        opened.append(FileAuditLog(tmp_path, SIGNER, **more))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


def test_entries_lie_in_one_chain_in_their_order(tmp_path: Path) -> None:
    log = FileAuditLog(tmp_path, SIGNER, about={"policy": "p1"})
    for number in range(2500):
        log.add(entry(number))
    log.close()
    first, *middle, last = lines(tmp_path)
    assert [line["exchange"] for line in middle] == [f"ex_{number}" for number in range(2500)]
    assert [line["seq"] for line in (first, *middle, last)] == list(range(2502))
    assert (first["kind"], first["policy"], first["process"]) == ("start", "p1", os.getpid())
    assert first["public_key"] == SIGNER.public.hex()
    assert (last["kind"], last["records"]) == ("end", 2500)
    assert is_whole(tmp_path)


def test_an_entry_is_durable_before_the_log_is_closed(
    make: Callable[..., FileAuditLog], tmp_path: Path, written: threading.Event
) -> None:
    make().add(entry(1))
    assert written.wait(60)
    assert kinds(tmp_path)[1] == "exchange"


def test_without_entries_there_is_no_chain(tmp_path: Path) -> None:
    FileAuditLog(tmp_path / "audit", SIGNER).close()
    assert not (tmp_path / "audit").exists()


def test_files_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "audit"
    log = FileAuditLog(folder, SIGNER, segment_bytes=1)
    log.add(entry(1))
    log.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    assert len(list(folder.iterdir())) == 3


def test_a_log_that_is_closed_twice_is_closed(tmp_path: Path) -> None:
    log = FileAuditLog(tmp_path, SIGNER)
    log.add(entry(1))
    log.close()
    log.close()
    assert kinds(tmp_path) == ["start", "exchange", "end"]


@pytest.mark.parametrize("room", [0, 1, 100, 300, 500])
def test_a_full_disk_refuses_until_there_is_room(
    make: Callable[..., FileAuditLog], tmp_path: Path, disk: Disk, written: threading.Event, room: int
) -> None:
    log = make()
    log.add(entry(0))
    assert written.wait(60)
    log.check()
    written.clear()
    disk.room, disk.full = room, True
    with capture_logs() as said:
        log.add(entry(1))
        assert disk.failed.wait(60)
        while not refuses(log):
            written.wait(0.01)
        with pytest.raises(AuditFailed, match="make room"):
            log.check()
        log.add(entry(2))
        disk.failed.clear()
        assert disk.failed.wait(60), "it tries again by itself"
        disk.full = False
        assert written.wait(60)
        while refuses(log):
            written.wait(0.01)
    failures = [each for each in said if each["event"] == "audit_write_failed"]
    assert [(each["log_level"], each["when_full"]) for each in failures] == [("error", "refuse")]
    log.close()
    assert [line.get("exchange") for line in lines(tmp_path)] == [None, "ex_0", "ex_1", "ex_2", None]
    assert is_whole(tmp_path)


def refuses(log: FileAuditLog) -> bool:
    try:
        log.check()
    except AuditFailed:
        return True
    return False


def test_where_the_policy_is_to_go_on_it_is_said_and_the_gap_written_down(
    make: Callable[..., FileAuditLog],
    tmp_path: Path,
    disk: Disk,
    written: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_log, "MOST_WAITING", 3)
    log = make(refuse=False)
    log.add(entry(0))
    assert written.wait(60)
    written.clear()
    disk.full = True
    with capture_logs() as said:
        log.add(entry(1))
        assert disk.failed.wait(60)
        for number in range(2, 10):
            log.add(entry(number))
            log.check()
        disk.full = False
        assert written.wait(60)
        log.close()
    assert [each["when_full"] for each in said if each["event"] == "audit_write_failed"] == ["go_on"]
    assert kinds(tmp_path) == ["start", "exchange", *["exchange"] * 3, "gap", "end"]
    assert next(line for line in lines(tmp_path) if line["kind"] == "gap")["dropped"] == 6
    assert is_whole(tmp_path)


def test_a_disk_that_is_still_full_at_the_end_loses_records_and_says_so(tmp_path: Path, disk: Disk) -> None:
    disk.full = True
    log = FileAuditLog(tmp_path, SIGNER)
    with capture_logs() as said:
        for number in range(3):
            log.add(entry(number))
        log.close()
    (lost,) = [each for each in said if each["event"] == "audit_records_lost"]
    assert lost["records"] == 3


def test_a_log_that_lags_far_behind_refuses(
    make: Callable[..., FileAuditLog], monkeypatch: pytest.MonkeyPatch, disk: Disk
) -> None:
    monkeypatch.setattr(audit_log, "MOST_WAITING", 4)
    monkeypatch.setattr(audit_log, "BATCH_S", 60.0)
    log = make()
    log.add(entry(1))
    log.check()
    log.add(entry(2))
    with pytest.raises(AuditFailed):
        log.check()


def test_an_entry_that_is_no_json_is_said_and_holds_up_no_other(tmp_path: Path) -> None:
    log = FileAuditLog(tmp_path, SIGNER)
    with capture_logs() as said:
        for number, seed in enumerate((1, 2**70, 3)):
            log.add(entry(number, parameters={"seed": seed}))
        log.add(entry(3, asked="\ud800"))
        log.close()
    assert kinds(tmp_path) == ["start", "exchange", "unwritable", "exchange", "unwritable", "end"]
    assert [each["event"] for each in said] == ["audit_record_unwritable"] * 2


def test_an_entry_that_breaks_holds_up_no_other(tmp_path: Path) -> None:
    class Broken:
        time = 5

        def wire(self) -> Json:
            raise KeyError("what was said")

    log = FileAuditLog(tmp_path, SIGNER)
    with capture_logs() as said:
        log.add(Broken())
        log.add(entry(1))
        log.close()
    assert kinds(tmp_path) == ["start", "unwritable", "exchange", "end"]
    assert "what was said" not in str(said)


def test_a_log_whose_thread_has_died_refuses(
    make: Callable[..., FileAuditLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = make()
    log.check()
    monkeypatch.setattr(log._thread, "is_alive", lambda: False)
    with pytest.raises(AuditFailed):
        log.check()


def test_a_clock_that_steps_back_is_recorded_and_breaks_nothing(tmp_path: Path) -> None:
    hour = 3_600_000_000_000
    log = FileAuditLog(tmp_path, SIGNER)
    for at in (10 * hour, 10 * hour - 1000, 9 * hour, 9 * hour + 5):
        log.add(AuditEvent("note", at))
    log.close()
    assert [line.get("back_ns") for line in lines(tmp_path)][:5] == [None, None, None, hour - 1000, None]
    assert [line["seq"] for line in lines(tmp_path)] == list(range(6))
    assert is_whole(tmp_path)


def test_what_else_is_due_is_written_with_the_rest(tmp_path: Path) -> None:
    left: list[Entry] = [AuditEvent("refused", 1, {"count": 3})]

    def due() -> list[Entry]:
        taken, left[:] = left[:], []
        return taken

    log = FileAuditLog(tmp_path, SIGNER, due=due)
    log.close()
    assert [line.get("count") for line in lines(tmp_path)] == [None, 3, None]


def test_threads_may_add_at_once(tmp_path: Path) -> None:
    log = FileAuditLog(tmp_path, SIGNER)

    def add(first: int) -> None:
        for number in range(first, first + 300):
            log.add(entry(number))

    threads = [threading.Thread(target=add, args=(at * 300,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    exchanges = [line["exchange"] for line in lines(tmp_path) if line["kind"] == "exchange"]
    assert sorted(exchanges) == sorted(f"ex_{number}" for number in range(1200))
    assert is_whole(tmp_path)


def writer(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", str(WRITER), str(folder), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_on_one_folder_write_a_chain_each(tmp_path: Path) -> None:
    processes = [writer(tmp_path, name, "1500") for name in ("a", "b")]
    assert [process.communicate(timeout=300)[0] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(segments(tmp_path)) == 2
    for paths in segments(tmp_path).values():
        told = [orjson.loads(line) for path in paths for line in path.read_bytes().splitlines()]
        names = [line["exchange"] for line in told if line["kind"] == "exchange"]
        name = names[0][0]
        assert names == [f"{name}_{number}" for number in range(1500)]
    assert is_whole(tmp_path)


def test_a_crash_in_the_middle_of_a_write_is_told_from_tampering(tmp_path: Path) -> None:
    process = writer(tmp_path, "a", "5", "die")
    process.communicate(timeout=300)
    assert process.returncode == 9
    ((crashed,),) = segments(tmp_path).values()
    before = crashed.read_bytes()
    assert not before.endswith(b"\n")
    process = writer(tmp_path, "b", "5")
    process.communicate(timeout=300)
    assert crashed.read_bytes() == before, "nothing is appended to a dead process's chain"
    report = verify(tmp_path, [SIGNER.public])
    assert report.whole
    assert {each.kind for each in report.notes} == {"torn"}
    assert report.chains == 2


def test_a_real_limit_on_files_refuses_and_recovers(tmp_path: Path) -> None:
    process = writer(tmp_path, "a", "20", "limit")
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    assert 0 <= said.find("refused\n") < said.find("taken again")
    assert kinds(tmp_path).count("exchange") == 20
    assert is_whole(tmp_path)


def test_heads_lie_beside_the_chains(tmp_path: Path, disk: Disk) -> None:
    log = FileAuditLog(tmp_path, SIGNER, head_s=0.001)
    log.add(entry(1))
    log.close()
    heads = [orjson.loads(line) for line in (tmp_path / FILE).read_bytes().splitlines()]
    (chain,) = segments(tmp_path)
    assert {head["chain"] for head in heads} == {chain}
    assert heads[-1]["seq"] == 2
    assert heads[-1]["key"] == SIGNER.public.hex()[:16]


def test_a_head_that_cannot_be_kept_is_said_once(tmp_path: Path, written: threading.Event) -> None:
    (tmp_path / FILE).mkdir()
    with capture_logs() as said:
        log = FileAuditLog(tmp_path, SIGNER, head_s=0.001)
        for number in range(3):
            written.clear()
            log.add(entry(number))
            assert written.wait(60)
            log.check()
        log.close()
    assert [each["event"] for each in said] == ["audit_head_failed"]


def test_records_are_lost_aloud_where_no_chain_could_be_begun(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = FileAuditLog(tmp_path / "file", SIGNER, refuse=False)
    with capture_logs() as said:
        log.add(entry(1))
        log.close()
    assert [each["records"] for each in said if each["event"] == "audit_records_lost"] == [1]


@pytest.mark.parametrize("taken", ["the folder", "the file", "the file, for another"])
def test_a_chain_that_is_taken_away_while_it_is_written_is_said_and_missed(tmp_path: Path, taken: str) -> None:
    folder = tmp_path / "audit"
    with capture_logs() as said:
        log = FileAuditLog(folder, SIGNER)
        log.add(entry(1))
        (path,) = waited_for(folder)
        if taken == "the folder":
            folder.rename(tmp_path / "elsewhere")
        else:
            path.rename(tmp_path / "elsewhere")
        if taken == "the file, for another":
            path.touch()
        log.add(entry(2))
        log.close()
    assert [each["event"] for each in said if each["log_level"] == "error"] == ["audit_chain_lost"]
    report = verify(folder, [SIGNER.public])
    assert {each.kind for each in report.findings} <= {"missing", "truncated"}
    assert not report.whole


def waited_for(folder: Path) -> list[Path]:
    """The files of the chain, once its first record is durable and the head that tells of it is kept beside it."""
    until((folder / FILE).exists)
    until(lambda: (folder / FILE).read_bytes().endswith(b"\n"))
    return list(folder.glob("chain-*"))
