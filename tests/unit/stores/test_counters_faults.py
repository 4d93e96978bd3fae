"""Counters in a real Redis that is killed, emptied, evicted from and restarted; processes that die in the middle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import LimitsUnavailable
from shoal.stores import counters_redis, redis_line
from shoal.stores.counters import Answer, Grant, Item, Law, Level, Refusal, Settlement, Spent
from shoal.stores.counters_redis import JOIN_S, LEDGER_S, LOCK_MS, RedisCounters
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - fixtures

FIXED = int(Law.FIXED)
END = 2**52
WITHIN_S = 60.0


def item(hold: int, cap: int = 1000, charge: int = 0, name: str = "f") -> Item:
    return (name, FIXED, cap, hold, charge, 0, END)


class Ledger:
    """What ended: when (Unix microseconds), and what it took."""

    def __init__(self, before: int = 0) -> None:
        self.rows = [(0, before)] if before else []

    def add(self, ended: int, actual: int) -> None:
        self.rows.append((ended, actual))

    def sum(self, until: int = END) -> int:
        return sum(actual for ended, actual in self.rows if ended <= until)

    def rebuild(self, until: int) -> Iterable[Spent]:
        return [("f", FIXED, self.sum(until), 0, 0, END)]


def settlement(store: RedisCounters, name: str, actual: int, charge: int = 0) -> Settlement:
    """The end of a reservation, now."""
    return Settlement(name, (("f", FIXED, actual, charge, 0, END),), time.time_ns() // 1000, store.generation)


@asynccontextmanager
async def opened(server: RedisServer, ledger: Ledger | None = None, **more: Any) -> AsyncIterator[RedisCounters]:
    store = RedisCounters(server.url, (ledger or Ledger()).rebuild, ledger_s=0.05, **more)
    try:
        yield store
    finally:
        await store.close()


async def reserve(store: RedisCounters, name: str, *items: Item) -> Answer:
    """Asks until the store answers."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await store.reserve(name, list(items))
            except LimitsUnavailable:
                await asyncio.sleep(0.02)


async def read(store: RedisCounters) -> Level:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                while store.waiting:
                    await asyncio.sleep(0.01)
                return (await store.read([item(0)]))[0]
            except LimitsUnavailable:
                await asyncio.sleep(0.02)


def test_a_store_that_is_away_is_said_at_once_and_found_again(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server) as store:
            assert isinstance(await reserve(store, "a", item(10)), Grant)
            redis_server.kill()
            # One that waited for an answer would take as long for each.
            async with asyncio.timeout(redis_line.ANSWER_S):
                for _ in range(200):
                    with pytest.raises(LimitsUnavailable):
                        await store.reserve("b", [item(10)])
            redis_server.start()
            assert isinstance(await reserve(store, "c", item(10)), Grant)

    asyncio.run(work())


def test_what_ends_while_the_store_is_away_is_counted_once_when_it_is_back(redis_server: RedisServer) -> None:  # noqa: F811
    ledger = Ledger(100)

    async def work() -> None:
        async with opened(redis_server, ledger) as store:
            assert isinstance(await reserve(store, "a", item(50, charge=1)), Grant)
            redis_server.kill()
            done = settlement(store, "a", 31, charge=1)
            ledger.add(done.ended, 31)
            store.settle(done)
            await asyncio.sleep(0.1)
            assert store.waiting == 1
            redis_server.start()
            # The store was empty: it is counted from the ledger, in which "a" is.
            assert await read(store) == Level(131, 0)
            store.settle(done)
            assert await read(store) == Level(131, 0)

    asyncio.run(work())


def test_what_ends_after_the_store_was_made_anew_is_counted_once(redis_server: RedisServer) -> None:  # noqa: F811
    ledger = Ledger(100)

    async def work() -> None:
        async with opened(redis_server, ledger) as store:
            assert isinstance(await reserve(store, "a", item(50, charge=1)), Grant)
            before = store.generation
            redis_server.kill()
            redis_server.start()
            assert isinstance(await reserve(store, "probe", item(0)), Grant)
            late = settlement(store, "a", 31, charge=1)._replace(generation=before)
            store.settle(late)
            store.settle(late)
            assert (await read(store)).used == 131

    asyncio.run(work())


