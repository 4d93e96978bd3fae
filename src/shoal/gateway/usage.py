"""GET /v1/shoal/usage: what a caller used, what their limits hold and what is left of them. It counts nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import StorageUnreachable
from shoal.exchange import House
from shoal.gateway.asgi import headers_of, token_of
from shoal.gateway.envelope import send_json
from shoal.identity import Key, Role
from shoal.limits.periods import SECOND, Calendar
from shoal.limits.rules import Who
from shoal.stores.usage_sums import Span

PERIODS = ("day", "month")
Whose = Literal["key", "user", "team"]


class UsagePage:
    """The endpoint. A key sees the limits that it meets: its own, and those of the levels that it belongs to; of what
    was used its own, of a user's key all of that user's; a lead the team's too."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._house.identity.authenticate(token_of(headers_of(scope)))
        tags = tuple(f"{name}={value}" for name, value in key.tags)
        who = Who(key.tenant, key.team, key.user, key.id, tags)
        limits = await self._house.limits.left(who) if self._house.limits is not None else []
        try:
            used = await asyncio.to_thread(self._used, key)
        except SQLAlchemyError as error:
            raise StorageUnreachable(
                f"the database does not answer ({type(error).__name__}): try again in a moment"
            ) from None
        await send_json(send, 200, {"object": "shoal.usage", "key": key.id, "limits": limits, "used": used})

    def _used(self, key: Key) -> list[Json]:
        """What was used in the present day and month (UTC), as the ledger has it."""
        read = self._house.used
        if read is None:
            return []
        whose: list[tuple[Whose, str]] = [("key", key.id) if key.user is None else ("user", key.user)]
        if key.role is Role.LEAD and key.team is not None:
            whose.append(("team", key.team))
        found: list[Json] = []
        for of, name in whose:
            for period in PERIODS:
                begin, end = Calendar(period).window(time.time_ns() // 1000)
                span = Span(begin / SECOND, end / SECOND, key.tenant)
                about = {"of": of, "subject": name, "per": period, "since": span.begin, "ends": span.end}
                found.append({**about, **read(of, name, span).to_wire()})
        return found
