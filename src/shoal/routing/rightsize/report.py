"""The findings: for each family what every model did, what may be certified, and in one sentence what to do.

All certificates of a report hold at once with confidence 1 - delta: delta is shared out among all that are tried. Where
nothing is certified, or the small model's own choice of tasks is no better than chance, the advice is the reference.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.impacts import Range
from shoal.routing.certificate import ALL as EVERY
from shoal.routing.certificate import Certificate, Segment, validity
from shoal.routing.certify import Aim, Finding
from shoal.routing.rightsize.cascading import Outcome, Pair, Point, alone, confident, curve, outcome, outcome_at
from shoal.routing.rightsize.families import ALL
from shoal.routing.rightsize.learned import Learned, learned
from shoal.routing.rightsize.measures import Measure, measured, total
from shoal.routing.rightsize.narrowness import Elsewhere, elsewhere
from shoal.routing.rightsize.result import QUANTITIES
from shoal.routing.rightsize.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

UNITS = {"cost_usd": "USD", "energy_wh": "Wh", "carbon_gco2e": "gCO2e"}


@dataclass(frozen=True, slots=True)
class FamilyReport:
    """What was found of one family. `curves` by small model; `chosen` what is recommended, None for the reference."""

    name: str
    tasks: int
    measures: Sequence[Measure]
    curves: Mapping[str, Sequence[Point]]
    chosen: Outcome | None
    advice: str
    runner_up: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All findings. `learned` is the route that a value model makes possible for models without confidence, and what
    held-out tasks say of it; `certificates` by small model; `tests` among how many delta was shared out."""

    reference: str
    models: tuple[str, ...]
    judge: str
    data: str
    aim: Aim
    tests: int
    fewest: int
    families: Sequence[FamilyReport]
    certificates: Mapping[str, Certificate]
    narrowness: Sequence[Elsewhere]
    learned: Learned | None
    taken: Mapping[str, Range | None]
    judged: Mapping[str, Range | None]
    notes: Sequence[str]

    @property
    def finding(self) -> Finding | None:
        """What held-out tasks say of the route."""
        return self.learned.finding if self.learned is not None else None


def fewest(alpha: float, delta: float) -> int:
    """The fewest tasks that can certify anything: so many without a single loss (1 - alpha)**n <= delta."""
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ConfigError("alpha and delta must lie between 0 and 1")
    return math.ceil(math.log(delta) / math.log1p(-alpha))


def report(
    table: Table, asks: Sequence[str], groups: Sequence[Mapping[str, str]], reference: str, judge: str, data: str,
    aim: Aim, composites: Collection[str] = (), seed: int = 0,
) -> Report:  # fmt: skip
    """The findings on a table; `asks` are the humans' words and `groups` what each belongs to when it is routed.
    `composites` choose among models themselves: they are tried as a whole, without a threshold."""
    smaller = [name for name in table.models if name != reference]
    names = list(dict.fromkeys(table.families))
    parts: list[str | None] = [*names] if len(names) == 1 else [*names, None]
    leaves = [name for name in smaller if name not in composites]
    sure = {name for name in leaves if confident(table, name, reference, table.rows(None)) is not None}
    unsure = [name for name in leaves if name not in sure]
    tests = max(1, len(parts) * len(smaller) + bool(unsure))
    each = replace(aim, delta=aim.delta / tests)
    route = learned(table, asks, groups, reference, unsure, each, seed)
    least = fewest(aim.alpha, each.delta)
    judged = {name: name in sure for name in smaller}
    found = [_family(table, part, reference, judged, route, each, least) for part in parts]
    return Report(
        reference,
        table.models,
        judge,
        data,
        aim,
        tests,
        least,
        found,
        _certificates(found, reference, aim, data),
        _narrow(found, table, asks, names),
        route,
        {name: total(each) for name, each in table.taken.items()},
        {name: total(each) for name, each in table.judged.items()},
        _notes(table, reference, least, names, route),
    )


def _family(
    table: Table, part: str | None, reference: str, smaller: Mapping[str, bool], route: Learned | None, aim: Aim,
    least: int,
) -> FamilyReport:  # fmt: skip
    """`smaller` says of each whether its confidence is of use."""
    rows = table.rows(part)
    measures = [measured(table, name, reference, rows) for name in table.models]
    pairs = [_pair(table, name, reference, rows, sure=sure) for name, sure in smaller.items()]
    tried = [outcome(pair, table, aim.alpha, aim.delta, aim.tolerance) for pair in pairs]
    held = [found for found in tried if found is not None and found.better_than_chance and not found.dearer]
    held.sort(key=_worth, reverse=True)
    curves = {pair.small: curve(pair) for pair in pairs if pair.how == "confidence"}
    if route is not None:
        curves |= {small: curve(pair.of(rows)) for small, pair in route.pairs.items()}
    name = part or ALL
    chosen = held[0] if held else None
    advice = _take(name, chosen) if chosen is not None else _keep(name, reference, pairs, tried, least)
    if chosen is None and len(rows) == len(table):
        advice = _by_route(name, route, table) or advice
    return FamilyReport(name, len(rows), measures, curves, chosen, advice, tuple(held[1:]))


