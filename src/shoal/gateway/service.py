"""What an endpoint does for a caller without a model: reserved and settled in all limits, metered, and written into the
ledger like an exchange, in counts. It knows no format and keeps no text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from shoal.call import OWN_HOST, Attempt, Purpose
from shoal.chat import Chat, Message, ShoalOptions, Usage
from shoal.errors import ShoalError
from shoal.exchange import House, tags_of, who_of
from shoal.gateway.envelope import Headers, standing_headers
from shoal.identity import Key
from shoal.limits.services import WORKED_AS
from shoal.limits.ticket import Ticket
from shoal.metering.own import OwnWork
from shoal.models.specialists.specialist import count_tokens
from shoal.stores.ledger import Record
from shoal.trust.work import in_thread, tell_seconds

INLINE_CHARS = 50_000
T = TypeVar("T")


class Service:
    """One piece of work on `texts`, as the service of that name."""

    def __init__(self, house: House, key: Key, name: str, texts: Sequence[str], options: ShoalOptions) -> None:
        self._house = house
        self._chat = Chat(name, tuple(Message.of("user", text) for text in texts), {"max_tokens": 0}, shoal=options)
        self._texts = texts
        self._own = OwnWork()
        self._ticket: Ticket | None = None
        self._begun = False
        self._tokens = 0
        self._record = Record(
            id=house.names(),
            tenant=key.tenant,
            key_id=key.id,
            team=key.team,
            user=key.user,
            started=time.time(),
            asked=name,
            streamed=False,
            model=name,
            reason="the gateway's own work",
            tags=tags_of(house, key, self._chat) or None,
        )

    @property
    def headers(self) -> Headers:
        """The name under which it is written down, and what is left of the limits."""
        name, left = self._record.id.encode(), {} if self._ticket is None else self._ticket.standing()
        return [(b"x-request-id", name), (b"x-shoal-exchange", name), *standing_headers(left)]

    def delivered(self) -> None:
        """Notes that the answer was handed to the operating system to its last byte."""
        if self._house.ledger is not None:
            self._house.ledger.deliver(self._record.id)

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns. Raises LimitErrors before it is begun, and what it raises."""
        record, begun = self._record, time.perf_counter()
        try:
            await self._reserve()
            self._begun = True
            if self._house.ledger is not None:
                self._house.ledger.open(record)
            tell_seconds(self._own.spend)
            self._tokens = await self._count()
            found = await self._own.timed(work)
            record.outcome = "ok"
            return found
        except ShoalError as error:
            record.outcome, self._tokens = error.code or type(error).__name__, 0
            raise
        except asyncio.CancelledError:
            record.outcome = "cancelled"
            raise
        finally:
            work.close()
            record.latency_s = time.perf_counter() - begun
            self._settle()

    async def _reserve(self) -> None:
        if self._house.limits is not None:
            record, limits = self._record, self._house.limits
            self._ticket = await limits.open(record.id, who_of(record), self._chat, lambda _: False)

    def _settle(self) -> None:
        record, house = self._record, self._house
        if record.outcome == "open":
            record.outcome = "internal_error"
        if self._begun:
            record.attempts = [self._attempt()]
        if house.metering is not None:
            house.metering.settle(record)
        if self._ticket is not None:
            self._ticket.settle(record.attempts, record.started + record.latency_s)
        for observe in house.observers:
            observe(record)
        if house.metering is not None:
            house.metering.told(record)

    async def _count(self) -> int:
        """The tokens of the texts; what is done of long ones goes into the CPU time too."""
        texts = self._texts
        if sum(map(len, texts)) > INLINE_CHARS:
            return await in_thread(lambda: sum(map(count_tokens, texts)))
        return sum(map(count_tokens, texts))

    def _attempt(self) -> Attempt:
        """The work as a line of the ledger: the tokens of the texts, and the CPU time that it took."""
        found = self._own.attempts(self._record.started, guarded=True)
        cpu_s = sum(each.usage.cpu_s for each in found)
        usage = Usage(self._tokens, cpu_s=cpu_s)
        outcome, took = self._record.outcome, self._record.latency_s
        return Attempt(
            WORKED_AS, OWN_HOST, Purpose.GUARD, self._record.started, outcome=outcome, latency_s=took, usage=usage
        )
