"""GET /v1/shoal/exchanges/{id}: what an exchange cost and which attempts it took; never what was said."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

from starlette.types import Receive, Scope, Send

from shoal.call import Attempt
from shoal.chat import Json
from shoal.errors import NotFound
from shoal.exchange import House
from shoal.gateway.door import key_of
from shoal.gateway.envelope import send_json
from shoal.gateway.openai_reply import usage_wire
from shoal.identity import Key, Role
from shoal.impacts import UNKNOWN
from shoal.stores.ledger import QUANTITIES, Ledger, Record


def record_wire(record: Record, *, final: bool = True) -> Json:
    """The record with its attempts and what they took; times in seconds, `started` as Unix time. Not `final` while the
    energy counters have not said all."""
    wire = asdict(replace(record, impacts=None, attempts=[]))
    del wire["impacts"]
    impacts = record.impacts.to_wire(final=final) if record.impacts is not None else None
    attempts = [attempt_wire(attempt) for attempt in record.attempts]
    return {
        "object": "shoal.exchange",
        **wire,
        "attempts": attempts,
        "usage": usage_wire(record.usage(), impacts),
    }


def attempt_wire(attempt: Attempt) -> Json:
    """The attempt, and what it took where it was metered: the quantities that the ledger keeps of each."""
    wire = asdict(replace(attempt, impacts=None))
    del wire["impacts"], wire["facts"], wire["usage"]["wire"]
    found = attempt.impacts
    if found is not None:
        ranges = {name: getattr(found, name) for name in QUANTITIES}
        wire["usage"]["shoal"] = {
            **{name: None if value is None else value.to_wire() for name, value in ranges.items()},
            "tier": found.tier or UNKNOWN,
            "facts": attempt.facts,
        }
    return wire


class Exchanges:
    """The endpoint. A member sees the exchanges of their own keys, a lead those of their team, an admin and an auditor
    those of their tenant."""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self._house = house
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(scope, self._house.identity)
        record = await asyncio.to_thread(self._ledger.get, scope["path_params"]["id"])
        if record is None or not may_see(key, record):
            raise NotFound("there is no such exchange of this key: take the id from the header x-shoal-exchange")
        metering = self._house.metering
        final = metering is None or not metering.awaits(record.id)
        wire = record_wire(record, final=final)
        corrections = await asyncio.to_thread(self._ledger.corrections, record.id)
        if corrections:
            wire["corrections"] = [each._asdict() for each in corrections]
        await send_json(send, 200, wire)


def may_see(key: Key, record: Record) -> bool:
    """Whether the exchange is the key's own or its user's, or the role of the key reaches it."""
    if record.tenant != key.tenant:
        return False
    if key.role in (Role.ADMIN, Role.AUDITOR) or record.key_id == key.id:
        return True
    of_team = key.role is Role.LEAD and key.team is not None and record.team == key.team
    return of_team or (key.user is not None and record.user == key.user)
