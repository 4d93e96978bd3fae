"""The journal's files: lines survive, files follow each other, a full disk is said once and harms nothing before it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.errors import StorageError
from shoal.stores.journal import START, Journal, Position, hold, lock_path, read_segment, segment_path, segments
from shoal.stores.journal_lines import frame


def line(number: int) -> bytes:
    return frame(("delivered", f"ex_{number}"))


def read(journal: Journal, after: Position = START) -> list[int]:
    return [int(said[1][3:]) for _, said in journal.lines(after) if said is not None and said[0] == "delivered"]


def test_lines_are_read_back_from_any_place(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    ends = [journal.append(line(number)) for number in range(20)]
    assert len(segments(tmp_path, journal.name)) > 3
    assert read(journal) == list(range(20))
    for number, end in enumerate(ends):
        assert end is not None
        assert read(journal, end) == list(range(number + 1, 20))
    journal.close(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_begins_with_what_is_under_way(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for name in ("a", "b", "c"):
        journal.opened(name, frame(("open", name)))
    journal.closed("b", frame(("closed", "b")))
    journal.turn()
    journal.turn()  # what is carried over is no reason for another
    second = [said for _, said in read_segment(segment_path(tmp_path, journal.name, 2), 2)]
    assert second == [["open", "a"], ["open", "c"]]
    journal.forget(journal.end)
    assert segments(tmp_path, journal.name)[0] == journal.end.segment
    journal.close(keep=True)
    assert segments(tmp_path, journal.name) != []


def test_half_a_line_at_the_end_is_not_there_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    whole, path = line(1), tmp_path / "x.log"
    path.write_bytes(whole + b"broken\n" + whole + whole[:-3])
    assert [said for _, said in read_segment(path, 1)] == [["delivered", "ex_1"], None, ["delivered", "ex_1"]]
    assert list(read_segment(tmp_path / "missing", 1)) == []


def full(at: int, written: int) -> Callable[[int, bytes], int]:
    """`os.write` of a disk that takes `written` bytes of the write number `at` and nothing after it."""
    real, calls = os.write, [0]

    def write(file: int, data: bytes) -> int:
        calls[0] += 1
        if calls[0] < at:
            return real(file, data)
        if calls[0] == at and written:
            return real(file, data[:written])
        raise OSError(errno.ENOSPC, "No space left on device")

    return write


@pytest.mark.parametrize("written", [0, 1, 30])
def test_a_full_disk_is_said_once_and_nothing_before_it_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: int
) -> None:
    journal = Journal(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("os.write", full(3, written))
        ends = [journal.append(line(number)) for number in range(6)]
        assert journal.fault == "No space left on device"
    assert [end is not None for end in ends] == [True, True, False, False, False, False]
    assert journal.append(line(6)) is not None
    assert journal.fault is None
    assert read(journal) == [0, 1, 6]
    assert capsys.readouterr().out.count("journal_not_written") == 1
    journal.close(keep=False)


def test_where_half_a_line_cannot_be_taken_back_the_next_one_stands_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    journal.append(line(0))
    with monkeypatch.context() as patched:
        patched.setattr("os.write", full(1, 20))
        patched.setattr("os.ftruncate", full(1, 0))
        assert journal.append(line(1)) is None
    end = journal.append(line(2))
    assert end is not None
    assert end.offset == segment_path(tmp_path, journal.name, 1).stat().st_size
    journal.append(line(3))
    assert read(journal) == [0, 2, 3]
    assert read(journal, end) == [3]
    journal.close(keep=False)


def test_a_file_that_cannot_begin_leaves_the_present_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    journal.opened("a", frame(("open", "a")))
    with monkeypatch.context() as patched:
        patched.setattr("os.write", full(1, 5))
        journal.turn()
    assert segments(tmp_path, journal.name) == [1]
    journal.append(line(1))
    assert read(journal) == [1]
    journal.close(keep=False)


def test_what_is_synced_is_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, synced = Journal(tmp_path), list[int]()

    def note(file: int) -> None:
        found = os.fstat(file)
        if stat.S_ISREG(found.st_mode):
            synced.append(found.st_size)

    monkeypatch.setattr("os.fsync", note)
    journal.sync()
    assert synced == []
    journal.append(line(1))
    journal.turn()
    journal.append(line(2))
    journal.sync()
    journal.sync()
    assert synced == [len(line(1)), len(line(2))]
    journal.close(keep=False)


def test_a_journal_that_is_in_use_is_held(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(BlockingIOError):
        hold(lock_path(tmp_path, journal.name))
    journal.close(keep=True)
    os.close(hold(lock_path(tmp_path, journal.name)))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"server\.data_dir"):
        Journal(tmp_path / "file" / "journal")


def test_a_disk_that_takes_lines_and_no_new_file_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path, segment_bytes=100)

    def no_file(*_: object, **__: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr("os.open", no_file)
        patched.setattr("os.dup", no_file)
        for number in range(10):
            assert journal.append(line(number)) is not None
            journal.sync()
        assert journal.fault == "Too many open files"
    journal.append(line(10))
    journal.sync()
    assert journal.fault is None
    assert read(journal) == list(range(11))
    said = capsys.readouterr().out
    assert (said.count("journal_not_written"), said.count("journal_written_again")) == (2, 2)
    journal.close(keep=False)
