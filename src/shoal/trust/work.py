"""Long work in a thread that ends soon after nobody waits for it any more. It does not know what the work is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Spend = Callable[[float], None]
_SPENT: ContextVar[Spend | None] = ContextVar("shoal_spent", default=None)
_ABANDONED: ContextVar[threading.Event | None] = ContextVar("shoal_abandoned", default=None)


class Abandoned(Exception):
    """Nobody waits for this work: the caller has gone, or its deadline has passed."""


def tell_seconds(spend: Spend) -> None:
    """From now on `in_thread` tells the CPU seconds of its work, from the thread, to whoever asks here."""
    _SPENT.set(spend)


def who_counts() -> Spend | None:
    """Who asked to be told the CPU seconds of work that is done for this task elsewhere."""
    return _SPENT.get()


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, from a thread. Where the caller is cancelled, the next `go_on` in the thread raises."""
    abandoned = threading.Event()
    token = _ABANDONED.set(abandoned)
    try:
        return await asyncio.to_thread(_counted, partial(work, *args, **kwargs))
    except asyncio.CancelledError:
        abandoned.set()
        raise
    finally:
        _ABANDONED.reset(token)


def _counted(work: Callable[[], T]) -> T:
    spend = _SPENT.get()
    if spend is None:
        return work()
    begun = time.thread_time()
    try:
        return work()
    finally:
        spend(time.thread_time() - begun)


def go_on() -> None:
    """To be called between parts of long work. Raises Abandoned where nobody waits for it."""
    abandoned = _ABANDONED.get()
    if abandoned is not None and abandoned.is_set():
        raise Abandoned
