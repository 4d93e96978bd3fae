"""What lies outside of a watched process's folders: open files, new files, the limit of core dumps."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from shoal.trust.retention.proof import system

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")


def test_open_files_elsewhere(tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    watched.mkdir()
    with (tmp_path / "leak.txt").open("w"), (watched / "inside.txt").open("w"):
        found = dict(system.open_elsewhere(os.getpid(), watched))
    assert str(tmp_path / "leak.txt") in found
    assert str(watched / "inside.txt") not in found


def test_open_files_without_a_name(tmp_path: Path) -> None:
    """Also below the watched folder: who searches that does not see them."""
    with TemporaryFile(dir=tmp_path) as file:
        file.write(b"a leak without a name")
        file.flush()
        found = [content for _, content in system.open_elsewhere(os.getpid(), tmp_path)]
    assert b"a leak without a name" in found


def test_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "TEMPORARY", (str(tmp_path), str(tmp_path / "missing")))
    begun, watched = time.time(), tmp_path / "watched"
    for name in ("new.txt", "old.txt", "below/new.txt", "watched/new.txt", "a/b/c/new.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    os.utime(tmp_path / "old.txt", (1, 1))
    (tmp_path / "link").symlink_to(tmp_path / "new.txt")
    found = set(system.changed(begun, watched))
    assert found == {tmp_path / "new.txt", tmp_path / "below" / "new.txt", tmp_path / "a" / "b" / "c" / "new.txt"}
    os.utime(tmp_path / "a" / "b" / "c", (1, 1))
    assert tmp_path / "a" / "b" / "c" / "new.txt" not in set(system.changed(begun, watched))


def test_the_limit_of_core_dumps() -> None:
    assert system.core_limit(os.getpid()) != "unknown"
    assert system.core_limit(2**22 + 1) == "unknown"
