"""Looks for canaries in the memory of another process of one's own, through /proc (Linux). It knows no gateway.

What it finds is *residue*: strings of Python cannot be wiped, and freed memory keeps its bytes until it is used again.
Whether anything still points at them is for `reachable.py` to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import re2  # type: ignore[import-untyped]

from shoal.trust.retention.proof.canaries import Canaries
from shoal.trust.retention.proof.forms import forms

_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)\s*(.*)")
_STEP = 8 << 20
_IN_MEMORY = ("as it is", "UTF-16", "UTF-32", "base64", "escaped for URLs")


@dataclass(frozen=True, slots=True)
class Residue:
    """What a look at a process's memory gave. `tried` is "yes" or why not; `copies` counts canaries by the kind of
    memory they lay in and by what they were."""

    tried: str
    bytes: int = 0
    copies: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(count for _, count in self.copies)


def residue(pid: int, canaries: Canaries) -> Residue:
    """Looks through all memory of the process that it can write to; elsewhere no canary can come to lie."""
    folder = Path("/proc", str(pid))
    if not (folder / "mem").exists():
        return Residue("not tried: this system has no /proc")
    pattern, names = _pattern(canaries)
    copies: Counter[str] = Counter()
    size = 0
    try:
        with (folder / "mem").open("rb", buffering=0) as memory:
            for kind, start, end in _regions((folder / "maps").read_text(encoding="utf-8", errors="replace")):
                for data, fresh in _blocks(memory, start, end, len(canaries.digits) - 1):
                    size += fresh
                    copies.update(f"{kind}, {names[match[0]]}" for match in pattern.finditer(data))
    except PermissionError:
        return Residue("not tried: the process does not let others read its memory (hardened)")
    except (ProcessLookupError, FileNotFoundError):
        return Residue("not tried: the process had ended")
    return Residue("yes", size, tuple(sorted(copies.items())))


def _pattern(canaries: Canaries) -> tuple[Any, dict[bytes, str]]:
    """One expression for all needles, since a search for each takes far longer; and each needle's form."""
    tokens = (canaries.run, canaries.digits)
    names = {needle: form for token in tokens for form, needle in forms(token) if form in _IN_MEMORY}
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(b"|".join(map(re2.escape, names)), options), names


def _regions(maps: str) -> Iterator[tuple[str, int, int]]:
    """Writable memory: what it is, where it begins and ends."""
    for line in maps.splitlines():
        match = _REGION.match(line)
        if match is None or not match[3].startswith("rw") or match[5].startswith(("[v", "/dev/")):
            continue
        kind = match[5].strip("[]") if match[5].startswith("[") else "mapped file" if match[5] else "anonymous"
        yield kind, int(match[1], 16), int(match[2], 16)


def _blocks(memory: FileIO, start: int, end: int, overlap: int) -> Iterator[tuple[bytes, int]]:
    """The region in steps that overlap a little, each with how much of it is new; what cannot be read (gone meanwhile)
    is passed over."""
    at = start
    tail = b""
    while at < end:
        try:
            memory.seek(at)
            data = memory.read(min(_STEP, end - at)) or b""
        except (OSError, OverflowError):
            return
        if not data:
            return
        yield tail + data, len(data)
        tail = data[-overlap:]
        at += len(data)
