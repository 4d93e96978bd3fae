"""What Shoal's own steps take in this process for an exchange: CPU seconds of guards and of the search in collections.

They run on the event loop among those of other requests, so a step is timed each time it goes on, and not while it
waits. What the gateway itself takes (HTTP, JSON, the journal) is not in it, nor are tasks that a step starts for itself
on the loop.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, ParamSpec, TypeVar

from shoal.call import OWN_HOST, Attempt, Purpose
from shoal.chat import Usage

GUARDS, RETRIEVAL = "shoal/guards", "shoal/retrieval"
# A clock of a thread costs as much as a small step on a piece: of a long stream, every eighth piece stands for eight.
EVERY = 8
P = ParamSpec("P")
T = TypeVar("T")


class OwnWork:
    """The CPU seconds of one exchange: `spent` are those of guards on the event loop. Threads may add to theirs."""

    __slots__ = ("_pieces", "_search", "_threads", "spent")

    def __init__(self) -> None:
        self.spent = 0.0
        self._threads: list[float] = []
        self._search: list[float] = []
        self._pieces = 0

    def timed(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """The same work, whose seconds are counted as those of guards."""
        return _Timed(self, work, 1)

    async def task(self, work: Coroutine[Any, Any, T]) -> T:
        """The same as a coroutine, for a task beside the request."""
        return await _Timed(self, work, 1)

    def piece(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """The work on a piece of the reply: timed now and then."""
        self._pieces += 1
        if self._pieces <= EVERY:
            return _Timed(self, work, 1)
        return work if self._pieces % EVERY else _Timed(self, work, EVERY)

    def searching(self, search: Callable[P, T]) -> Callable[P, T]:
        """A search, for a thread, whose seconds are counted as those of retrieval."""

        def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            begun = time.thread_time()
            try:
                return search(*args, **kwargs)
            finally:
                self._search.append(time.thread_time() - begun)

        return counted

    def spend(self, seconds: float) -> None:
        """Guards took so much in a thread."""
        self._threads.append(seconds)

    def attempts(self, started: float, *, guarded: bool, judged: float = 0.0) -> list[Attempt]:
        """What was counted, as lines of the ledger; none of guards where there was no guard. `judged` are CPU seconds
        of models that guards asked on the event loop: those have lines of their own."""
        found = []
        guards, search = max(self.spent - judged, 0.0) + sum(self._threads), sum(self._search)
        if guarded and guards > 0:
            found.append(_attempt(GUARDS, Purpose.GUARD, started, guards))
        if search > 0:
            found.append(_attempt(RETRIEVAL, Purpose.RETRIEVE, started, search))
        return found


class _Timed(Generator[Any, Any, T]):
    """A coroutine that counts the time in which it goes on, `weight` times. Whatever is sent or thrown reaches it."""

    __slots__ = ("_own", "_weight", "_work")

    def __init__(self, own: OwnWork, work: Coroutine[Any, Any, T], weight: int) -> None:
        self._own, self._work, self._weight = own, work, weight

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def __next__(self) -> Any:
        # What an event loop calls at each step: the same as `send`, without one call more.
        begun = time.thread_time()
        try:
            return self._work.send(None)
        finally:
            self._own.spent += (time.thread_time() - begun) * self._weight

    def send(self, value: Any) -> Any:
        return self._go(self._work.send, value)

    def throw(self, *error: Any) -> Any:
        return self._go(self._work.throw, *error)

    def close(self) -> None:
        self._work.close()

    def _go(self, step: Callable[..., Any], *what: Any) -> Any:
        begun = time.thread_time()
        try:
            return step(*what)
        finally:
            self._own.spent += (time.thread_time() - begun) * self._weight


def _attempt(name: str, purpose: Purpose, started: float, cpu_s: float) -> Attempt:
    return Attempt(name, OWN_HOST, purpose, started, outcome="ok", latency_s=cpu_s, usage=Usage(cpu_s=cpu_s))
