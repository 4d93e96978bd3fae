"""Recorded windows: what counters gave in a second or so and the work in it, as lines of JSON. It fits nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from shoal.errors import ConfigError
from shoal.metering.calibration import Observed
from shoal.metering.sharing import Work

NUMBERS = ("joules", "seconds", "input", "output", "resident_s")
KINDS = ("cpu", "gpu")


def read_windows(path: Path) -> dict[str, list[Observed]]:
    """The windows by kind of counters. Raises ConfigError that names the line which is not of the form."""
    found: dict[str, list[Observed]] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigError(f"the windows in {path} cannot be read ({type(error).__name__})") from None
    for at, line in enumerate(lines, 1):
        if line.strip():
            kind, window = _read(line, f"{path} line {at}")
            found.setdefault(kind, []).append(window)
    if not found:
        raise ConfigError(f"{path} holds no windows: record some with 'shoal energy calibrate MODEL --record {path}'")
    return found


def write_windows(path: Path, windows: Mapping[str, Sequence[Observed]]) -> None:
    """The windows, one a line, as `read_windows` reads them. Raises ConfigError."""
    lines = [orjson.dumps(_wire(kind, each)) for kind, observed in windows.items() for each in observed]
    try:
        path.write_bytes(b"\n".join((*lines, b"")))
    except OSError as error:
        raise ConfigError(f"the windows cannot be written to {path} ({type(error).__name__})") from None


def _wire(kind: str, window: Observed) -> dict[str, Any]:
    work = window.work
    values = (window.joules, window.seconds, work.input, work.output, work.seconds)
    return {"counters": kind, **dict(zip(NUMBERS, values, strict=True))}


def _read(line: bytes, where: str) -> tuple[str, Observed]:
    try:
        found = orjson.loads(line)
        kind = found["counters"]
        joules, seconds, uncached, output, resident_s = (_number(found[name]) for name in NUMBERS)
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError):
        fields = ", ".join(NUMBERS)
        raise ConfigError(f'{where}: a window has "counters" ("cpu" or "gpu") and the numbers {fields}') from None
    if kind not in KINDS:
        raise ConfigError(f'{where}: "counters" is "cpu" or "gpu"')
    return kind, Observed(joules, seconds, Work(uncached, output, resident_s))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError("a number of at least 0")
    return float(value)
