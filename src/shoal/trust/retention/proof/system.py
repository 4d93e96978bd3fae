"""What a watched process left on the machine outside of its own folders, and what the system lets it leave.

It looks where the system keeps such things (/proc, the temporary folders); elsewhere it finds nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - searched, never written
LARGEST = 16 << 20


def core_limit(pid: int) -> str:
    """The largest core dump that the process may leave, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    except OSError:
        return "unknown"
    return next((line.split()[4] for line in lines if line.startswith("Max core file size")), "unknown")


def open_elsewhere(pid: int, watched: Path) -> Iterator[Path]:
    """Files that the process has open, but for those that are searched anyway, and devices."""
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for link in links:
        try:
            path = link.readlink()
        except OSError:  # closed meanwhile
            continue
        if path.is_absolute() and path.is_file() and not path.is_relative_to(watched) and path.suffix != ".py":
            yield path


def changed(since: float, watched: Path) -> Iterator[Path]:
    """Files of this user in the system's temporary folders that are newer than the run's start."""
    for folder in TEMPORARY:
        for path in _walk(Path(folder), watched):
            try:
                status = path.lstat()
            except OSError:
                continue
            own = status.st_uid == os.getuid() if hasattr(os, "getuid") else True
            if own and status.st_mtime >= since - 1 and status.st_size <= LARGEST:
                yield path


def _walk(folder: Path, watched: Path) -> Iterable[Path]:
    """Files right in the folder and one below, which is where programs put them."""
    try:
        inner = [each for each in folder.iterdir() if each != watched]
    except OSError:
        return
    for each in inner:
        if each.is_symlink():
            continue
        if each.is_file():
            yield each
        elif each.is_dir():
            try:
                yield from (more for more in each.iterdir() if more.is_file() and not more.is_symlink())
            except OSError:
                continue
