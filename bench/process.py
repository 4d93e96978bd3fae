"""Processes of our own: started, measured (CPU time and memory of the whole tree), ended; not what they do.

Linux reads /proc; elsewhere `ps` is asked, and where that fails too the figure is None.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Sample:
    """`cpu_s` is user and system time in seconds, of the living tree and of children that ended and were waited for;
    `rss_mb` the resident memory of the living tree in 1e6 bytes (pages that two processes share count twice)."""

    cpu_s: float
    rss_mb: float


def sample(pid: int) -> Sample | None:
    """The tree below and with `pid`; None where it has ended or the system does not tell."""
    if PROC.joinpath("self", "stat").exists():
        return _from_proc(pid)
    return _from_ps(pid)


def _from_proc(pid: int) -> Sample | None:
    rows = {int(entry.name): row for entry in PROC.iterdir() if entry.name.isdigit() and (row := _stat(entry))}
    if pid not in rows:
        return None
    ticks = sum(sum(rows[one][10:14] if one == pid else rows[one][10:12]) for one in _tree(pid, rows))
    pages = sum(rows[one][20] for one in _tree(pid, rows))
    return Sample(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def _stat(entry: Path) -> list[int] | None:
    """The fields of proc(5) stat from the fourth (ppid) on, as numbers: utime is at 10, rss at 20."""
    try:
        text = entry.joinpath("stat").read_text()
    except OSError:
        return None
    return [int(field) for field in text.rpartition(")")[2].split()[1:]]


def _tree(pid: int, rows: dict[int, list[int]]) -> list[int]:
    found = [pid]
    for one in found:
        found.extend(child for child, row in rows.items() if row[0] == one)
    return found


def _from_ps(pid: int) -> Sample | None:
    ps = shutil.which("ps")
    if ps is None:
        return None
    done = subprocess.run([ps, "-A", "-o", "pid=,ppid=,rss=,time="], capture_output=True, text=True, check=False)
    rows = {int(row[0]): row for line in done.stdout.splitlines() if len(row := line.split()) == 4}
    if done.returncode or pid not in rows:
        return None
    tree = _tree(pid, {one: [int(row[1])] for one, row in rows.items()})
    return Sample(sum(_seconds(rows[one][3]) for one in tree), sum(int(rows[one][2]) for one in tree) * 1024 / 1e6)


def _seconds(clock: str) -> float:
    """Seconds in the form that `ps` prints: [[days-]hours:]minutes:seconds[.hundredths]."""
    days, _, rest = clock.rpartition("-")
    total = 0.0
    for part in rest.split(":"):
        total = total * 60 + float(part)
    return total + 86400 * int(days or 0)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spawn(command: list[str], log: Path, more_env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Starts a process in the repository's root, with its standard streams in our hands and its errors in `log`."""
    with log.open("wb") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, **more_env},
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that `spawn` started: asks, waits, then kills it."""
    process.terminate()
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
