"""Deferring: when to start work that can wait, from a forecast of the electricity's intensity, and what that is
expected to save. It looks at forecasts alone; what really came is only used to say how far forecasts were off.

A deferral saves carbon that the average grid emits; what the power stations at the margin do is another question, so
give a curve of the kind that you account with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.errors import ConfigError
from shoal.planning.curve import HOUR_S, Curve, make_curve

DAY = timedelta(days=1)
LONGEST_H = 8784.0
# A twentieth at either end: with fewer past decisions than this even the extremes hold less than nine in ten.
TAIL = 0.05
# Means that differ by less are the same: the earlier start wins.
SAME = 1e-6
LEAST = 19


@dataclass(frozen=True, slots=True)
class Job:
    """Work of `hours` without a break that may start from `earliest` on and at `slack_h` hours later at the latest.
    Raises ConfigError where there is nothing to choose."""

    earliest: datetime
    hours: float
    slack_h: float

    def __post_init__(self) -> None:
        if not 0 < self.hours <= LONGEST_H:
            raise ConfigError("a job takes more than 0 hours and a year at most")
        if not self.slack_h >= 0:
            raise ConfigError("the slack is 0 hours or more: the deadline lies before the end of the job")
        if self.slack_h > LONGEST_H:
            raise ConfigError("the slack is a year at most: no forecast reaches farther")

    def not_before(self, time: datetime) -> Job:
        """The same job where it cannot start earlier, with the same end at the latest. Raises ConfigError where
        nothing of the slack is left."""
        if time <= self.earliest:
            return self
        return Job(time, self.hours, self.slack_h - (time - self.earliest).total_seconds() / HOUR_S)


@dataclass(frozen=True, slots=True)
class Choice:
    """A start, the forecast mean intensity (gCO2e/kWh) from it on and from the earliest start on."""

    start: datetime
    gco2e_per_kwh: float
    now_gco2e_per_kwh: float

    @property
    def saving(self) -> float:
        """The forecast share of the carbon that the deferral saves; 0 where starting at once is as good."""
        return 0.0 if self.now_gco2e_per_kwh == 0 else 1 - self.gco2e_per_kwh / self.now_gco2e_per_kwh


@dataclass(frozen=True, slots=True)
class Record:
    """Past decisions of the same kind: what the forecast promised and what came, as mean shares saved, and the ends
    between which nine in ten of came less promised lie."""

    decisions: int
    promised: float
    came: float
    errors: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Deferral:
    """The choice, and how sure it is. `interval` is the share saved, from the errors of past forecasts; None without a
    record. `saved_gco2e` only where the energy is known."""

    job: Job
    choice: Choice
    forecast: str
    record: Record | None
    energy_kwh: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The share saved, least and most (90 %)."""
        if self.record is None:
            return None
        if self.choice.start == self.job.earliest:
            return (0.0, 0.0)
        low, high = self.record.errors
        return (self.choice.saving + low, min(self.choice.saving + high, 1.0))

    @property
    def sure(self) -> bool:
        """Whether the interval leaves no doubt that something is saved."""
        return self.interval is not None and self.interval[0] > 0

    @property
    def saved_gco2e(self) -> float | None:
        """The expected saving in grams, by the forecast."""
        if self.energy_kwh is None:
            return None
        return self.energy_kwh * (self.choice.now_gco2e_per_kwh - self.choice.gco2e_per_kwh)

    def to_wire(self) -> dict[str, Any]:
        """The JSON form."""
        record = self.record
        return {
            "start": self.choice.start.isoformat(),
            "earliest": self.job.earliest.isoformat(),
            "hours": self.job.hours,
            "slack_h": self.job.slack_h,
            "forecast": self.forecast,
            "gco2e_per_kwh": round(self.choice.gco2e_per_kwh, 3),
            "gco2e_per_kwh_at_once": round(self.choice.now_gco2e_per_kwh, 3),
            "expected_saving": round(self.choice.saving, 4),
            "expected_saving_from": "forecast",
            "interval_90": None if self.interval is None else [round(each, 4) for each in self.interval],
            "claim": self.sure,
            "saved_gco2e": self.saved_gco2e,
            "past_decisions": None
            if record is None
            else {
                "count": record.decisions,
                "promised": round(record.promised, 4),
                "came": round(record.came, 4),
                "errors_90": [round(each, 4) for each in record.errors],
            },
        }


