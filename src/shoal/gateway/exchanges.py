"""GET /v1/shoal/exchanges/{id}: what an exchange cost and which attempts it took; never what was said."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from starlette.types import Receive, Scope, Send

from shoal.chat import Json
from shoal.errors import NotFound
from shoal.exchange import House
from shoal.gateway.asgi import headers_of, token_of
from shoal.gateway.envelope import send_json
from shoal.gateway.openai_reply import usage_wire
from shoal.identity import Key, Role
from shoal.stores.ledger import Ledger, Record


def record_wire(record: Record) -> Json:
    """The record with its attempts; times in seconds, `started` as Unix time."""
    wire = {"object": "shoal.exchange", **asdict(record), "usage": usage_wire(record.usage())}
    for attempt in wire["attempts"]:
        attempt["usage"].pop("wire", None)
    return wire


class Exchanges:
    """The endpoint. A member sees the exchanges of their own key, an admin those of their tenant."""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self._house = house
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._house.identity.authenticate(token_of(headers_of(scope)))
        record = await asyncio.to_thread(self._ledger.get, scope["path_params"]["id"])
        if record is None or not may_see(key, record):
            raise NotFound("there is no such exchange of this key: take the id from the header x-shoal-exchange")
        await send_json(send, 200, record_wire(record))


def may_see(key: Key, record: Record) -> bool:
    """Whether the exchange is the key's own, or its tenant's where the key is an admin's."""
    return record.tenant == key.tenant and (key.role is Role.ADMIN or record.key_id == key.id)
