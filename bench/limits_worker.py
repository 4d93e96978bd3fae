"""A process that asks for tickets as fast as it may and settles them: the load of `bench.limits`. It calls no model.

`python -m bench.limits_worker` reads its orders as JSON from standard input. What it used it appends to `ledger`, a
line per request, before it settles; what a host would have sent to `host`, before the answer is there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import sys
import time
from typing import Any

import structlog

from shoal.call import Attempt, ModelCard, Price, Purpose
from shoal.chat import Chat, Message, Usage
from shoal.config.limits import Budget, Limits, Rate
from shoal.errors import LimitError, LimitsUnavailable
from shoal.limits.rules import Who, read_rules
from shoal.limits.step import LimitsStep, Seams
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.counters_redis import RedisCounters

CARD = ModelCard("m", "general", "host", host="h", price=Price(1.0, 0.0, 2.0))
LEVELS = ("organisation", "team", "user", "key")
CHAT = Chat("m", (Message.of("user", "How do I change the address of my account? " * 4),), {"max_tokens": 200})
WHO = Who("acme", "support", "ana", "k1", ("project=atlas",))


def step_of(
    caps: dict[str, float], counters: MemoryCounters | RedisCounters, levels: tuple[str, ...] = LEVELS
) -> LimitsStep:
    """Budgets of requests, tokens and USD on every level, of which only `caps` of the organisation bind."""
    wide = {"requests": 10**12, "tokens": 10**14, "usd": 10**8}
    budgets = {of: Budget(of=of, **(caps if of == "organisation" else wide)) for of in levels}
    rates = {"each": Rate(requests="1000M/second", tokens="1000M/second", concurrent=100_000)}
    rules = read_rules(Limits(rates=rates), budgets)
    return LimitsStep(rules, counters, Seams(lambda name: CARD if name == "m" else None, lambda _, __: ("m",)))


def attempts(read: int, written: int) -> list[Attempt]:
    """What one request took."""
    return [Attempt("m", "h", Purpose.ANSWER, 0.0, outcome="ok", pieces=1, usage=Usage(read, written))]


class Worker:
    """`orders`: clients, requests of each, caps, redis (an address or null), seed, ledger, host, pause_s."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.orders = orders
        self.random = random.Random(orders["seed"])
        self.granted = self.refused = self.away = self.usd = self.tokens = 0
        self.number = 0
        url = orders["redis"]
        lease = orders.get("lease_s", 60.0)
        self.counters = MemoryCounters() if url is None else RedisCounters(url, lambda _: (), lease_s=lease)
        self.step = step_of(orders["caps"], self.counters)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self.ledger = os.open(orders["ledger"], flags) if orders.get("ledger") else None
        self.host = os.open(orders["host"], flags) if orders.get("host") else None

    async def run(self) -> dict[str, float]:
        """All clients, to their end; what they did."""
        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(self.client(at) for at in range(self.orders["clients"])))
        await self.quiet()
        return {
            **{name: getattr(self, name) for name in ("granted", "refused", "away", "usd", "tokens")},
            "seconds": time.perf_counter() - begun,
            "cpu_s": time.process_time() - cpu,
        }

    async def client(self, at: int) -> None:
        """One client: one request after another."""
        for number in range(self.orders["requests"]):
            name = f"{os.getpid()}.{at}.{number}"
            try:
                await self.ask(name)
            except LimitError:
                self.refused += 1
            except LimitsUnavailable:
                self.away += 1
                await asyncio.sleep(0.05)
            if number % 16 == at % 16:
                await asyncio.sleep(0)

    async def ask(self, name: str) -> None:
        """One request: reserved, answered, settled."""
        ticket = await self.step.open(name, WHO, CHAT, lambda _: True)
        assert ticket is not None
        self.granted += 1
        read, written = self.random.randint(30, 60), self.random.randint(0, 200)
        line = f"{read} {written}\n".encode()
        if self.host is not None:
            os.write(self.host, line)
        await asyncio.sleep(self.orders.get("pause_s", 0.0))
        if self.ledger is not None:
            os.write(self.ledger, line)
        self.tokens += read + written
        self.usd += read + 2 * written
        ticket.settle(attempts(read, written), time.time())

    async def quiet(self) -> None:
        """Waits until everything is settled."""
        while isinstance(self.counters, RedisCounters) and self.counters.waiting:
            await asyncio.sleep(0.01)


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    worker = Worker(json.loads(sys.stdin.read()))
    found = await worker.run()
    if isinstance(worker.counters, MemoryCounters):
        found["reserved"] = worker.counters.reservations
        used = {line.limit.name: level for line, level in await levels(worker.step)}
        found |= {f"counted_{name}": value for name, value in used.items()}
    await worker.step.close()
    sys.stdout.write(json.dumps(found))


async def levels(step: LimitsStep) -> list[tuple[Any, Any]]:
    """The counters of the organisation's budgets, used and reserved."""
    lines = [line for line in step.rules.lines(WHO, "m", ("m",)) if line.limit.name == "organisation"]
    now = step.counters.now()
    items = [(line.counter, int(line.limit.law), -1, 0, 0, *line.limit.window(now)) for line in lines]
    return list(zip(lines, await step.counters.read(items), strict=True))


if __name__ == "__main__":
    asyncio.run(main())
