"""Counters in Redis or Valkey, for several processes or machines: one round trip to reserve, one, shared, to settle.

The scripts are in `counters.lua`. Windows go by the store's clock. While the store is away, or is made anew after it
lost what it held, reserving raises LimitsUnavailable, and what is to be settled waits here.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha1
from importlib.resources import files
from os import urandom
from typing import Any, Literal

import orjson
import structlog

from shoal.errors import LimitsUnavailable
from shoal.stores.counters import MANY, Answer, Grant, Item, Level, Passed, Refusal, Settlement, Spent, check_amounts
from shoal.stores.redis_line import RedisLine, Word
from shoal.stores.unsettled import Unsettled

AGAIN_S = 0.5
BATCH = 64
CHUNK = 500
RENEWALS = 3
# A ledger writes in batches: what ended before a loss is in the database after this time.
LEDGER_S = 1.0
# Of a process that died while it made the counters anew; one that lives renews it.
LOCK_MS = 3_000
LOCKED_S = 0.1
# A request waits for a store that is being made, also where its maker dies and another one begins anew.
JOIN_S = 6.0
STRIKE = """
local made = redis.call('HGET', KEYS[1], 'g')
if made and string.sub(made, 1, #ARGV[1]) ~= ARGV[1] then redis.call('HDEL', KEYS[1], 'g') end
return 1"""
Rebuild = Callable[[int], Iterable[Spent]]


class RedisCounters:
    """`rebuild` gives what the ledger holds of the exchanges that ended until a time (Unix microseconds), for every
    counter; it is called in a thread when the store is empty. `lost` says what becomes of reservations whose process
    is dead: "charge" counts them as used, "return" gives them back. `ledger_s` is how long a ledger takes to have in
    the database what ended. `unsettled` keeps what the store has not taken, where that should outlive this process.
    `settle` is called on the event loop."""

    def __init__(
        self,
        url: str,
        rebuild: Rebuild,
        *,
        namespace: str = "shoal",
        lease_s: float = 60.0,
        lost: Literal["charge", "return"] = "charge",
        ledger_s: float = LEDGER_S,
        unsettled: Unsettled | None = None,
    ) -> None:
        self._line = RedisLine(url, self._greet)
        self._rebuild = rebuild
        self._lease_s = lease_s
        self._lost = lost
        self._ledger_s = ledger_s
        self._keys = (f"{{{namespace}}}:counters", f"{{{namespace}}}:leases", f"{{{namespace}}}")
        self._scripts = {name: (sha1(text.encode(), usedforsecurity=False).hexdigest(), text) for name, text in load()}
        self.generation = ""
        self._server = ""
        self._offset = 0
        self._down_until = 0.0
        self._open: set[str] = set()
        self._waiting: list[Settlement] = []
        self._unsettled = unsettled
        # What stands in that file, and the requests under way that nothing is reserved for.
        self._written: set[str] = set()
        self._unreserved: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = False
        self._log = structlog.get_logger("shoal.limits")

    def now(self) -> int:
        """The store's clock as this process knows it, in Unix microseconds."""
        return time.time_ns() // 1000 + self._offset

    @property
    def waiting(self) -> int:
        """How many settlements the store has not taken yet."""
        return len(self._waiting)

    async def reserve(self, reservation: str, items: list[Item]) -> Answer:
        """All of it or nothing, in one round trip."""
        check_amounts(items)
        await self._join()
        wanted = orjson.dumps(items)
        kept = orjson.dumps([(counter, law, hold, start) for counter, law, _, hold, _, start, _ in items])
        lease = int(self._lease_s * 1e6)
        generation = self.generation
        try:
            reply = await self._ask("reserve", generation, reservation, lease, self._lost, wanted, kept)
        except (LimitsUnavailable, asyncio.CancelledError):
            # Nobody knows whether it was done.
            self._undo(reservation, items, generation)
            raise
        self._offset = int(reply[1]) - time.time_ns() // 1000
        if reply[0] == b"granted":
            self._open.add(reservation)
            self._spawn("renew", self._renew)
            return Grant(int(reply[1]), *orjson.loads(reply[2]))
        if reply[0] == b"refused":
            return Refusal(*map(int, reply[1:5]))
        return Passed(int(reply[1]))

    def begin(self) -> None:
        """Finds the store, or makes it anew, before anybody asks."""
        self._spawn("join", self._begin)

    def let_through(self, least: Settlement) -> None:
        """Notes a request that nothing is reserved for, with what it counts if this process dies before it ends."""
        self._unreserved.add(least.id)
        self._write(least)

    def settle(self, settlement: Settlement) -> None:
        """Queues it: a task sends what is there."""
        self._open.discard(settlement.id)
        self._waiting.append(settlement)
        if self._down_until or not settlement.generation or not self.generation:
            self._write(settlement)
        self._unreserved.discard(settlement.id)
        if not self._closing:
            self._spawn("settle", self._settle)

    async def read(self, items: list[Item]) -> list[Level]:
        """What is used and reserved now."""
        await self._join()
        reply = await self._ask("read", self.generation, self._lost, orjson.dumps(items))
        found = [int(value) for value in reply[2:]]
        return [Level(used, reserved) for used, reserved in zip(found[::2], found[1::2], strict=True)]

    async def close(self) -> None:
        """Sends what is waiting, if the store takes it, and closes the connections."""
        self._closing = True
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        try:
            while self._waiting:
                await self._join()
                await self._settle_batch(BATCH)
        except LimitsUnavailable:
            self._log.error("limits_unsettled", waiting=len(self._waiting))
        self._forget_written()
        if self._unsettled is not None:
            self._unsettled.close()
        await self._line.close()

    def _undo(self, reservation: str, items: list[Item], generation: str) -> None:
        """Gives back what may have been reserved, unless it is an addition to what is settled later."""
        if reservation not in self._open:
            spent = tuple((counter, law, 0, charge, start, end) for counter, law, _, _, charge, start, end in items)
            self.settle(Settlement(reservation, spent, 0, generation))

    async def _ask(self, script: str, *values: Word) -> Any:
        """The script's reply. Raises LimitsUnavailable where there is none, or the store lost what it held."""
        from redis.exceptions import NoScriptError, RedisError

        if asyncio.get_running_loop().time() < self._down_until:
            raise _away()
        name, text = self._scripts[script]
        try:
            try:
                reply = await self._line.ask("EVALSHA", name, len(self._keys), *self._keys, *values)
            except NoScriptError:
                reply = await self._line.ask("EVAL", text, len(self._keys), *self._keys, *values)
        except (RedisError, OSError, TimeoutError) as error:
            self._fail(type(error).__name__)
            raise _away() from None
        if reply[0] == b"generation":
            if self.generation:
                self._log.error("limits_store_lost", cause="the store is empty or lost a part: counted anew")
            self.generation = ""
            raise _away()
        if self._down_until:
            self._down_until = 0.0
            self._log.info("limits_store_back", waiting=len(self._waiting))
            self._spawn("take_up", self._take_up)
        return reply

    async def _greet(self, connection: Any) -> None:
        """Before anything else goes over a new connection: a server that began anew, or another one in its place, may
        have forgotten the last seconds, so a generation that was made under another run of it is struck out."""
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        found = re.search(rb"run_id:(\w+)", await connection.read_response())
        self._server = found[1].decode() if found else ""
        await connection.send_command("EVAL", STRIKE, 1, self._keys[0], f"{self._server}:")
        await connection.read_response()

    def _fail(self, cause: str) -> None:
        now = asyncio.get_running_loop().time()
        if self._down_until == 0.0:
            self._log.error("limits_store_away", cause=cause)
        self._down_until = now + AGAIN_S

    async def _join(self) -> None:
        """Learns the generation of the store, which is made from the ledger where there is none. Raises
        LimitsUnavailable."""
        if self.generation:
            return
        task = self._spawn("join", self._begin)
        await asyncio.wait({task}, timeout=JOIN_S)
        if not self.generation:
            raise _away()

    async def _begin(self) -> None:
        from redis.exceptions import RedisError

        try:
            if asyncio.get_running_loop().time() >= self._down_until:
                while not self.generation:
                    self.generation = await self._find() or await self._make()
                self._down_until = 0.0
                self._spawn("take_up", self._take_up)
        except (RedisError, OSError, TimeoutError) as error:
            self._fail(type(error).__name__)
        except LimitsUnavailable:
            return

    async def _find(self) -> str:
        """The generation of the store; "" where there is none."""
        found = await self._line.ask("HGET", self._keys[0], "g")
        return found.decode() if isinstance(found, bytes) else ""

    async def _make(self) -> str:
        """Counts the ledger into an empty store; one process does it while the others wait. "" where another one is at
        it, or took over."""
        lock, mine = f"{self._keys[2]}:lock", urandom(8).hex()
        if not await self._line.ask("SET", lock, mine, "NX", "PX", LOCK_MS):
            await asyncio.sleep(LOCKED_S)
            return ""
        try:
            until = time.time_ns() // 1000
            await asyncio.sleep(self._ledger_s)
            if found := await self._find():
                return found
            reading = asyncio.ensure_future(asyncio.to_thread(lambda: list(self._rebuild(until))))
            while not (await asyncio.wait({reading}, timeout=LOCK_MS / 3000))[0]:
                await self._line.ask("PEXPIRE", lock, LOCK_MS)
            return await self._restore(mine, reading.result(), until)
        finally:
            await self._ask("unlock", mine)

    async def _restore(self, mine: str, spent: Sequence[Spent], until: int) -> str:
        chunks = [orjson.dumps(spent[at : at + CHUNK]) for at in range(0, len(spent), CHUNK)]
        generation = f"{self._server}:{mine}"
        steps: list[tuple[str, tuple[Word, ...]]] = [("empty", ())]
        steps += [("restore", (chunk,)) for chunk in chunks]
        steps.append(("begin", (generation, until)))
        for script, values in steps:
            if (await self._ask(script, mine, LOCK_MS, *values))[0] == b"taken":
                return ""
        self._log.info("limits_store_made", counters=len(spent))
        return generation

    async def _settle(self) -> None:
        """Sends what is waiting until there is nothing more."""
        while self._waiting:
            try:
                await self._join()
                await self._settle_batch(BATCH)
            except LimitsUnavailable:
                for each in self._waiting:
                    if each.id not in self._written:
                        self._write(each)
                await asyncio.sleep(AGAIN_S)
        self._forget_written()

    async def _settle_batch(self, most: int) -> None:
        batch = self._waiting[:most]
        await self._ask("settle", _wire(batch), MANY)
        del self._waiting[: len(batch)]

    def _write(self, settlement: Settlement) -> None:
        if self._unsettled is not None:
            self._written.add(settlement.id)
            self._unsettled.write(settlement)

    def _forget_written(self) -> None:
        """Nothing waits any more, and nothing will: the file can go."""
        if self._written and self._unsettled is not None and not self._waiting and not self._unreserved:
            self._written.clear()
            self._unsettled.clear()

    async def _take_up(self) -> None:
        """Settles what processes that are no more had not settled, once, whoever tries."""
        if self._unsettled is None:
            return
        for left in await asyncio.to_thread(self._unsettled.left):
            done = False
            try:
                settlements = left.settlements()
                for at in range(0, len(settlements), BATCH):
                    await self._ask("settle", _wire(settlements[at : at + BATCH]), MANY)
                done = True
                self._log.info("limits_left_settled", settlements=len(settlements))
            except LimitsUnavailable:
                continue
            finally:
                left.close(done=done)

    async def _renew(self) -> None:
        """Keeps the leases of what runs here."""
        while self._open:
            await asyncio.sleep(self._lease_s / RENEWALS)
            held = list(self._open)
            try:
                for at in range(0, len(held), CHUNK):
                    await self._ask("renew", int(self._lease_s * 1e6), *held[at : at + CHUNK])
            except LimitsUnavailable:
                continue

    def _spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """One task of a name at a time."""
        task = self._tasks.get(name)
        if task is None or task.done():
            task = self._tasks[name] = asyncio.ensure_future(_run(work))
        return task


def _wire(settlements: Sequence[Settlement]) -> bytes:
    return orjson.dumps([(each.id, each.ended, each.generation, each.spent) for each in settlements])


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def load() -> Sequence[tuple[str, str]]:
    """The scripts by name, each with the part that they share."""
    shared, *scripts = re.split(r"^-- script (?=\w+:)", _text(), flags=re.MULTILINE)
    return [(each.partition(":")[0], f"{shared}-- {each}") for each in scripts]


def _text() -> str:
    return (files("shoal.stores") / "counters.lua").read_text(encoding="utf-8")


def _away() -> LimitsUnavailable:
    return LimitsUnavailable("the store of the limits does not answer, and without it nothing is allowed: try again")
