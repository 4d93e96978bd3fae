"""One connection to a Redis or Valkey: what is asked in the same turn of the event loop goes out together, and answers
come back in that order, so that nobody waits for a connection. It knows no counters.

The client library makes the connection and knows its protocol, TLS and sign-in; what is left to it costs little.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from shoal.errors import ConfigError

if TYPE_CHECKING:
    from redis.asyncio.connection import AbstractConnection, ConnectionPool

ANSWER_S = 1.0
# Where this process itself stood still, the answer may be there and not read yet.
LATE_S = 0.1
Word = str | bytes | int


class RedisLine:
    """`greet` is called with every new connection, before anything else goes over it. It is opened by who asks first,
    and again by who asks after it broke."""

    def __init__(self, url: str, greet: Callable[[Any], Awaitable[None]]) -> None:
        self._pool = _pool(url, greet)
        self._connection: AbstractConnection | None = None
        self._opening: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._endings: set[asyncio.Future[None]] = set()
        self._unsent: list[bytes] = []
        self._more = asyncio.Event()
        self._asked: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def ask(self, *words: Word) -> Any:
        """The answer to a command. Raises redis.ResponseError where that is one, and another RedisError, OSError or
        TimeoutError where there is none: nobody knows then whether it was done."""
        if self._connection is None:
            await self._open()
        connection, loop = self._connection, asyncio.get_running_loop()
        if connection is None:
            raise ConnectionError("the connection broke")
        self._unsent += connection.pack_command(*words)
        self._more.set()
        answer: asyncio.Future[Any] = loop.create_future()
        self._asked.append((answer, loop.time()))
        if self._timer is None:
            self._timer = loop.call_later(ANSWER_S, self._look, None)
        return await answer

    async def close(self) -> None:
        """Ends the connection; who waits for an answer gets none."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        self._break(ConnectionError("the connection is closed"))
        await asyncio.gather(*self._tasks, *self._endings, return_exceptions=True)

    async def _open(self) -> None:
        """One at a time, for all who ask meanwhile; who does not wait any more stops none of the others."""
        if self._opening is None or self._opening.done():
            self._opening = asyncio.ensure_future(self._connect())
        # Who is told first that it failed may have begun another one before the others are told.
        opening = self._opening
        await asyncio.wait({opening})
        if not opening.cancelled():
            opening.result()

    async def _connect(self) -> None:
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(ANSWER_S):
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self._connection = connection
        self._tasks = [asyncio.ensure_future(self._write(connection)), asyncio.ensure_future(self._read(connection))]

    async def _write(self, connection: AbstractConnection) -> None:
        try:
            while await self._more.wait():
                self._more.clear()
                unsent, self._unsent = self._unsent, []
                await connection.send_packed_command(unsent, check_health=False)
        except _failures() as error:
            self._break(error)

    async def _read(self, connection: AbstractConnection) -> None:
        from redis.exceptions import ResponseError

        try:
            while True:
                error, reply = None, None
                try:
                    reply = await connection.read_response(disconnect_on_error=False)
                except ResponseError as said:
                    error = said
                answer, _ = self._asked.popleft()
                if answer.done():
                    continue
                if error is None:
                    answer.set_result(reply)
                else:
                    answer.set_exception(error)
        except _failures() as error:
            self._break(error)

    def _look(self, late: asyncio.Future[Any] | None) -> None:
        """Breaks the connection where the oldest question is not answered in time. `late` is one that was found so a
        moment ago."""
        self._timer = None
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        oldest, asked = self._asked[0]
        left = asked + ANSWER_S - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look, None)
        elif oldest is late:
            self._break(TimeoutError("no answer in time"))
        else:
            self._timer = loop.call_later(LATE_S, self._look, oldest)

    def _break(self, error: Exception) -> None:
        """There is no connection any more, and no answer to what was asked."""
        connection, self._connection = self._connection, None
        if connection is not None:
            ending = asyncio.ensure_future(connection.disconnect(nowait=True))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for task in self._tasks:
            task.cancel()
        self._unsent.clear()
        self._more.clear()
        asked, self._asked = self._asked, deque()
        for answer, _ in asked:
            if not answer.done():
                answer.set_exception(type(error)(*error.args))


def _failures() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError

    return RedisError, OSError, TimeoutError


def _pool(url: str, greet: Callable[[Any], Awaitable[None]]) -> ConnectionPool:
    """Makes connections to that address. Raises ConfigError where the library is missing or the address is none."""
    try:
        from redis.asyncio.connection import ConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError:
        raise ConfigError("limits.store: the client is not installed: pip install 'shoal[redis]'") from None
    try:
        return ConnectionPool.from_url(
            url,
            protocol=2,
            redis_connect_func=greet,
            socket_timeout=None,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
    except ValueError:
        raise ConfigError('limits.store: write an address such as "redis://host:6379/0"') from None
