"""Counters, in memory and in a real Redis: the same laws, the same sums, whatever is asked in whatever order."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from shoal.errors import RequestError
from shoal.stores.counters import MOST, NO_CAP, SLOTS, Grant, Item, Law, Level, Passed, Refusal, Settlement, Spent
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.counters_redis import RedisCounters
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - fixtures

END = 2**52
HELD, DRAINING, FIXED, ROLLING = (int(law) for law in Law)
Store = MemoryCounters | RedisCounters


class Clock:
    """Microseconds, as set; with a real Redis they are its own."""

    def __init__(self) -> None:
        self.at = 1_700_000_000_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture(params=["memory", "redis"])
def opening(request: pytest.FixtureRequest) -> Iterator[Callable[[], Store]]:
    if request.param == "memory":
        yield MemoryCounters
    else:
        server = request.getfixturevalue("redis_server")
        yield lambda: RedisCounters(server.url, lambda _: (), ledger_s=0.01)


@asynccontextmanager
async def opened(opening: Callable[[], Store]) -> AsyncIterator[Store]:
    store = opening()
    try:
        yield store
    finally:
        await store.close()


def run(opening: Callable[[], Store], work: Callable[[Store], Awaitable[None]]) -> None:
    async def main() -> None:
        async with opened(opening) as store:
            await work(store)

    asyncio.run(main())


def fixed(cap: int, hold: int, charge: int = 0, name: str = "f") -> Item:
    return (name, FIXED, cap, hold, charge, 0, END)


def spent(item: Item, actual: int) -> Spent:
    return (item[0], item[1], actual, item[4], item[5], item[6])


def settlement(store: Store, name: str, *parts: Spent, ended: int = 1) -> Settlement:
    return Settlement(name, parts, ended, store.generation)


async def settled(store: Store) -> None:
    """Waits until nothing waits to be settled."""
    async with asyncio.timeout(60):
        while isinstance(store, RedisCounters) and store.waiting:
            await asyncio.sleep(0.001)


def test_all_or_nothing(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        wide, narrow = fixed(100, 10, name="wide"), fixed(15, 10, name="narrow")
        assert isinstance(await store.reserve("a", [wide, narrow]), Grant)
        answer = await store.reserve("b", [wide, narrow])
        assert isinstance(answer, Refusal)
        assert (answer.at, answer.level) == (1, 10)
        assert await store.read([wide, narrow]) == [Level(0, 10), Level(0, 10)]

    run(opening, work)


def test_what_is_not_used_comes_back(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item = fixed(100, 60, 1)
        granted = await store.reserve("a", [item])
        assert isinstance(granted, Grant)
        assert (granted.levels, granted.used) == ([61], [0])
        refused = await store.reserve("b", [item])
        assert isinstance(refused, Refusal)
        assert (refused.level, refused.used) == (61, 1)
        store.settle(settlement(store, "a", spent(item, 31)))
        await settled(store)
        assert await store.read([item]) == [Level(31, 0)]
        assert isinstance(await store.reserve("b", [item]), Grant)

    run(opening, work)


def test_settled_once_however_often_it_is_said(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item = fixed(100, 60)
        await store.reserve("a", [item])
        for _ in range(3):
            store.settle(settlement(store, "a", spent(item, 20)))
        await settled(store)
        assert await store.read([item]) == [Level(20, 0)]

    run(opening, work)


def test_a_reservation_grows(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item, more = fixed(100, 60), fixed(100, 30)
        await store.reserve("a", [item])
        assert isinstance(await store.reserve("a", [more]), Grant)
        assert isinstance(await store.reserve("a", [more]), Refusal)
        assert await store.read([item]) == [Level(0, 90)]
        store.settle(settlement(store, "a", spent(item, 70)))
        await settled(store)
        assert await store.read([item]) == [Level(70, 0)]

    run(opening, work)


def test_requests_at_once(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item: Item = ("c", HELD, 2, 1, 0, 0, 0)
        assert isinstance(await store.reserve("a", [item]), Grant)
        assert isinstance(await store.reserve("b", [item]), Grant)
        assert isinstance(await store.reserve("c", [item]), Refusal)
        store.settle(settlement(store, "a", spent(item, 0)))
        await settled(store)
        assert isinstance(await store.reserve("c", [item]), Grant)

    run(opening, work)


def test_nothing_is_refused_without_a_cap(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item = fixed(NO_CAP, 10**9)
        for name in "abc":
            assert isinstance(await store.reserve(name, [item]), Grant)
        assert await store.read([item]) == [Level(0, 3 * 10**9)]

    run(opening, work)


def test_a_draining_counter_refuses_until_it_has_drained(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        second = 1_000_000
        for at in count():
            item: Item = (f"d{at}", DRAINING, second, 0, second // 2, 0, 0)
            begun = time.monotonic()
            answers = [await store.reserve(f"{name}{at}", [item]) for name in "abc"]
            # What took too long to ask has drained meanwhile.
            if time.monotonic() - begun < 0.25:
                break
        assert [type(each) for each in answers] == [Grant, Grant, Refusal]
        assert isinstance(answer := answers[-1], Refusal)
        assert second * 0.7 < answer.level <= second
        async with asyncio.timeout(60):
            while not isinstance(await store.reserve("c", [item]), Grant):
                await asyncio.sleep(0.01)

    run(opening, work)


def test_what_is_reserved_does_not_drain(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item: Item = ("d", DRAINING, 1000, 1000, 0, 0, 0)
        assert isinstance(await store.reserve("a", [item]), Grant)
        await asyncio.sleep(0.01)
        assert isinstance(await store.reserve("b", [item]), Refusal)

    run(opening, work)


def test_a_window_that_is_over_is_said(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        old: Item = ("f", FIXED, 100, 1, 0, 0, 1000)
        slot: Item = ("r", ROLLING, 100, 1, 0, 5, 1_000_000)
        assert isinstance(await store.reserve("a", [old]), Passed)
        assert isinstance(await store.reserve("a", [fixed(10, 1), slot]), Passed)
        assert await store.read([fixed(10, 1)]) == [Level(0, 0)]

    run(opening, work)


def test_a_new_window_begins_empty_and_the_old_one_does_not_flow_into_it(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        begun = await store.reserve("probe", [])
        assert isinstance(begun, Grant)
        old: Item = ("f", FIXED, 100, 90, 0, 1, END)
        new: Item = ("f", FIXED, 100, 90, 0, begun.now - 1_000_000, END)
        assert isinstance(await store.reserve("a", [old]), Grant)
        assert isinstance(await store.reserve("b", [new]), Grant)
        store.settle(settlement(store, "a", spent(old, 90)))
        await settled(store)
        assert await store.read([new]) == [Level(0, 90)]
        store.settle(settlement(store, "b", spent(new, 50)))
        await settled(store)
        assert await store.read([new]) == [Level(50, 0)]

    run(opening, work)


def test_amounts_that_cannot_be_counted_change_nothing(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        for hold, charge in ((-1, 0), (0, -1), (MOST + 1, 0), (0, MOST + 1)):
            with pytest.raises(RequestError):
                await store.reserve("a", [fixed(100, 5, name="ok"), fixed(MOST, hold, charge)])
        assert await store.read([fixed(100, 0, name="ok")]) == [Level(0, 0)]

    run(opening, work)


def test_the_largest_amounts_are_exact(opening: Callable[[], Store]) -> None:
    async def work(store: Store) -> None:
        item = fixed(MOST, MOST - 1)
        assert isinstance(await store.reserve("a", [item]), Grant)
        assert isinstance(await store.reserve("b", [fixed(MOST, 2)]), Refusal)
        granted = await store.reserve("b", [fixed(MOST, 1)])
        assert isinstance(granted, Grant)
        assert granted.levels == [MOST]
        store.settle(settlement(store, "a", spent(item, MOST - 3)))
        await settled(store)
        assert await store.read([item]) == [Level(MOST - 3, 1)]

    run(opening, work)


def test_a_rolling_window_forgets_slot_by_slot() -> None:
    async def work() -> None:
        clock = Clock()
        slot = 1_000_000
        store = MemoryCounters(clock)
        for at in range(SLOTS + 3):
            clock.at = (10_000 + at) * slot
            item: Item = ("r", ROLLING, NO_CAP, 0, 1, 10_000 + at, slot)
            granted = await store.reserve(f"x{at}", [item])
            assert isinstance(granted, Grant)
            assert granted.levels == [min(at + 1, SLOTS + 1)]

    asyncio.run(work())


def test_redis_drops_empty_counters_where_there_are_many(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shoal.stores.counters_redis.MANY", 20)

    async def work(store: Store) -> None:
        slot = (int(time.time() * 1e6) // END, END)
        kept, rolls = fixed(100, 0, 5, "kept"), ("rolls", ROLLING, 100, 0, 7, *slot)
        assert isinstance(await store.reserve("a", [kept, rolls, fixed(100, 3, 0, "held")]), Grant)
        for at in range(400):
            # The half is refused, and leaves nothing; what is granted is empty again a microsecond later.
            full = fixed(100, 0 if at % 2 else 101, name="full")
            answer = await store.reserve(f"x{at}", [(f"tag{at}", DRAINING, 1_000, 0, 1, 0, 0), full])
            if isinstance(answer, Grant):
                store.settle(settlement(store, f"x{at}", (f"tag{at}", DRAINING, 1, 1, 0, 0)))
        await settled(store)
        assert isinstance(store, RedisCounters)
        # Each settlement looks at a part of them: in the end all were looked at.
        async with asyncio.timeout(60):
            while await store._line.ask("HLEN", "{shoal}:counters") > 20:
                store.settle(settlement(store, "nobody's"))
                await settled(store)
        levels = [Level(5, 0), Level(7, 0), Level(0, 3)]
        assert await store.read([kept, rolls, fixed(100, 3, 0, "held")]) == levels

    run(lambda: RedisCounters(redis_server.url, lambda _: (), ledger_s=0.01), work)


HOUR = 3_600_000_000


def over(now: int) -> list[Spent]:
    """What was used of many counters, in windows that have long been over, of one that is over for a moment, and of
    two that go on."""
    slot, long_ago, before = HOUR // SLOTS, now - 4 * HOUR, now - HOUR // 2
    spent: list[Spent] = [(f"day{at}", FIXED, 5, 0, long_ago - HOUR, long_ago) for at in range(150)]
    spent += [(f"roll{at}", ROLLING, 5, 0, long_ago // slot, slot) for at in range(150)]
    spent.append(("late", FIXED, 6, 0, before - HOUR, before))
    return [*spent, ("goes", FIXED, 7, 0, now - HOUR, now + HOUR), ("rolls", ROLLING, 8, 0, now // slot, slot)]


def going(now: int) -> list[Item]:
    return [
        ("goes", FIXED, 100, 0, 0, now - HOUR, now + HOUR),
        ("rolls", ROLLING, 100, 0, 0, now // (HOUR // SLOTS), HOUR // SLOTS),
    ]


def test_windows_that_are_long_over_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.stores.counters_memory.MANY", 20)

    async def work() -> None:
        clock = Clock()
        store = MemoryCounters(clock)
        store.seed(over(clock.at))
        store._most = 20
        stays: Item = ("day1", FIXED, 100, 1, 0, clock.at - HOUR, clock.at + HOUR)
        assert isinstance(await store.reserve("a", [stays]), Grant)
        assert set(store._states) == {"day1", "late", "goes", "rolls"}
        assert await store.read([stays, *going(clock.at)]) == [Level(0, 1), Level(7, 0), Level(8, 0)]
        # Of windows that are reserved in as well: what is open keeps its counter.
        clock.at += 5 * HOUR
        store._most = 0
        assert isinstance(await store.reserve("b", [fixed(100, 1)]), Grant)
        assert set(store._states) == {"day1", "f"}
        store.settle(settlement(store, "a", spent(stays, 3)))
        assert store._states["day1"].reserved == 0

    asyncio.run(work())


def test_redis_drops_windows_that_are_long_over(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shoal.stores.counters_redis.MANY", 20)
    now = int(time.time() * 1e6)

    async def work(store: Store) -> None:
        assert isinstance(store, RedisCounters)
        assert isinstance(await store.reserve("a", [fixed(100, 3, name="held")]), Grant)
        async with asyncio.timeout(60):
            while await store._line.ask("HLEN", "{shoal}:counters") > 20:
                store.settle(settlement(store, "nobody's"))
                await settled(store)
        names = {name for name in await store._line.ask("HKEYS", "{shoal}:counters") if len(name) > 1}
        slot = now // (HOUR // SLOTS)
        assert names == {b"late", b"goes", b"rolls", b"rolls:s%d" % slot, b"held", b"R:a"}
        levels = await store.read([*going(now), fixed(100, 3, name="held")])
        assert levels == [Level(7, 0), Level(8, 0), Level(0, 3)]

    run(lambda: RedisCounters(redis_server.url, lambda _: over(now), ledger_s=0.01), work)


def test_redis_reads_counters_of_before(redis_server: RedisServer) -> None:  # noqa: F811
    async def work(store: Store) -> None:
        assert isinstance(store, RedisCounters)
        assert isinstance(await store.reserve("a", [fixed(100, 3)]), Grant)
        await store._line.ask("HSET", "{shoal}:counters", "f", struct.pack("<ddd", 40, 3, 0))
        store.settle(settlement(store, "a", spent(fixed(100, 3), 2)))
        await settled(store)
        assert await store.read([fixed(100, 0)]) == [Level(42, 0)]

    run(lambda: RedisCounters(redis_server.url, lambda _: (), ledger_s=0.01), work)


def test_a_clock_that_steps_back_stands_still() -> None:
    async def work() -> None:
        clock = Clock()
        store = MemoryCounters(clock)
        item: Item = ("d", DRAINING, 1_000_000, 0, 1_000_000, 0, 0)
        assert isinstance(await store.reserve("a", [item]), Grant)
        clock.at -= 3_600_000_000
        answer = await store.reserve("b", [item])
        assert isinstance(answer, Refusal)
        assert answer.level == 1_000_000
        clock.at += 3_601_000_000
        assert isinstance(await store.reserve("b", [item]), Grant)

    asyncio.run(work())


def test_counters_that_are_empty_again_are_dropped_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.stores.counters_memory.MANY", 10)
    clock = Clock()
    store = MemoryCounters(clock)
    kept, drains = fixed(100, 0, 1, "kept"), (DRAINING, 1_000, 0, 10, 0, 0)

    async def work() -> None:
        assert isinstance(await store.reserve("a", [kept]), Grant)
        # Of what is under way nothing is dropped, whatever it holds.
        assert isinstance(await store.reserve("b", [fixed(100, 0, 0, "later")]), Grant)
        for at in range(1_000):
            # One in two is refused, and leaves nothing either.
            full = fixed(100, 0 if at % 2 else 101, name="full")
            if isinstance(await store.reserve(f"x{at}", [(f"tag{at}", *drains), full]), Grant):
                store.settle(Settlement(f"x{at}", ((f"tag{at}", DRAINING, 10, 10, 0, 0),), 1))
            clock.at += 1_000

    asyncio.run(work())
    assert len(store._states) < 25
    store.settle(Settlement("b", (("later", FIXED, 7, 0, 0, END),), 1))
    assert asyncio.run(store.read([kept, fixed(1, 0, 0, "later")])) == [Level(1, 0), Level(7, 0)]
