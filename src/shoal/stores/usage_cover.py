"""Which part of a span is read from days, which from hours, which from steps of hours that are still open, and which
from the ledger itself. It reads nothing.

Every hour is in exactly one part: in a day that holds its sums, if it is not marked; else among the hours, if it is not
marked; else among the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from shoal.stores.usage_marks import STEP_S

DAY_H = 24
# More parts than that would make a statement that takes longer to read than the rows.
MOST_RUNS = 60
Run = tuple[int, int]


@dataclass(slots=True)
class Cover:
    """Runs of hours since 1970, from one to before another."""

    days: list[Run] = field(default_factory=list)
    hours: list[Run] = field(default_factory=list)
    rows: list[Run] = field(default_factory=list)


def cover(first: int, last: int, marked: Collection[int], held: Collection[int]) -> Cover:
    """Covers the hours from `first` to before `last`. `marked` are hours whose sums do not hold, `held` the days (since
    1970) whose sums were added up."""
    found, marks = Cover(), frozenset(marked)
    broken = {hour // DAY_H for hour in marks}
    whole = frozenset(held) - broken
    hour = first
    while hour < last:
        day = hour // DAY_H
        end = min((day + 1) * DAY_H, last)
        if day in whole and end - hour == DAY_H:
            _extend(found.days, hour, end)
        elif day not in broken:
            _extend(found.hours, hour, end)
        else:
            for each in range(hour, end):
                _extend(found.rows if each in marks else found.hours, each, each + 1)
        hour = end
    return found if len(found.days) + len(found.hours) + len(found.rows) <= MOST_RUNS else _simple(first, last, marks)


def in_steps(begin: float, end: float, holding: Collection[int]) -> tuple[list[Run], list[tuple[float, float]]]:
    """A stretch of time (Unix seconds) as runs of steps that hold, and what of it is none of theirs."""
    steps = runs(step for step in sorted(holding) if begin <= step * STEP_S and (step + 1) * STEP_S <= end)
    if len(steps) > MOST_RUNS:
        return [], [(begin, end)]
    rest, at = [], begin
    for first, after in steps:
        if at < first * STEP_S:
            rest.append((at, float(first * STEP_S)))
        at = after * STEP_S
    if at < end:
        rest.append((at, end))
    return steps, rest


def runs(ordered: Iterable[int]) -> list[Run]:
    """Numbers in their order as runs."""
    found: list[Run] = []
    for number in ordered:
        _extend(found, number, number + 1)
    return found


def _extend(runs: list[Run], begin: int, end: int) -> None:
    if runs and runs[-1][1] == begin:
        runs[-1] = (runs[-1][0], end)
    else:
        runs.append((begin, end))


def _simple(first: int, last: int, marks: Collection[int]) -> Cover:
    """All from the first marked hour to the last from the rows, where anything may be read."""
    inside = [hour for hour in marks if first <= hour < last]
    if not inside:
        return Cover(hours=[(first, last)])
    begin, end = min(inside), max(inside) + 1
    return Cover(hours=[run for run in ((first, begin), (end, last)) if run[0] < run[1]], rows=[(begin, end)])
