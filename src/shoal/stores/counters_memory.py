"""Counters in this process's memory, for a gateway that is one process. They know no other process, and die with it:
what was used before is read from the ledger at the start (`seed`)."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from shoal.stores.counters import (
    MANY,
    MOST,
    OVER,
    SLOTS,
    Answer,
    Grant,
    Item,
    Law,
    Level,
    Passed,
    Refusal,
    Settlement,
    Spent,
    check_amounts,
)

HELD, DRAINING, FIXED, ROLLING = (int(law) for law in Law)


class State:
    """One counter. `mark` is the window's start (FIXED), the time when it will be empty (DRAINING), or the oldest slot
    that counts (ROLLING, with what each slot holds in `slots`). `end` is when what is used counts no more (FIXED,
    ROLLING)."""

    __slots__ = ("end", "mark", "reserved", "slots", "used")

    def __init__(self) -> None:
        self.used = 0
        self.reserved = 0
        self.mark = 0
        self.end = 0
        self.slots: dict[int, int] | None = None


class MemoryCounters:
    """`clock` gives Unix microseconds; where it steps back, time stands still meanwhile."""

    def __init__(self, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._clock = clock
        self._latest = 0
        self._states: defaultdict[str, State] = defaultdict(State)
        self._open: dict[str, list[Item]] = {}
        self._most = MANY

    @property
    def generation(self) -> str:
        """There is one only: what is lost with the process is read from the ledger."""
        return "memory"

    def now(self) -> int:
        """The store's clock."""
        now = self._clock()
        if now > self._latest:
            self._latest = now
        return self._latest

    @property
    def reservations(self) -> int:
        """How many are open."""
        return len(self._open)

    async def reserve(self, reservation: str, items: list[Item]) -> Answer:
        """All of it or nothing. Raises RequestError for amounts that cannot be counted."""
        now, known = self.now(), self._states
        if len(known) >= self._most:
            self._sweep(now)
        levels: list[int] = []
        before: list[int] = []
        for counter, law, cap, hold, charge, start, end in items:
            # Both at once: neither is above what their bits make together, and that is below zero where one is.
            if not 0 <= hold | charge <= MOST:
                check_amounts(items)
            state = known[counter]
            if law == FIXED:
                if not start <= now < end:
                    return Passed(now)
                used = state.used if start == state.mark else _used(state, law, start, end, now)
            elif law == ROLLING and start != now // end:
                return Passed(now)
            else:
                used = _used(state, law, start, end, now)
            level = used + state.reserved
            after = level + hold + charge
            if 0 <= cap < after:
                return Refusal(now, len(levels), level, used)
            levels.append(after)
            before.append(used)
        self._take(reservation, items, now)
        return Grant(now, levels, before)

    def settle(self, settlement: Settlement) -> None:
        """Counts what was used. A reservation that is not open was settled before."""
        items = self._open.pop(settlement.id, None)
        if items is None:
            return
        now, states = self.now(), self._states
        for counter, law, _, hold, _, start, _ in items:
            if hold:
                state = states[counter]
                if law != FIXED or state.mark == start:
                    state.reserved -= hold
        for counter, law, actual, charge, start, _ in settlement.spent:
            if actual == charge:
                continue
            state = states[counter]
            if law != FIXED:
                _use(state, law, actual - charge, start, now)
            elif state.mark == start:
                used = state.used + actual - charge
                state.used = used if 0 <= used <= MOST else min(max(used, 0), MOST)

    def begin(self) -> None:
        """There is nothing to find."""

    def let_through(self, least: Settlement) -> None:
        """These counters are never away."""

    async def read(self, items: list[Item]) -> list[Level]:
        """What is used and reserved now."""
        now, levels = self.now(), []
        for counter, law, _, _, _, start, end in items:
            state = self._states.get(counter)
            if state is None or (law == FIXED and start > state.mark):
                levels.append(Level(0, 0))
            else:
                levels.append(Level(_used(state, law, start, end, now), state.reserved))
        return levels

    async def close(self) -> None:
        """There is nothing to close."""

    def seed(self, spent: Iterable[Spent]) -> None:
        """Counts what was used before this process was."""
        now = self.now()
        for counter, law, actual, _, start, end in spent:
            state = self._states[counter]
            state.end = max(state.end, _end(law, start, end))
            if law == FIXED:
                _used(state, law, start, end, now)
            _use(state, law, actual, start, now)

    def _take(self, reservation: str, items: list[Item], now: int) -> None:
        """Reserves what there is room for."""
        states = self._states
        for counter, law, _, hold, charge, start, _ in items:
            if hold:
                states[counter].reserved += hold
            if charge:
                _use(states[counter], law, charge, start, now)
        opened = self._open.get(reservation)
        self._open[reservation] = items if opened is None else opened + items

    def _sweep(self, now: int) -> None:
        """Drops what is empty or long over, and no reservation names."""
        held = {item[0] for items in self._open.values() for item in items}
        empty = [name for name, state in self._states.items() if name not in held and _idle(state, now)]
        for name in empty:
            del self._states[name]
        self._most = max(MANY, 2 * len(self._states))


def _idle(state: State, now: int) -> bool:
    """Whether it is as good as none: an hour later than need be, since clocks step back."""
    if state.reserved:
        return False
    return (not state.used and state.mark <= now) or 0 < state.end < now - OVER


def _end(law: int, start: int, end: int) -> int:
    """When what is counted in that window, or that slot, counts no more; 0 where it drains."""
    if law == ROLLING:
        return (start + SLOTS + 1) * end
    return end if law == FIXED else 0


def _used(state: State, law: int, start: int, end: int, now: int) -> int:
    """What is used of a counter now, once what is over has faded."""
    if law == DRAINING:
        return state.mark - now if state.mark > now else 0
    if law == HELD:
        return 0
    if law == FIXED:
        if start > state.mark:
            state.mark, state.end, state.used, state.reserved = start, end, 0, 0
        return state.used
    state.end = _end(law, start, end)
    return _rolled(state, start)


def _rolled(state: State, slot: int) -> int:
    """Slots older than a whole period are taken out."""
    oldest = slot - SLOTS
    if state.slots and state.mark < oldest:
        for old in [each for each in state.slots if each < oldest]:
            state.used -= state.slots.pop(old)
        state.mark = oldest
    return state.used


def _use(state: State, law: int, amount: int, start: int, now: int) -> None:
    """Counts an amount, which is below zero where less was used than was counted at once."""
    if law == DRAINING:
        # What is taken back at once is given back, as far as it has not drained.
        state.mark = max(state.mark, now) + amount if amount > 0 else max(state.mark + amount, min(state.mark, now))
    elif law == FIXED:
        state.used = min(max(state.used + amount, 0), MOST)
    elif law == ROLLING and start >= state.mark:
        slots = state.slots
        if slots is None:
            slots = state.slots = {}
        slots[start] = slots.get(start, 0) + amount
        state.used += amount
