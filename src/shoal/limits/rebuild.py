"""Counts the ledger into counters that are new or lost what they held: after a restart, or a loss of the shared store.

It counts as the settlements did, so that the sum of the ledger is what the counters say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from shoal.limits.periods import LENGTHS
from shoal.limits.rules import Limit, Line, Quantity, Rules, Who
from shoal.stores.consumed import Consumed
from shoal.stores.counters import SLOTS, Law, Spent

# Rates of shorter periods are full again before anybody notices.
SHORTEST = LENGTHS["hour"]


class Consumption(Protocol):
    """Reads the ledger: see `stores/consumed.py`."""

    def __call__(self, since: int, until: int | None, slot: int, *, by_model: bool) -> Iterable[Consumed]: ...


def spent_of(rules: Rules, read: Consumption, now: int, until: int | None = None) -> Iterator[Spent]:
    """What the ledger holds of the exchanges that ended until then (Unix microseconds), for every counter of every
    limit that it reaches into."""
    spans: dict[tuple[int, int], list[Limit]] = {}
    for limit in rules.limits:
        if limit.law in (Law.FIXED, Law.ROLLING) or (limit.law is Law.DRAINING and limit.length >= SHORTEST):
            slot = limit.length // SLOTS if limit.law is not Law.FIXED else LENGTHS["year"] * 100
            spans.setdefault((_begin(limit, now), slot), []).append(limit)
    for (begin, slot), limits in spans.items():
        some = Rules(tuple(limits), rules.increases)
        for by_model in (False, True):
            if not by_model or any(limit.of == "model" for limit in limits):
                rows = sorted(read(begin, until, slot, by_model=by_model), key=lambda row: row.slot)
                yield from (spent for row in rows for spent in _spent(some, row, now, slot))


def _begin(limit: Limit, now: int) -> int:
    return max(now - limit.length, limit.since) if limit.law is Law.DRAINING else limit.begin(now)


def _spent(rules: Rules, row: Consumed, now: int, slot: int) -> Iterator[Spent]:
    who = Who(row.tenant, row.team, row.user, row.key, row.tags)
    path = () if row.model is None else (row.model,)
    for line in rules.lines(who, row.asked, path):
        if line.model != row.model:
            continue
        many = _scaled(line, row)
        if line.limit.law is Law.DRAINING:
            # What has drained since its slot began is not counted.
            many -= min(now - row.slot * slot, many)
        if many:
            start, end = line.limit.window(now)
            if line.limit.law is Law.ROLLING:
                start = row.slot
            yield line.counter, int(line.limit.law), many, 0, start, end


def _scaled(line: Line, row: Consumed) -> int:
    amounts = {
        Quantity.REQUESTS: row.requests,
        Quantity.INPUT: row.prompt,
        Quantity.OUTPUT: row.completion,
        Quantity.TOKENS: row.prompt + row.completion,
        Quantity.USD: row.usd,
        Quantity.WH: row.wh,
        Quantity.GCO2E: row.gco2e,
    }
    return line.limit.scaled(amounts[line.limit.quantity])