def choose(job: Job, forecast: Curve) -> Choice:
    """The start with the least forecast mean within the slack, the earliest of equal ones. Starts lie a step of the
    forecast apart. Raises ConfigError where the forecast does not reach so far."""
    now = forecast.mean(job.earliest, job.hours)
    best = Choice(job.earliest, now, now)
    for start in starts(job, forecast.step_s):
        mean = forecast.mean(start, job.hours)
        if mean < best.gco2e_per_kwh - SAME:
            best = Choice(start, mean, now)
    return best


def starts(job: Job, step_s: float) -> list[datetime]:
    """The starts within the slack, one step apart, and the last one possible."""
    count = int(job.slack_h * HOUR_S / step_s + 1e-9)
    found = [job.earliest + timedelta(seconds=step_s * at) for at in range(count + 1)]
    last = job.earliest + timedelta(hours=job.slack_h)
    return found if found[-1] == last else [*found, last]


def yesterday(history: Curve, job: Job) -> Curve:
    """The last day before the earliest start, again and again for as long as the job may take. Raises ConfigError where
    the history does not hold that day."""
    begin = job.earliest - DAY
    whole = timedelta(hours=job.slack_h + job.hours) + timedelta(seconds=history.step_s)
    steps = math.ceil(whole.total_seconds() / history.step_s)
    per_day = round(DAY.total_seconds() / history.step_s)
    step = timedelta(seconds=history.step_s)
    day = [history.mean(begin + step * at, history.step_s / HOUR_S) for at in range(min(per_day, steps))]
    return make_curve(
        [(job.earliest + step * at, day[at % len(day)]) for at in range(max(steps, 2))], "the curve of yesterday"
    )


def past_errors(job: Job, history: Curve, forecast: Curve | None = None) -> Record | None:
    """What deferrals of the same kind, one a day at the same time of day, promised and brought in the past; None where
    the history holds fewer than LEAST. `forecast` is what had been forecast for the history's hours; without it the
    forecast of each day is the curve of the day before."""
    found = [_past(job, history, forecast, at) for at in _days(job, history, forecast)]
    if len(found) < LEAST:
        return None
    promised, came = np.array(found).T
    return Record(len(found), float(promised.mean()), float(came.mean()), nine_in_ten(np.sort(came - promised)))


def nine_in_ten(errors: NDArray[np.float64]) -> tuple[float, float]:
    """The ends between which the next error lies nine times in ten, of sorted past ones that are like it (conformal
    prediction, Vovk et al. 2005): the k-th from either end with k = (n + 1) / 20, rounded down."""
    at = int((len(errors) + 1) * TAIL + 1e-9)
    return float(errors[at - 1]), float(errors[len(errors) - at])


def _days(job: Job, history: Curve, forecast: Curve | None) -> list[datetime]:
    """The past times like the earliest start whose whole slack the history holds, and a forecast for it."""
    reach = timedelta(hours=job.slack_h + job.hours)
    first = history.begin + DAY if forecast is None else max(history.begin, forecast.begin)
    last = (history.end if forecast is None else min(history.end, forecast.end)) - reach
    back = math.ceil((job.earliest - min(last, job.earliest - reach)) / DAY)
    at, found = job.earliest - DAY * back, []
    while at >= first:
        found.append(at)
        at -= DAY
    return found


def _past(job: Job, history: Curve, forecast: Curve | None, at: datetime) -> tuple[float, float]:
    """Promised and brought saving of the decision at a past time, as shares."""
    then = Job(at, job.hours, job.slack_h)
    choice = choose(then, yesterday(history, then) if forecast is None else forecast)
    now = history.mean(at, job.hours)
    came = 0.0 if now == 0 else 1 - history.mean(choice.start, job.hours) / now
    return choice.saving, came
