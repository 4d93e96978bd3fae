"""Slows down addresses that send wrong keys: a bucket each (GCRA), in bounded memory. It knows no key."""

from __future__ import annotations

import time
from collections.abc import Callable

from shoal.errors import TooManyWrongKeys

PER_S = 10
BURST_S = 1.0
MOST_DEBT_S = 2.0
MOST_ADDRESSES = 10_000


class WrongKeys:
    """Each address may be wrong `per_s` times a second; what is more is a debt, in seconds, that an answer waits for.
    An address that owes MOST_DEBT_S gets no more looks into the store until it has waited."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, per_s: float = PER_S) -> None:
        self._each_s = 1 / per_s
        self._clock = clock
        # When each address has paid all, oldest entry first.
        self._paid_at: dict[str, float] = {}

    def check(self, address: str) -> None:
        """Raises TooManyWrongKeys."""
        debt = self._debt(address)
        if debt > MOST_DEBT_S - 1e-6:
            raise TooManyWrongKeys(
                "too many wrong API keys came from this address: mend the program that sends them, and wait",
                after_s=debt - MOST_DEBT_S + self._each_s,
            )

    def add(self, address: str) -> float:
        """Counts a wrong key; the seconds to wait before that is said."""
        now = self._clock()
        self._paid_at[address] = max(self._paid_at.pop(address, now), now) + self._each_s
        if len(self._paid_at) > MOST_ADDRESSES:
            self._forget(now)
        return max(self._debt(address), 0.0)

    def _debt(self, address: str) -> float:
        return self._paid_at.get(address, 0.0) - self._clock() - BURST_S

    def _forget(self, now: float) -> None:
        """Who has paid; if all still owe, the one that was wrong the longest ago."""
        self._paid_at = {address: at for address, at in self._paid_at.items() if at > now}
        while len(self._paid_at) > MOST_ADDRESSES:
            del self._paid_at[next(iter(self._paid_at))]
