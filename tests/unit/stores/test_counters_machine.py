"""Whatever is reserved, settled, lost and raised in whatever order: a cap is kept, and the sums are right."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shoal.stores.counters import SLOTS, Grant, Item, Law, Level, Refusal, Settlement, Spent
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.counters_redis import RedisCounters
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - fixtures

FIXED, HELD = int(Law.FIXED), int(Law.HELD)
END = 2**52
LEVELS = ("organisation", "team", "user", "key")
amounts = st.integers(0, 60)


@dataclass
class Open:
    """A reservation: what it holds of each level, and what it was charged at once."""

    held: int
    charge: int
    levels: tuple[str, ...]


class Machine(RuleBasedStateMachine):
    """The model counts by hand what the store should hold."""

    store: MemoryCounters | RedisCounters

    @initialize(caps=st.lists(st.integers(0, 150), min_size=len(LEVELS), max_size=len(LEVELS)))
    def begin(self, caps: list[int]) -> None:
        self.loop = asyncio.new_event_loop()
        self.store = self.open()
        self.caps = dict(zip(LEVELS, caps, strict=True))
        self.spent = dict.fromkeys(LEVELS, 0)
        self.under_way: dict[str, Open] = {}
        self.ended: dict[str, Settlement] = {}
        self.number = 0

    def open(self) -> MemoryCounters | RedisCounters:
        return MemoryCounters()

    def reserved(self, level: str) -> int:
        return sum(each.held for each in self.under_way.values() if level in each.levels)

    def item(self, level: str, hold: int, charge: int) -> Item:
        return (level, FIXED, self.caps[level], hold, charge, 0, END)

    def ask(self, name: str, items: list[Item]) -> bool:
        answer = self.loop.run_until_complete(self.store.reserve(name, items))
        assert isinstance(answer, Grant | Refusal)
        return isinstance(answer, Grant)

    def tell(self, settlement: Settlement) -> None:
        async def told() -> None:
            self.store.settle(settlement)

        self.loop.run_until_complete(told())

    def fits(self, levels: tuple[str, ...], many: int) -> bool:
        return all(self.spent[level] + self.reserved(level) + many <= self.caps[level] for level in levels)

    @rule(hold=amounts, charge=st.integers(0, 2), depth=st.integers(1, len(LEVELS)))
    def reserve(self, hold: int, charge: int, depth: int) -> None:
        levels = LEVELS[:depth]
        self.number += 1
        name = f"r{self.number}"
        allowed = self.fits(levels, hold + charge)
        assert self.ask(name, [self.item(level, hold, charge) for level in levels]) == allowed
        if allowed:
            self.under_way[name] = Open(hold, charge, levels)
            for level in levels:
                self.spent[level] += charge

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), more=amounts)
    def extend(self, data: st.DataObject, more: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.under_way)))
        levels = self.under_way[name].levels
        allowed = self.fits(levels, more)
        assert self.ask(name, [self.item(level, more, 0) for level in levels]) == allowed
        if allowed:
            self.under_way[name].held += more

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), share=st.floats(0, 1))
    def settle(self, data: st.DataObject, share: float) -> None:
        name = data.draw(st.sampled_from(sorted(self.under_way)))
        each = self.under_way.pop(name)
        actual = each.charge + int(each.held * share)
        parts: tuple[Spent, ...] = tuple((level, FIXED, actual, each.charge, 0, END) for level in each.levels)
        settlement = Settlement(name, parts, 1, self.store.generation)
        self.tell(settlement)
        self.ended[name] = settlement
        for level in each.levels:
            self.spent[level] += actual - each.charge

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        self.tell(self.ended[data.draw(st.sampled_from(sorted(self.ended)))])

    @rule(level=st.sampled_from(LEVELS), cap=st.integers(0, 200))
    def change_the_cap(self, level: str, cap: int) -> None:
        """What is used already stays; a lower cap refuses from now on."""
        self.caps[level] = max(cap, self.spent[level] + self.reserved(level))

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "caps"):
            return
        self.loop.run_until_complete(self.quiet())
        levels = self.loop.run_until_complete(self.store.read([self.item(level, 0, 0) for level in LEVELS]))
        expected = [Level(self.spent[level], self.reserved(level)) for level in LEVELS]
        assert levels == expected
        assert all(self.spent[level] + self.reserved(level) <= self.caps[level] for level in LEVELS)

    async def quiet(self) -> None:
        while isinstance(self.store, RedisCounters) and self.store.waiting:
            await asyncio.sleep(0)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.loop.run_until_complete(self.store.close())
            self.loop.close()


def test_in_memory() -> None:
    run_state_machine_as_test(Machine, settings=settings(max_examples=150, stateful_step_count=40, deadline=None))


def test_in_redis(redis_server: RedisServer) -> None:  # noqa: F811 - the fixture
    names = iter(range(10_000))

    class InRedis(Machine):
        def open(self) -> RedisCounters:
            return RedisCounters(redis_server.url, lambda _: (), namespace=f"m{next(names)}", ledger_s=0.0)

    few = settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InRedis, settings=few)


@pytest.mark.parametrize("spread", [1, 7, SLOTS])
def test_a_rolling_window_never_holds_more_than_its_cap_in_any_period(spread: int) -> None:
    async def work() -> None:
        now = [10**15]
        store = MemoryCounters(lambda: now[0])
        slot = 1000
        granted: list[int] = []
        for at in range(1000):
            now[0] += spread * 111
            item: Item = ("r", int(Law.ROLLING), 20, 0, 1, now[0] // slot, slot)
            if isinstance(await store.reserve(f"x{at}", [item]), Grant):
                granted.append(now[0])
        period = slot * SLOTS
        assert all(sum(1 for each in granted if 0 <= moment - each < period) <= 20 for moment in granted)
        assert len(granted) > 20

    asyncio.run(work())
