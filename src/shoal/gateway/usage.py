"""GET /v1/shoal/usage: what a caller's limits hold and what is left of them. It counts nothing."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from shoal.exchange import House
from shoal.gateway.asgi import headers_of, token_of
from shoal.gateway.envelope import send_json
from shoal.limits.rules import Who


class UsagePage:
    """The endpoint. A key sees the limits that it meets: its own, and those of the levels that it belongs to."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._house.identity.authenticate(token_of(headers_of(scope)))
        tags = tuple(f"{name}={value}" for name, value in key.tags)
        who = Who(key.tenant, key.team, key.user, key.id, tags)
        limits = await self._house.limits.left(who) if self._house.limits is not None else []
        await send_json(send, 200, {"object": "shoal.usage", "key": key.id, "limits": limits})
