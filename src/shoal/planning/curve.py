"""Curve: the intensity of electricity over time, hour by hour, as read from a file. It forecasts nothing itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path

from shoal.errors import ConfigError

LARGEST = 10_000.0
# The cleanest grids emit some grams per kWh: below that everywhere it is kilograms.
KG = 1.5
HOUR_S = 3600.0
FIRST_YEAR, LAST_YEAR = 1970, 2200
HOUR = timedelta(hours=1)
# Clocks that are set back show an hour twice, and leave one out in spring.
LOCAL = ", or, where these are local times, give a time zone offset with each, such as 02:00+01:00"
TIMES = ("time", "datetime", "timestamp", "from", "point_time", "date")
INTENSITIES = (
    *("gco2e_per_kwh", "intensity", "carbon intensity", "carbonintensity", "carbon_intensity"),
    *("actual", "forecast", "value"),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """gCO2e/kWh in steps of `step_s` seconds from `begin` (aware, UTC) on."""

    begin: datetime
    step_s: float
    values: tuple[float, ...]
    _sums: tuple[float, ...] = ()

    @property
    def end(self) -> datetime:
        """Where the last step ends."""
        return self.begin + timedelta(seconds=self.step_s * len(self.values))

    def mean(self, start: datetime, hours: float) -> float:
        """The mean from `start` on. Raises ConfigError where the curve does not reach so far."""
        found, share = self.covered(start, hours)
        if found is None or share < 1 - 1e-9:
            raise ConfigError(
                f"the curve goes from {self.begin.isoformat()} to {self.end.isoformat()} and {hours:g} hours from "
                f"{start.isoformat()} on are not in it: give a longer one"
            )
        return found

    def covered(self, start: datetime, hours: float) -> tuple[float | None, float]:
        """The mean over the part of the hours that the curve covers (None where there is none), and that part."""
        first = (start - self.begin).total_seconds() / self.step_s
        last = first + hours * HOUR_S / self.step_s
        low, high = max(first, 0.0), min(last, float(len(self.values)))
        if high <= low:
            return None, 0.0
        return (self._until(high) - self._until(low)) / (high - low), (high - low) / (last - first)

    def at(self, time: datetime) -> float:
        """The value of the step that holds `time`. Raises ConfigError outside the curve."""
        return self.mean(time, min(self.step_s, 1.0) / HOUR_S)

    def _until(self, steps: float) -> float:
        whole = int(steps)
        part = steps - whole
        return self._sums[whole] + (part * self.values[whole] if part > 0 else 0.0)


def make_curve(points: Iterable[tuple[datetime, float]], where: str) -> Curve:
    """A curve of points in any order: as they are where they are one step apart, else their means by the hour. Raises
    ConfigError that names the first hour without a point, and a time that stands twice."""
    found = sorted(points, key=lambda point: point[0])
    if len(found) < 2:
        raise ConfigError(f"{where}: a curve needs two points at least")
    steps = {after - before for (before, _), (after, _) in pairwise(found)}
    if timedelta() in steps:
        double = next(before for (before, _), (after, _) in pairwise(found) if after == before)
        raise ConfigError(f"{where}: {double.isoformat()} stands in it twice: take one out{LOCAL}")
    if len(steps) > 1:
        found = _by_hour(found, where)
    step = found[1][0] - found[0][0]
    values = tuple(value for _, value in found)
    return Curve(found[0][0], step.total_seconds(), values, (0.0, *accumulate(values)))


def _by_hour(points: Sequence[tuple[datetime, float]], where: str) -> list[tuple[datetime, float]]:
    """The mean of the points of each hour."""
    hours: dict[datetime, list[float]] = {}
    for time, value in points:
        hours.setdefault(time.replace(minute=0, second=0, microsecond=0), []).append(value)
    for before, after in pairwise(hours):
        if after - before != HOUR:
            raise ConfigError(
                f"{where}: there is no point in the hour from {(before + HOUR).isoformat()} on: fill the gap{LOCAL}"
            )
    if len(hours) < 2:
        raise ConfigError(f"{where}: a curve needs two hours at least")
    return [(hour, sum(values) / len(values)) for hour, values in hours.items()]


def read_curve(path: Path, column: str | None = None) -> Curve:
    """The curve in a CSV (a column of times, one of intensities) or a JSON (a list of such objects, or one below
    "data", "forecast" or "history"). Times without a zone are UTC. `column` names the intensity.

    Raises ConfigError that names the line, and for what can only be in kg.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read ({type(error).__name__}): give a CSV or JSON of intensities"
        ) from None
    rows = _json_rows(text, path) if path.suffix.lower() == ".json" else _csv_rows(text, path)
    found = make_curve(points_of(rows, str(path), column), str(path))
    if 0 < max(found.values) < KG:
        raise ConfigError(f"{path}: no intensity in it reaches {KG:g} g: give gCO2e/kWh, not kgCO2e/kWh")
    return found


def points_of(rows: Sequence[dict[str, object]], where: str, column: str | None = None) -> list[tuple[datetime, float]]:
    """Time and intensity of each row, whatever the columns are called. Raises ConfigError."""
    if not rows:
        raise ConfigError(f"{where}: there is no row in it")
    time = _named(rows[0], TIMES, where)
    intensity = _named(rows[0], (column.lower(),) if column else INTENSITIES, where)
    return [
        (_time(row.get(time), f"{where} row {at}"), _value(row.get(intensity), f"{where} row {at}"))
        for at, row in enumerate(rows, 1)
    ]


def parse_time(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is UTC. Raises ConfigError."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"'{text}' is no time: write it like 2026-12-01T06:00Z") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ConfigError(f"'{text}': the year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def past(times: Iterable[datetime | None]) -> str | None:
    """What is to be said of starts of which one lies in the past; None where none does."""
    if all(time is None or time >= datetime.now(UTC) for time in times):
        return None
    return "a start lies in the past: its figures are of that time"


def _csv_rows(text: str, path: Path) -> list[dict[str, object]]:
    try:
        return [{str(name): cell for name, cell in row.items()} for row in csv.DictReader(text.splitlines())]
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV ({error}): mend it") from None


def _json_rows(text: str, path: Path) -> list[dict[str, object]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is no JSON: mend it, or give a CSV") from None
    if isinstance(found, dict):
        found = next((found[name] for name in ("data", "forecast", "history") if name in found), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ConfigError(f"{path}: give a list of objects with a time and an intensity")
    return found


def _named(row: dict[str, object], names: Sequence[str], where: str) -> str:
    by_name = {name.strip().lower(): name for name in row}
    for name in names:
        if name in by_name:
            return by_name[name]
    raise ConfigError(f"{where}: no column is called {' or '.join(names)}; there is {', '.join(row)}")


def _time(value: object, where: str) -> datetime:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: the time is missing")
    try:
        return parse_time(value)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error.message}") from None


def _value(value: object, where: str) -> float:
    try:
        found = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else float("nan")
    except ValueError:
        found = float("nan")
    if not 0 <= found <= LARGEST:
        raise ConfigError(f"{where}: an intensity is a number of gCO2e/kWh from 0 to {LARGEST:g}")
    return found
