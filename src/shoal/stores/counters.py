"""Counters: what is used and what is reserved of every limit, changed in one step over all levels of a request.

It knows amounts and how they fade with time, nothing of who asks or of what is counted. Amounts are whole numbers
(requests, tokens, micro-dollars, µWh, µg; microseconds for what drains), so that sums never drift.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, Protocol

from shoal.errors import RequestError

# Lua counts in doubles, which are exact to 2^53: two amounts of at most 2^52 can always be added.
MOST = 2**52
SLOTS = 60
NO_CAP = -1
# Where there are more counters, those that are empty or whose window is over for so long (microseconds) are dropped: a
# caller may bring tags that nobody saw before.
MANY = 100_000
OVER = 3_600_000_000


class Law(IntEnum):
    """How what was used fades.

    HELD: it does not stay at all: only what is reserved counts (requests at once). DRAINING: it drains evenly, as in
    the generic cell rate algorithm: `used` is a time in microseconds until it is empty. FIXED: it counts until its
    window ends. ROLLING: it counts for one period, in SLOTS slots, each until the whole of it is older than that.
    """

    HELD = 0
    DRAINING = 1
    FIXED = 2
    ROLLING = 3


# One counter of a request: (counter, law, cap, hold, charge, start, end). `cap` is the most that may be used and
# reserved together, NO_CAP where nothing is refused; `hold` what is reserved until it is settled; `charge` what is
# used at once. `start` is the window's (FIXED) or the number of the present slot (ROLLING); `end` the window's (FIXED)
# or one slot's length (ROLLING). Times are Unix microseconds. Plain tuples: a request makes a dozen of them.
Item = tuple[str, int, int, int, int, int, int]
# What was used of one counter in the end: (counter, law, actual, charge, start, end). `actual` is all of it, `charge`
# what of it was counted at once; `start` and `end` as in the Item by which it was reserved.
Spent = tuple[str, int, int, int, int, int]


class Grant(NamedTuple):
    """`now` is the store's clock; `levels` what is used and reserved of each counter, this request included; `used`
    what was used of each before it."""

    now: int
    levels: list[int]
    used: list[int]


class Refusal(NamedTuple):
    """`at` is the place of the counter that has no room, `level` what is used and reserved of it, without this
    request, `used` what is used. Nothing was changed."""

    now: int
    at: int
    level: int
    used: int


class Passed(NamedTuple):
    """A window in the demand is over, or has not begun: work the windows out anew for `now`. Nothing was changed."""

    now: int


Answer = Grant | Refusal | Passed


class Settlement(NamedTuple):
    """The end of a reservation. `ended` is when the exchange did (Unix microseconds); `generation` the one under which
    the store reserved, "" where it was not there to ask."""

    id: str
    spent: tuple[Spent, ...]
    ended: int
    generation: str = ""


class Level(NamedTuple):
    """What is used and reserved of a counter now."""

    used: int
    reserved: int


class Counters(Protocol):
    """Where counters live. All of a demand is reserved, or nothing is."""

    async def reserve(self, reservation: str, items: list[Item]) -> Answer:
        """Reserves, or adds to a reservation of that name. Raises LimitsUnavailable where the store cannot be asked,
        RequestError for amounts below zero or above MOST."""
        ...

    def settle(self, settlement: Settlement) -> None:
        """Counts what was used and gives the rest back, once, however often it is said. It never waits: where the
        store is away it is done when that is back."""
        ...

    async def read(self, items: list[Item]) -> list[Level]:
        """What is used and reserved; holds and charges are not looked at. Raises LimitsUnavailable."""
        ...


def check_amounts(items: list[Item]) -> None:
    """Raises RequestError for an amount that cannot be counted."""
    for item in items:
        if not 0 <= item[3] <= MOST or not 0 <= item[4] <= MOST:
            raise RequestError("this request asks for more than can be counted: ask for fewer tokens")