@pytest.mark.parametrize("lost", ["counters", "leases"])
def test_what_is_evicted_is_noticed(redis_server: RedisServer, lost: str) -> None:  # noqa: F811
    ledger = Ledger(700)

    async def work() -> None:
        async with opened(redis_server, ledger) as store:
            assert isinstance(await reserve(store, "a", item(50)), Grant)
            assert redis_server.command("DEL", f"{{shoal}}:{lost}") == b":1\r\n"
            with pytest.raises(LimitsUnavailable):
                await store.reserve("b", [item(10)])
            answer = await reserve(store, "b", item(400))
            assert isinstance(answer, Refusal)
            assert answer.level == 700

    asyncio.run(work())


def test_a_server_that_runs_full_and_evicts_is_noticed(redis_server: RedisServer) -> None:  # noqa: F811
    ledger = Ledger(700)

    async def work() -> None:
        async with opened(redis_server, ledger) as store:
            assert isinstance(await reserve(store, "a", item(50)), Grant)
            redis_server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
            redis_server.command("CONFIG", "SET", "maxmemory", "3mb")
            at = 0
            while redis_server.command("EXISTS", "{shoal}:counters") == b":1\r\n":
                redis_server.command("SET", f"filler{at}", "x" * 4096)
                at += 1
                assert at < 50_000
            redis_server.command("CONFIG", "SET", "maxmemory", "0")
            with pytest.raises(LimitsUnavailable):
                await store.reserve("b", [item(10)])
            answer = await reserve(store, "b", item(400))
            assert isinstance(answer, Refusal)
            assert answer.level == 700

    asyncio.run(work())


def test_a_store_that_restarts_from_an_old_copy_of_itself_is_not_believed(tmp_path: Path) -> None:
    ledger = Ledger(100)
    server = RedisServer(tmp_path, "--save", "3600 100000")
    server.start()

    async def work() -> None:
        async with opened(server, ledger) as store:
            assert isinstance(await reserve(store, "a", item(1)), Grant)
            assert server.command("SAVE") == b"+OK\r\n"
            assert isinstance(await reserve(store, "b", item(500)), Grant)
            done = settlement(store, "b", 500)
            store.settle(done)
            assert (await read(store)).used == 600
            ledger.add(done.ended, 500)
            server.kill()
            server.start()
            answer = await reserve(store, "c", item(600))
            assert isinstance(answer, Refusal)
            assert answer.level == 600

    try:
        asyncio.run(work())
    finally:
        server.kill()


@pytest.mark.parametrize(("lost", "used"), [("charge", 51), ("return", 1)])
def test_the_reservation_of_a_dead_process_ends(redis_server: RedisServer, lost: str, used: int) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server, lease_s=0.05, lost=lost) as dies:
            assert isinstance(await reserve(dies, "a", item(50, charge=1)), Grant)
            dies._tasks["renew"].cancel()
            async with opened(redis_server, lost=lost) as lives:
                assert await read(lives) in (Level(1, 50), Level(used, 0))
                async with asyncio.timeout(WITHIN_S):
                    while (await read(lives)).reserved:
                        await asyncio.sleep(0.02)
                assert await read(lives) == Level(used, 0)
                # It was not dead but slow: what it really took counts, once.
                late = settlement(dies, "a", 21, charge=1)
                dies.settle(late)
                assert await read(dies) == Level(21, 0)
                dies.settle(late)
                assert await read(dies) == Level(21, 0)

    asyncio.run(work())


