"""What a watched process left on the machine outside of its own folders, and what the system lets it leave.

It looks where the system keeps such things (/proc, the temporary folders); elsewhere it finds nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - searched, never written
LARGEST, LARGEST_OPEN = 16 << 20, 64 << 20
DEEPEST = 6


def core_limit(pid: int) -> str:
    """The largest core dump that the process may leave, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    except OSError:
        return "unknown"
    return next((line.split()[4] for line in lines if line.startswith("Max core file size")), "unknown")


def open_elsewhere(pid: int, watched: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files that the process has open, but for those that are searched anyway. Also of such as
    have no name any more, or live in memory alone: nobody could read them once the process has ended."""
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for link in links:
        try:
            path, status = link.readlink(), link.stat()
            nameless = status.st_nlink == 0 or not path.exists()
            elsewhere = nameless or not (path.is_relative_to(watched) or path.suffix == ".py")
            if stat.S_ISREG(status.st_mode) and elsewhere:
                with link.open("rb") as file:
                    yield str(path), file.read(LARGEST_OPEN)
        except OSError:  # closed meanwhile
            continue


def changed(since: float, watched: Path) -> Iterator[Path]:
    """Files of this user in the system's temporary folders that are newer than the run's start."""
    for folder in TEMPORARY:
        for path in _walk(Path(folder), watched, since):
            try:
                status = path.lstat()
            except OSError:
                continue
            own = status.st_uid == os.getuid() if hasattr(os, "getuid") else True
            if own and status.st_mtime >= since - 1 and status.st_size <= LARGEST:
                yield path


def _walk(folder: Path, watched: Path, since: float, depth: int = 0) -> Iterable[Path]:
    """Files right in the folder and one below, which is where programs put them, and in new folders below that."""
    try:
        if depth > 1 and (depth > DEEPEST or folder.stat().st_mtime < since - 1):
            return
        inner = [each for each in folder.iterdir() if each != watched and not each.is_symlink()]
    except OSError:
        return
    for each in inner:
        if each.is_file():
            yield each
        elif each.is_dir():
            yield from _walk(each, watched, since, depth + 1)