def _pair(table: Table, small: str, reference: str, rows: Places, *, sure: bool) -> Pair:
    found = confident(table, small, reference, rows) if sure else None
    return found or alone(table, small, reference, rows)


def _worth(found: Outcome) -> tuple[float, float]:
    """What is saved in money, else in energy, else the share that is taken over."""
    for name in QUANTITIES:
        if (saving := found.savings[name]) is not None:
            return saving.expected, found.share
    return 0.0, found.share


def _take(name: str, found: Outcome) -> str:
    small = found.pair.small
    if found.share > 0.999:
        does = f"`{small}` suffices for all at {found.kept.mean:.1%}"
    else:
        does = f"`{small}` suffices for {found.share:.0%} at {found.kept.mean:.1%}; escalate the rest"
    saves = [
        f"{each.expected:.0%} {UNITS[unit]} [{100 * each.low:.0f}, {100 * each.high:.0f}]"
        for unit in QUANTITIES
        if (each := found.savings[unit]) is not None
    ]
    return f"{name}: {does}; saves {', '.join(saves)}" if saves else f"{name}: {does}; what it saves is not known"


def _by_route(name: str, route: Learned | None, table: Table) -> str | None:
    """What the learned route is worth, for all tasks; None where it is not worth anything."""
    if route is None or route.route is None or route.finding is None or not route.finding.worth_it:
        return None
    segment = route.route.certificate.segments[EVERY]
    pairs = list(route.pairs.values())
    if segment is None or len(pairs) != 1 or (found := outcome_at(pairs[0], table, segment)) is None:
        return f"{name}: {route.finding.recommendation}"
    return f"{_take(name, found)} (through `auto` with the learned route)"


def _keep(name: str, reference: str, pairs: Sequence[Pair], tried: Sequence[Outcome | None], least: int) -> str:
    most = max((len(pair) for pair in pairs), default=0)
    if most < least:
        why = f"{most} tasks, {least} are the fewest that can certify anything"
    elif all(found is None for found in tried):
        why = f"whatever the threshold, too many tasks are answered worse than by `{reference}`"
    elif any(found is not None and not found.better_than_chance for found in tried):
        why = "the small model's confidence chooses no better than chance"
    else:
        why = "it would cost more than it saves"
    return f"{name}: keep `{reference}`, the large model: no evidence ({why})"


def _certificates(found: Sequence[FamilyReport], reference: str, aim: Aim, data: str) -> dict[str, Certificate]:
    """For each small model that is recommended, the families that it is certified for, all at once."""
    made, expires = validity(aim.days)
    smaller = dict.fromkeys(each.chosen.pair.small for each in found if each.chosen is not None)
    certificates = {}
    for small in smaller:
        segments: dict[str, Segment | None] = {
            each.name: each.chosen.segment
            for each in found
            if each.chosen is not None and each.chosen.pair.small == small
        }
        certificates[small] = Certificate(
            reference, (small,), aim.alpha, aim.delta, aim.tolerance, data, made, expires, "family", segments
        )
    return certificates


def _narrow(found: Sequence[FamilyReport], table: Table, asks: Sequence[str], names: Sequence[str]) -> list[Elsewhere]:
    told: list[Elsewhere] = []
    for each in found:
        if each.chosen is not None and each.name in names:
            told += elsewhere(each.chosen, each.name, table, asks, [name for name in names if name != each.name])
    return told


def _notes(table: Table, reference: str, least: int, names: Sequence[str], route: Learned | None) -> list[str]:
    notes = []
    if len(table) < least:
        notes.append(f"{len(table)} tasks are too few: {least} are the fewest that can certify anything here")
    if len(names) == 1:
        notes.append(
            "all tasks are of one family, so nothing is known of what lies outside it: add tasks of other kinds, with "
            "'family', to see where a small model fails"
        )
    for column, name in enumerate(table.models):
        failed, missing = int(table.failed[:, column].sum()), int(table.missing[:, column].sum())
        if failed:
            notes.append(f"'{name}' failed {failed} of {len(table) - missing} times: these tasks have no score of it")
        if missing:
            notes.append(f"'{name}' was not asked {missing} of {len(table)} tasks: run the same command again to go on")
    if route is not None and route.why is not None:
        notes.append(route.why)
    return notes
