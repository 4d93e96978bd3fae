"""Calls of one turn of the event loop, answered together: a model's fixed cost is then paid once. It knows no model.

Under load the requests of several clients wait in the same turn, and a pass over ten short texts takes hardly longer
than one over two. Nothing waits longer than a turn, and nothing is kept.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shoal.trust.work import Spend, who_counts

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Call(Generic[T, R]):
    items: Sequence[T] = field(repr=False)
    answer: asyncio.Future[Sequence[R] | None]
    spend: Spend | None


@dataclass(slots=True)
class _Turn(Generic[T, R]):
    loop: asyncio.AbstractEventLoop | None = None
    calls: list[_Call[T, R]] = field(default_factory=list)


class Together(Generic[T, R]):
    """`work` gives one answer for each item, whatever stands beside it."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._work = work
        self._turn: _Turn[T, R] = _Turn()

    async def of(self, items: Sequence[T]) -> Sequence[R]:
        """One answer for each item. Raises what `work` raises for these items by themselves."""
        loop = asyncio.get_running_loop()
        turn = self._turn
        if turn.loop is not loop:
            turn = self._turn = _Turn(loop)
            loop.call_soon(self._answer, turn)
        call: _Call[T, R] = _Call(items, loop.create_future(), who_counts())
        turn.calls.append(call)
        found = await call.answer
        return self._work(items) if found is None else found

    def _answer(self, turn: _Turn[T, R]) -> None:
        if self._turn is turn:
            self._turn = _Turn()
        calls = [call for call in turn.calls if not call.answer.cancelled()]
        if not calls:
            return
        begun = time.thread_time()
        every: Sequence[R] | None = None
        with suppress(Exception):  # whose item it was shows where each does its own work
            every = self._work([item for call in calls for item in call.items])
        if every is None:
            for call in calls:
                call.answer.set_result(None)
            return
        share = (time.thread_time() - begun) / max(1, len(every))
        start = 0
        for call in calls:
            call.answer.set_result(every[start : start + len(call.items)])
            start += len(call.items)
            if call.spend is not None:
                call.spend(share * len(call.items))
