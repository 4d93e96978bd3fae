"""The admin API as the gateway knows it: who asks, a bounded body, and an application that is put together when it is
first asked for, since its framework takes a while to load."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from shoal.errors import AuthenticationError
from shoal.gateway.asgi import headers_of, read_body_in_time, token_of
from shoal.gateway.door import Door
from shoal.identity import Key
from shoal.identity.administration import Administration

MOST_BODY = 256_000
ROOTS = ("keys", "teams", "users", "organisations", "events", "self", "openapi.json")


def is_admin(path: str) -> bool:
    """Whether the path is the admin API's."""
    return path.startswith("/v1/shoal/") and path.split("/", 4)[3] in ROOTS


class AdminPage:
    """Every endpoint of the admin API. `body_s` and `body_bytes` are the gateway's own limits."""

    def __init__(self, desk: Administration, door: Door, version: str, body_bytes: int, body_s: float) -> None:
        self._desk = desk
        self._door = door
        self._version = version
        self._most = min(MOST_BODY, body_bytes)
        self._within_s = body_s
        self._app: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        actor = await self._actor(scope, headers)
        actor.admit_endpoint(scope["path"])
        body = await read_body_in_time(receive, headers, self._most, self._within_s)
        app = self._app or await self._built()
        await app({**scope, "shoal.actor": actor}, _Replay(body, receive), send)

    async def _actor(self, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        token = token_of(headers)
        if token is None:
            raise AuthenticationError(
                "the admin API needs a key: send 'Authorization: Bearer sk-shoal-...' (made with 'shoal keys create')"
            )
        return await self._door.key(token, scope, headers)

    async def _built(self) -> ASGIApp:
        async with self._building:
            if self._app is None:
                self._app = await asyncio.to_thread(self._build)
        return self._app

    def _build(self) -> ASGIApp:
        from shoal.gateway.admin.app import build

        return build(self._desk, self._version)


class _Replay:
    """The body that was read, and after it what the client does."""

    __slots__ = ("_body", "_receive")

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> MutableMapping[str, Any]:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
