"""One connection to a real Redis: answers go to who asked, whatever happens in between."""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.exceptions import RedisError, ResponseError

from shoal.errors import ConfigError
from shoal.stores import redis_line
from shoal.stores.redis_line import RedisLine
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - a fixture

WITHIN_S = 60.0
NO_ANSWER = (RedisError, OSError, TimeoutError)


class Greeted:
    """Counts the connections that were made."""

    def __init__(self) -> None:
        self.times = 0

    async def greet(self, connection: Any) -> None:
        await connection.on_connect()
        self.times += 1


@asynccontextmanager
async def opened(server: RedisServer, greet: Greeted | None = None) -> AsyncIterator[RedisLine]:
    line = RedisLine(server.url, (greet or Greeted()).greet)
    try:
        yield line
    finally:
        await line.close()


def socket_of(line: RedisLine) -> Any:
    connection: Any = line._connection
    return connection._writer.get_extra_info("socket")


async def again(line: RedisLine, *words: str | int) -> Any:
    """Asks until there is an answer."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await line.ask(*words)
            except NO_ANSWER:
                await asyncio.sleep(0.02)


def test_answers_go_to_who_asked_over_one_connection(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        greet = Greeted()
        async with opened(redis_server, greet) as line:
            found = await asyncio.gather(*(line.ask("ECHO", str(at)) for at in range(500)))
            assert found == [str(at).encode() for at in range(500)]
            assert greet.times == 1

    asyncio.run(work())


def test_an_answer_that_is_an_error_is_of_who_asked_alone(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server) as line:
            found = await asyncio.gather(
                line.ask("ECHO", "a"), line.ask("NONSENSE"), line.ask("ECHO", "c"), return_exceptions=True
            )
            assert (found[0], found[2]) == (b"a", b"c")
            assert isinstance(found[1], ResponseError)
            assert await line.ask("ECHO", "d") == b"d"

    asyncio.run(work())


def test_who_does_not_wait_shifts_no_answer(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server) as line:
            for turns in range(8):
                asked = [asyncio.create_task(line.ask("ECHO", str(at))) for at in range(9)]
                for _ in range(turns):
                    await asyncio.sleep(0)
                for task in asked[::3]:
                    task.cancel()
                found = await asyncio.gather(*asked, return_exceptions=True)
                for at, answer in enumerate(found):
                    cancelled = isinstance(answer, asyncio.CancelledError)
                    assert answer == str(at).encode() or (cancelled and at % 3 == 0)
            assert await line.ask("ECHO", "last") == b"last"

    asyncio.run(work())


def test_the_first_who_asks_may_go_while_it_is_opened(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        greet = Greeted()
        async with opened(redis_server, greet) as line:
            first, second = (asyncio.create_task(line.ask("ECHO", "a")) for _ in range(2))
            await asyncio.sleep(0)
            first.cancel()
            assert await second == b"a"
            assert greet.times == 1

    asyncio.run(work())


def test_all_who_wait_hear_that_the_connection_broke_and_the_next_opens_another(
    redis_server: RedisServer,  # noqa: F811
) -> None:
    async def work() -> None:
        greet = Greeted()
        async with opened(redis_server, greet) as line:
            assert await line.ask("PING") == b"PONG"
            redis_server.pause()
            asked = [asyncio.create_task(line.ask("ECHO", str(at))) for at in range(5)]
            await asyncio.sleep(0)
            redis_server.kill()
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert all(isinstance(answer, NO_ANSWER) for answer in found)
            with pytest.raises(NO_ANSWER):
                await line.ask("PING")
            redis_server.start()
            assert await again(line, "ECHO", "b") == b"b"
            assert greet.times == 2

    asyncio.run(work())


def test_a_server_that_stands_still_is_not_waited_for(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_line, "ANSWER_S", 0.2)

    async def work() -> None:
        async with opened(redis_server) as line:
            assert await again(line, "PING") == b"PONG"
            redis_server.pause()
            try:
                async with asyncio.timeout(WITHIN_S):
                    with pytest.raises(TimeoutError):
                        await line.ask("ECHO", "a")
                    with pytest.raises(NO_ANSWER):  # nor is one that says nothing to a new connection
                        await line.ask("ECHO", "a")
            finally:
                redis_server.go_on()
            assert await again(line, "ECHO", "b") == b"b"

    asyncio.run(work())


def test_an_answer_that_came_while_this_process_stood_still_counts(
    redis_server: RedisServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        async with opened(redis_server) as line:
            assert await line.ask("PING") == b"PONG"
            monkeypatch.setattr(redis_line, "ANSWER_S", 0.05)
            asked = asyncio.create_task(line.ask("ECHO", "a"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert select.select([socket_of(line)], [], [], WITHIN_S)[0]
            time.sleep(0.2)
            assert await asked == b"a"

    asyncio.run(work())


def test_who_asks_again_at_once_disturbs_nobody_who_waited_too(redis_server: RedisServer) -> None:  # noqa: F811
    async def asks_twice(line: RedisLine) -> None:
        for _ in range(2):
            with pytest.raises(NO_ANSWER):
                await line.ask("PING")

    async def work() -> None:
        redis_server.kill()
        async with opened(redis_server) as line:
            await asyncio.gather(*(asks_twice(line) for _ in range(5)))

    asyncio.run(work())


def test_who_waits_at_the_end_is_told(redis_server: RedisServer) -> None:  # noqa: F811
    async def work() -> None:
        async with opened(redis_server) as line:
            assert await line.ask("PING") == b"PONG"
            redis_server.pause()
            asked = asyncio.create_task(line.ask("PING"))
            await asyncio.sleep(0)
            await line.close()
            redis_server.go_on()
            with pytest.raises(ConnectionError):
                await asked

    asyncio.run(work())


def test_a_password_and_a_database_are_those_of_the_address(redis_server: RedisServer) -> None:  # noqa: F811
    redis_server.command("CONFIG", "SET", "requirepass", "pa:ss")

    async def work(url: str) -> Any:
        line = RedisLine(url, Greeted().greet)
        try:
            await line.ask("SET", "a", "b")
            return (await line.ask("CLIENT", "INFO")).split()
        finally:
            await line.close()

    where = redis_server.url.removeprefix("redis://").removesuffix("/0")
    assert b"db=3" in asyncio.run(work(f"redis://:pa%3Ass@{where}/3"))
    with pytest.raises(RedisError):
        asyncio.run(work(f"redis://{where}/3"))


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="write an address such as"):
        RedisLine("far away", Greeted().greet)
