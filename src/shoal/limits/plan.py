"""A plan: the limits that requests of one kind meet, made ready so that a request costs little. It counts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shoal.limits.rules import Limit, Line, Quantity
from shoal.stores.counters import MOST, NO_CAP, Item, Law, Spent

SIZED = frozenset(Quantity) - {Quantity.REQUESTS, Quantity.CONCURRENT}
HELD, DRAINING, FIXED, ROLLING = (int(law) for law in Law)
# The least share of a budget that anybody is told of.
LEAST = 0.5
Amounts = Sequence[int]
Vectors = Mapping[str | None, Amounts]


class Plan:
    """`sized` says whether tokens, money or energy are counted; `models` are those whose share is counted apart;
    `watched` are the places of budgets, each with the level from which on there is something to say."""

    __slots__ = ("_always", "_counts", "_since", "_sized", "_until", "changing", "lines", "models", "sized", "watched")

    def __init__(self, lines: Sequence[Line]) -> None:
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
        self._counts: list[Counts] = [
            (line.model, int(line.limit.quantity), line.limit.length, line.limit.many) for line in self.lines
        ]
        self._always: list[Item] = []
        self._sized: list[Sized] = []
        self._since = self._until = 0

    def items(self, vectors: Vectors, now: int, *, charge: bool = True) -> list[Item]:
        """What is asked of every counter: of each quantity as much as `vectors` say, of all (None) or of one model.
        A request is one wherever requests are counted; among all of them at once, unless it is not to `charge` any.
        Energy and carbon take at least one unit, so that a spent budget refuses."""
        if not self._since <= now < self._until:
            self._look(now)
        items = self._always.copy() if charge else [(*item[:4], 0, *item[5:]) for item in self._always]
        for at, counter, law, cap, model, quantity, length, many, least, start, end in self._sized:
            amount = vectors[model][quantity]
            if law == DRAINING:
                amount = -(-amount * length // many)
            items[at] = (counter, law, cap, amount or least, 0, start, end)
        return items if not self.changing else self._increased(items, now)

    def spent(self, items: Sequence[Item], sums: Vectors) -> tuple[Spent, ...]:
        """What is counted in the end of what the items reserved, `sums` being what was taken."""
        spent: list[Spent] = []
        for item, (model, quantity, length, many) in zip(items, self._counts, strict=True):
            counter, law, _, _, charge, start, end = item
            if charge or law == HELD:
                spent.append((counter, law, charge, charge, start, end))
                continue
            amount = sums[model][quantity]
            if law == DRAINING:
                amount = -(-amount * length // many)
            spent.append((counter, law, amount, 0, start, end))
        return tuple(spent)

    def _look(self, now: int) -> None:
        """Finds the windows of now; they hold until the first of them is over."""
        always: list[Item] = []
        sized: list[Sized] = []
        since, until = 0, MOST
        for at, (line, counts) in enumerate(zip(self.lines, self._counts, strict=True)):
            limit, law = line.limit, int(line.limit.law)
            start, end = limit.window(now)
            cap = line.cap(now) if limit.enforced else NO_CAP
            always.append((line.counter, law, cap, *_one(line), start, end))
            if limit.quantity in SIZED:
                sized.append((at, line.counter, law, cap, *counts, int(limit.quantity >= Quantity.WH), start, end))
            if law == FIXED:
                since, until = max(since, start), min(until, end)
            elif law == ROLLING:
                since, until = max(since, start * end), min(until, (start + 1) * end)
        self._always, self._sized, self._since, self._until = always, sized, since, until

    def _increased(self, items: Sequence[Item], now: int) -> list[Item]:
        return [
            (item[0], item[1], line.cap(now) if item[2] != NO_CAP else NO_CAP, *item[3:])
            for item, line in zip(items, self.lines, strict=True)
        ]


# Of a line: the model, the quantity, and that it is `many` per `length`.
Counts = tuple[str | None, int, int, int]
# A line whose amount depends on the request: its place, counter, law, cap, all of Counts, the least that is reserved,
# and its window.
Sized = tuple[int, str, int, int, str | None, int, int, int, int, int, int]


def _one(line: Line) -> tuple[int, int]:
    """What one request holds of the line's counter, and what it is charged at once, whatever its size."""
    if line.limit.quantity in SIZED:
        return 0, 0
    if line.model is None and line.limit.quantity is Quantity.REQUESTS:
        return 0, line.limit.scaled(1)
    return line.limit.scaled(1), 0


def _from(limit: Limit) -> float:
    return min(limit.soft, limit.downshift.at if limit.downshift is not None else 1.0)
