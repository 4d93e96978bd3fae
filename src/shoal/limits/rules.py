"""Rules: the settings and the rows of the database as a list of single limits, and which of them a request meets.

It knows names and amounts, and nothing of what was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from shoal.config.limits import CAPPED, COUNTED, Budget, Downshift, Limits, Rate, rate_of
from shoal.limits.periods import LENGTHS, Calendar
from shoal.stores.counters import MOST, SLOTS, Law

MICRO = 1_000_000


class Quantity(IntEnum):
    """What is counted; also its place in a list of amounts. Money, energy and carbon are in millionths."""

    REQUESTS = 0
    INPUT = 1
    OUTPUT = 2
    TOKENS = 3
    USD = 4
    WH = 5
    GCO2E = 6
    CONCURRENT = 7


NAMES = {
    "requests": Quantity.REQUESTS,
    "input_tokens": Quantity.INPUT,
    "output_tokens": Quantity.OUTPUT,
    "tokens": Quantity.TOKENS,
    "usd": Quantity.USD,
    "wh": Quantity.WH,
    "gco2e": Quantity.GCO2E,
}
MILLIONTHS = frozenset({Quantity.USD, Quantity.WH, Quantity.GCO2E})


class Who(NamedTuple):
    """Who asks, with all levels above, and the request's tags as "name=value"."""

    tenant: str
    team: str | None
    user: str | None
    key: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Increase:
    """A temporary increase of a budget: `amount` in the quantity's own unit, for one subject or (None) each. Times are
    Unix microseconds; `tenant` is whose own the budget is, None for one of the settings."""

    limit: str
    quantity: str
    amount: float
    since: int
    until: int
    author: str
    subject: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One cap of one rule. `name` is the rule's, `id` of what its counters are named; `many` per `length` microseconds
    (rates), `cap` in whole units; `enforced` whether it refuses. What drains is counted in microseconds. Of what was
    used before `since` (Unix microseconds) it knows nothing."""

    name: str
    id: str
    of: str
    only: frozenset[str]
    quantity: Quantity
    law: Law
    many: int
    period: str
    enforced: bool
    length: int = 1
    soft: float = 1.0
    budget: bool = False
    tenant: str | None = None
    since: int = 0
    calendar: Calendar | None = None
    downshift: Downshift | None = None

    @property
    def cap(self) -> int:
        """The cap in what its counters count."""
        return self.length if self.law is Law.DRAINING else self.many

    def scaled(self, amount: int) -> int:
        """An amount in what the counters count, rounded up."""
        return -(-amount * self.length // self.many) if self.law is Law.DRAINING else amount

    def unscaled(self, level: int) -> int:
        """A level of the counters as an amount, rounded down."""
        return level * self.many // self.length if self.law is Law.DRAINING else level

    def window(self, now: int) -> tuple[int, int]:
        """`start` and `end` of an Item at that time."""
        if self.law is Law.FIXED and self.calendar is not None:
            return self.calendar.window(now)
        if self.law is Law.ROLLING:
            slot = self.length // SLOTS
            return now // slot, slot
        return 0, 0

    def begin(self, now: int) -> int:
        """Since when what was used counts, in Unix microseconds."""
        if self.law is Law.FIXED:
            begin = self.window(now)[0]
        else:
            begin = now - self.length - self.length // SLOTS if self.law is Law.ROLLING else now
        return max(begin, self.since)


@dataclass(frozen=True, slots=True)
class Line:
    """A limit as one request meets it: the counter, and the model whose share alone counts (None: all of it)."""

    limit: Limit
    counter: str
    subject: str
    model: str | None = None
    increases: tuple[Increase, ...] = ()

    def cap(self, now: int) -> int:
        """The cap with what was added for a time."""
        cap = self.limit.cap
        for each in self.increases:
            if each.since <= now < each.until:
                cap += whole(self.limit.quantity, each.amount)
        return min(cap, MOST)


@dataclass(frozen=True, slots=True)
class Rules:
    """All limits in force."""

    limits: tuple[Limit, ...] = ()
    increases: tuple[Increase, ...] = field(default=())

    def lines(self, who: Who, asked: str, path: Sequence[str]) -> tuple[Line, ...]:
        """The limits that a request meets: `asked` is the model that it names, `path` those that may be called."""
        return tuple(line for limit in self.limits for line in self._lines(limit, who, asked, path))

    def _lines(self, limit: Limit, who: Who, asked: str, path: Sequence[str]) -> Iterator[Line]:
        if limit.tenant is not None and limit.tenant != who.tenant:
            return
        for subject, bare, model in _subjects(limit.of, who, asked, path):
            if limit.only and subject not in limit.only and bare not in limit.only:
                continue
            yield self.line(limit, subject, model, bare)

    def line(self, limit: Limit, subject: str, model: str | None = None, bare: str | None = None) -> Line:
        """The limit as one subject meets it; `bare` is its name without the organisation's."""
        bare = subject.partition("/")[2] or subject if bare is None else bare
        more = tuple(
            each
            for each in self.increases
            if (each.limit, each.tenant) == (limit.name, limit.tenant)
            and NAMES[each.quantity] is limit.quantity
            and each.subject in (None, subject, bare)
        )
        return Line(limit, f"{limit.id}|{subject}", subject, model, more)

    @property
    def hard(self) -> bool:
        """Whether a budget refuses."""
        return any(limit.budget and limit.enforced for limit in self.limits)