def test_the_reservation_of_a_living_process_does_not_end(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert counters_redis.RENEWALS > 1, "renewed before it ends"
    monkeypatch.setattr(counters_redis, "RENEWALS", 1000)

    async def work() -> None:
        def ends() -> bytes:
            return redis_server.command("ZSCORE", "{shoal}:leases", "a")

        async with opened(redis_server, lease_s=WITHIN_S) as store:
            assert isinstance(await reserve(store, "a", item(50)), Grant)
            for _ in range(2):
                before = ends()
                async with asyncio.timeout(WITHIN_S):
                    while ends() == before:
                        await asyncio.sleep(0.02)
                assert await read(store) == Level(0, 50)
            store.settle(settlement(store, "a", 5))
            assert await read(store) == Level(5, 0)

    asyncio.run(work())


def test_a_request_that_nobody_waits_for_leaves_nothing_reserved(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server) as store:
            assert isinstance(await reserve(store, "a", item(1)), Grant)
            for at in range(20):
                task = asyncio.create_task(store.reserve(f"gone{at}", [item(10)]))
                for _ in range(at % 4):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert await read(store) == Level(0, 1)

    asyncio.run(work())


def test_a_process_that_dies_while_it_makes_the_counters_anew_holds_nobody_up_for_long(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    assert redis_server.command("SET", "{shoal}:lock", "dead", "PX", "300") == b"+OK\r\n"

    async def work() -> None:
        async with opened(redis_server, Ledger(100)) as store:
            answer = await reserve(store, "a", item(10))
            assert isinstance(answer, Grant)
            assert answer.used == [100]

    asyncio.run(work())


def test_the_store_is_killed_again_and_again_under_load(redis_server: RedisServer) -> None:  # noqa: F811
    ledger = Ledger()
    cap = 2000

    async def work() -> None:
        async with opened(redis_server, ledger) as store:
            over = asyncio.Event()

            async def client(number: int) -> None:
                at = 0
                while not over.is_set():
                    at += 1
                    name = f"{number}.{at}"
                    try:
                        answer = await store.reserve(name, [item(20, cap)])
                        generation = store.generation
                    except LimitsUnavailable:
                        await asyncio.sleep(0.01)
                        continue
                    if isinstance(answer, Refusal):
                        await asyncio.sleep(0.005)
                        continue
                    await asyncio.sleep(0.001)
                    done = settlement(store, name, 1 + number % 3)
                    ledger.add(done.ended, 1 + number % 3)
                    store.settle(done._replace(generation=generation))

            clients = [asyncio.create_task(client(number)) for number in range(16)]
            for _ in range(3):
                await asyncio.sleep(0.3)
                await asyncio.to_thread(redis_server.kill)
                await asyncio.sleep(0.1)
                await asyncio.to_thread(redis_server.start)
                await reserve(store, "probe", item(0, 10**9))
            over.set()
            await asyncio.gather(*clients)
            level = await read(store)
            assert level == Level(ledger.sum(), 0)
            assert ledger.sum() <= cap

    asyncio.run(work())


def test_a_store_whose_maker_died_is_made_by_who_waits_for_it(redis_server: RedisServer) -> None:  # noqa: F811
    assert JOIN_S > LOCK_MS / 1000 + LEDGER_S, "it waits for longer than the lock holds and making it takes"

    async def work() -> None:
        # The maker is no more: what is left of it is its lock.
        redis_server.command("SET", "{shoal}:lock", "another", "PX", "2500")
        async with opened(redis_server, Ledger(7)) as store:
            store.begin()
            assert isinstance(await store.reserve("a", [item(10)]), Grant)
            assert await read(store) == Level(7, 10)

    asyncio.run(work())


def test_a_maker_that_was_overtaken_counts_nothing_twice(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        first, second = Ledger(7), Ledger(7)
        async with opened(redis_server, second) as other:

            def overtaken(until: int) -> Iterable[Spent]:
                # It stood still for longer than its lock holds.
                if redis_server.command("DEL", "{shoal}:lock") == b":1\r\n":
                    asyncio.run_coroutine_threadsafe(reserve(other, "b", item(1)), loop).result(WITHIN_S)
                return first.rebuild(until)

            loop = asyncio.get_running_loop()
            async with opened(redis_server) as store:
                store._rebuild = overtaken
                assert isinstance(await store.reserve("a", [item(10)]), Grant)
                assert await read(store) == Level(7, 11)
                assert store.generation == other.generation

    asyncio.run(work())
