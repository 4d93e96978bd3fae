"""A plan: the limits that requests of one kind meet, made ready so that a request costs little. It counts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shoal.limits.rules import Limit, Line, Quantity
from shoal.stores.counters import MOST, NO_CAP, Item, Law, Spent

SIZED = frozenset(Quantity) - {Quantity.REQUESTS, Quantity.CONCURRENT}
DRAINING, FIXED, HELD = int(Law.DRAINING), int(Law.FIXED), int(Law.HELD)
REQUESTS = int(Quantity.REQUESTS)
WH = int(Quantity.WH)
# The least share of a budget that anybody is told of.
LEAST = 0.5
Amounts = Sequence[int]
Vectors = Mapping[str | None, Amounts]


class Plan:
    """`sized` says whether tokens, money or energy are counted; `models` are those whose share is counted apart;
    `watched` are the places of budgets, each with the level from which on there is something to say."""

    __slots__ = ("_now", "_ready", "_since", "_until", "changing", "lines", "models", "sized", "watched")

    def __init__(self, lines: Sequence[Line], now: int) -> None:
        self.lines = tuple(lines)
        self.sized = any(line.limit.quantity in SIZED for line in self.lines)
        self.changing = any(line.increases for line in self.lines)
        self.watched = [
            # A request more may be what crosses it.
            (at, int(min(_from(line.limit), LEAST) * line.limit.cap) - 1)
            for at, line in enumerate(self.lines)
            if line.limit.budget
        ]
        self.models = tuple(dict.fromkeys(line.model for line in self.lines if line.model is not None))
        self._ready = [_ready(line, now) for line in self.lines]
        self._now: list[tuple[str, int, int, int, str | None, int, int, int, bool, int, int]] = []
        self._since = self._until = 0

    def items(self, vectors: Vectors, now: int, *, charge: bool = True) -> list[Item]:
        """What is asked of every counter: of each quantity as much as `vectors` say, of all (None) or of one model.
        Energy and carbon take at least one unit, so that a spent budget refuses."""
        if not self._since <= now < self._until:
            self._look(now)
        items: list[Item] = []
        for counter, law, cap, quantity, model, length, many, least, at_once, start, end in self._now:
            amount = vectors[model][quantity]
            if law == DRAINING:
                amount = -(-amount * length // many)
            if at_once:
                items.append((counter, law, cap, 0, amount if charge else 0, start, end))
            else:
                items.append((counter, law, cap, amount or least, 0, start, end))
        return items if not self.changing else self._increased(items, now)

    def spent(self, items: Sequence[Item], sums: Vectors) -> tuple[Spent, ...]:
        """What is counted in the end of what the items reserved, `sums` being what was taken."""
        spent: list[Spent] = []
        for (counter, law, _, _, charge, start, end), ready in zip(items, self._ready, strict=True):
            if charge:
                spent.append((counter, law, charge, charge, start, end))
            elif law == FIXED:
                spent.append((counter, law, sums[ready[4]][ready[3]], 0, start, end))
            elif law != HELD:
                amount = sums[ready[4]][ready[3]]
                amount = -(-amount * ready[5] // ready[6]) if law == DRAINING else amount
                spent.append((counter, law, amount, 0, start, end))
            else:
                spent.append((counter, law, 0, 0, start, end))
        return tuple(spent)

    def _look(self, now: int) -> None:
        """Finds the windows of now; they hold until the first of them is over."""
        ready, since, until = [], 0, MOST
        for line, each in zip(self.lines, self._ready, strict=True):
            start, end = line.limit.window(now)
            ready.append((*each, start, end))
            if line.limit.law is Law.FIXED:
                since, until = max(since, start), min(until, end)
            elif line.limit.law is Law.ROLLING:
                since, until = max(since, start * end), min(until, (start + 1) * end)
        self._now, self._since, self._until = ready, since, until

    def _increased(self, items: Sequence[Item], now: int) -> list[Item]:
        return [
            (item[0], item[1], line.cap(now) if item[2] != NO_CAP else NO_CAP, *item[3:])
            for item, line in zip(items, self.lines, strict=True)
        ]


# Counter, law, cap, quantity, model, length, many, the least that is reserved, whether it counts at once.
Ready = tuple[str, int, int, int, str | None, int, int, int, bool]


def _ready(line: Line, now: int) -> Ready:
    limit = line.limit
    cap = line.cap(now) if limit.enforced else NO_CAP
    quantity, law = int(limit.quantity), int(limit.law)
    least = int(quantity >= WH and law != HELD)
    at_once = quantity == REQUESTS and line.model is None
    return line.counter, law, cap, quantity, line.model, limit.length, limit.many, least, at_once


def _from(limit: Limit) -> float:
    return min(limit.soft, limit.downshift.at if limit.downshift is not None else 1.0)