def _subjects(of: str, who: Who, asked: str, path: Sequence[str]) -> Iterable[tuple[str, str, str | None]]:
    """The full and the bare name of each of that kind, and the model whose share counts."""
    if of == "organisation":
        return ((who.tenant, who.tenant, None),)
    if of == "model":
        called = [(name, name, name) for name in dict.fromkeys(path) if name != asked]
        return ((asked, asked, None), *called)
    if of == "tag":
        return [(f"{who.tenant}/{tag}", tag, None) for tag in dict.fromkeys(who.tags)]
    name = {"team": who.team, "user": who.user, "key": who.key}[of]
    return () if name is None else ((f"{who.tenant}/{name}", name, None),)


def whole(quantity: Quantity, amount: float) -> int:
    """An amount in whole units: millionths of money, energy and carbon."""
    return round(amount * MICRO) if quantity in MILLIONTHS else int(amount)


def read_rules(limits: Limits, budgets: Mapping[str, Budget]) -> Rules:
    """The rules of the settings."""
    found = [each for name, rate in limits.rates.items() for each in of_rate(name, rate, limits.mode)]
    found += [each for name, budget in budgets.items() for each in of_budget(name, budget, limits.mode)]
    return Rules(tuple(found))


def of_rate(name: str, rate: Rate, mode: str = "enforce", tenant: str | None = None) -> list[Limit]:
    """The limits of one table [limits.rates.NAME]; of one organisation's own where it is named."""
    if "off" in (mode, rate.mode):
        return []
    enforced = mode == rate.mode == "enforce"
    only, prefix = frozenset(rate.only), f"rate:{tenant or ''}:{name}"
    found = []
    for quantity in COUNTED:
        if (text := getattr(rate, quantity)) is not None:
            many, period = rate_of(text)
            length = LENGTHS[period]
            names = (name, f"{prefix}:{quantity}:{period}", rate.of, only, NAMES[quantity])
            found.append(Limit(*names, Law.DRAINING, many, period, enforced, length, tenant=tenant))
    if rate.concurrent is not None:
        names = (name, f"{prefix}:concurrent", rate.of, only, Quantity.CONCURRENT)
        found.append(Limit(*names, Law.HELD, rate.concurrent, "", enforced, tenant=tenant))
    return found


def of_budget(name: str, budget: Budget, mode: str = "enforce", tenant: str | None = None) -> list[Limit]:
    """The limits of one table [budgets.NAME]; of one organisation's own where it is named."""
    if "off" in (mode, budget.mode):
        return []
    rolling = budget.window == "rolling"
    law, when = (Law.ROLLING, "rolling") if rolling else (Law.FIXED, budget.time_zone)
    found = []
    for quantity in CAPPED:
        if (cap := getattr(budget, quantity)) is not None:
            found.append(
                Limit(
                    name,
                    f"budget:{tenant or ''}:{name}:{quantity}:{budget.per}:{when}",
                    budget.of,
                    frozenset(budget.only),
                    NAMES[quantity],
                    law,
                    whole(NAMES[quantity], cap),
                    budget.per,
                    budget.hard and mode == budget.mode == "enforce",
                    LENGTHS[budget.per] if rolling else 1,
                    budget.soft,
                    budget=True,
                    tenant=tenant,
                    calendar=None if rolling else Calendar(budget.per, budget.time_zone),
                    downshift=budget.downshift,
                )
            )
    return found
