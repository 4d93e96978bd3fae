"""Delivers events to webhooks: signed, tried again with growing pauses, each at least once. Where they go only the
operator says; it follows no redirect.

Signed as in the Standard Webhooks specification (standardwebhooks.com, 1.0.0): HMAC-SHA256 over "id.timestamp.body".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256

import aiohttp
import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from shoal.config import secret
from shoal.config.events import EventRules, Webhook
from shoal.errors import ConfigError
from shoal.identity.events import Events, event_wire
from shoal.stores.events import DELIVERED, GIVEN_UP, PENDING, Delivery, SqlOutbox

LEAST_SECRET = 24
TIMEOUT_S = 10.0
LEASE_S = 60.0
POLL_S = 1.0
AT_ONCE = 8
LONGEST_PAUSE_S = 3600.0
DAY_S = 86_400.0


class Courier:
    """Delivers for as long as `run` runs: a task for each webhook, so that a dead one holds up no other; and removes
    old events, also where nobody is told of them."""

    def __init__(
        self, outbox: SqlOutbox, events: Events, rules: EventRules, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises ConfigError where a secret is missing or can be guessed."""
        self._outbox = outbox
        self._events = events
        self._rules = rules
        self._clock = clock
        self._keys = {name: signing_key(hook, name) for name, hook in rules.webhooks.items()}
        self._log = structlog.get_logger("shoal.events")

    async def run(self) -> None:
        """Delivers until it is cancelled."""
        wakes = {name: asyncio.Event() for name in self._rules.webhooks}
        loop = asyncio.get_running_loop()

        def wake() -> None:
            for each in wakes.values():
                with suppress(RuntimeError):  # the loop has ended: so has the delivery
                    loop.call_soon_threadsafe(each.set)

        self._events.listeners.append(wake)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
                for name in self._rules.webhooks:
                    group.create_task(self._serve(session, name, wakes[name]))
                group.create_task(self._tidy())
        finally:
            self._events.listeners.remove(wake)

    async def deliver_due(self, session: aiohttp.ClientSession, name: str) -> int:
        """Tries what is due for a webhook, AT_ONCE at most; returns how many that were."""
        due = await asyncio.to_thread(self._outbox.claim, [name], self._clock(), LEASE_S, AT_ONCE)
        await asyncio.gather(*(self._deliver(session, delivery) for delivery in due))
        return len(due)

    async def _serve(self, session: aiohttp.ClientSession, name: str, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            try:
                more = await self.deliver_due(session, name) == AT_ONCE
            except SQLAlchemyError as error:
                more = False
                self._log.warning("outbox_unreachable", webhook=name, cause=type(error).__name__)
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), POLL_S)

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        fault = await self._send(session, delivery)
        now = self._clock()
        if fault is None:
            await asyncio.to_thread(self._outbox.settle, delivery, DELIVERED, None)
        elif now - delivery.event.created >= self._rules.give_up_h * 3600:
            self._log.error("webhook_given_up", webhook=delivery.webhook, id=delivery.event.id, cause=fault)
            await asyncio.to_thread(self._outbox.settle, delivery, GIVEN_UP, None)
        else:
            again = now + pause(delivery.attempts)
            await asyncio.to_thread(self._outbox.settle, delivery, f"{PENDING}: {fault}"[:64], again)

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> str | None:
        """What went wrong; None where the webhook took it."""
        body = orjson.dumps(event_wire(delivery.event))
        headers = sign(self._keys[delivery.webhook], delivery.event.id, int(self._clock()), body)
        url = self._rules.webhooks[delivery.webhook].url
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return None if 200 <= answer.status < 300 else f"status {answer.status}"
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return type(error).__name__

    async def _tidy(self) -> None:
        while True:
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self._outbox.forget, self._clock() - self._rules.keep_days * DAY_S, self._keys)
            await asyncio.sleep(3600)


def sign(key: bytes, event_id: str, at: int, body: bytes) -> Mapping[str, str]:
    """The headers of a delivery: `at` is Unix time in seconds."""
    signed = hmac.digest(key, f"{event_id}.{at}.".encode() + body, sha256)
    return {
        "content-type": "application/json",
        "user-agent": "shoal",
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def signing_key(hook: Webhook, name: str) -> bytes:
    """The key behind the secret's reference: what follows `whsec_` in base64, else the text itself. Raises
    ConfigError."""
    text = secret(hook.secret)
    try:
        key = (
            base64.b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else text.encode()
        )
    except binascii.Error:
        raise ConfigError(f"events.webhooks.{name}.secret: what follows whsec_ is not base64: mend it") from None
    if len(key) < LEAST_SECRET:
        raise ConfigError(
            f"events.webhooks.{name}.secret has {len(key)} bytes, which can be guessed: use {LEAST_SECRET} or more, "
            "such as 'openssl rand -base64 32' gives"
        )
    return key


def pause(attempts: int) -> float:
    """Seconds until the next try: doubled each time from 2 s to an hour, and spread, so that many do not come at
    once."""
    return float(min(2.0 ** min(attempts, 20), LONGEST_PAUSE_S)) * random.uniform(0.5, 1.0)
