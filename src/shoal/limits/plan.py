"""A plan: the limits that requests of one kind meet, made ready so that a request costs little. It counts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shoal.limits.rules import Limit, Line, Quantity
from shoal.stores.counters import NO_CAP, Item, Law, Spent

SIZED = frozenset(Quantity) - {Quantity.REQUESTS, Quantity.CONCURRENT}
DRAINING, HELD = int(Law.DRAINING), int(Law.HELD)
REQUESTS = int(Quantity.REQUESTS)
WH = int(Quantity.WH)
# The least share of a budget that anybody is told of.
LEAST = 0.5
Amounts = Sequence[int]
Vectors = Mapping[str | None, Amounts]


class Plan:
    """`sized` says whether tokens, money or energy are counted; `watched` are the places of budgets, each with the
    level from which on there is something to say."""

    __slots__ = ("_ready", "changing", "lines", "sized", "watched")

    def __init__(self, lines: Sequence[Line], now: int) -> None:
        self.lines = tuple(lines)
        self.sized = any(line.limit.quantity in SIZED for line in self.lines)
        self.changing = any(line.increases for line in self.lines)
        self.watched = [
            (at, int(min(_from(line.limit), LEAST) * line.limit.cap))
            for at, line in enumerate(self.lines)
            if line.limit.budget
        ]
        self._ready = [_ready(line, now) for line in self.lines]

    def items(self, vectors: Vectors, now: int, *, charge: bool = True) -> list[Item]:
        """What is asked of every counter: of each quantity as much as `vectors` say, of all (None) or of one model.
        Energy and carbon take at least one unit, so that a spent budget refuses."""
        items: list[Item] = []
        for counter, law, cap, quantity, model, length, many, limit in self._ready:
            amount = vectors[model][quantity]
            if law == DRAINING:
                amount = -(-amount * length // many)
            start, end = (0, 0) if law <= DRAINING else limit.window(now)
            if quantity == REQUESTS and model is None:
                items.append((counter, law, cap, 0, amount if charge else 0, start, end))
            else:
                items.append((counter, law, cap, amount or int(quantity >= WH and law != HELD), 0, start, end))
        return items if not self.changing else self._increased(items, now)

    def spent(self, items: Sequence[Item], sums: Vectors) -> tuple[Spent, ...]:
        """What is counted in the end of what the items reserved, `sums` being what was taken."""
        spent: list[Spent] = []
        for (counter, law, _, _, charge, start, end), ready in zip(items, self._ready, strict=True):
            if charge:
                spent.append((counter, law, charge, charge, start, end))
                continue
            amount = sums[ready[4]][ready[3]] if law != HELD else 0
            spent.append(
                (counter, law, -(-amount * ready[5] // ready[6]) if law == DRAINING else amount, 0, start, end)
            )
        return tuple(spent)

    def models(self) -> set[str]:
        """The models whose share is counted apart."""
        return {line.model for line in self.lines if line.model is not None}

    def _increased(self, items: Sequence[Item], now: int) -> list[Item]:
        return [
            (item[0], item[1], line.cap(now) if item[2] != NO_CAP else NO_CAP, *item[3:])
            for item, line in zip(items, self.lines, strict=True)
        ]


Ready = tuple[str, int, int, int, str | None, int, int, Limit]


def _ready(line: Line, now: int) -> Ready:
    limit = line.limit
    cap = line.cap(now) if limit.enforced else NO_CAP
    return line.counter, int(limit.law), cap, int(limit.quantity), line.model, limit.length, limit.many, limit


def _from(limit: Limit) -> float:
    return min(limit.soft, limit.downshift.at if limit.downshift is not None else 1.0)
