"""The admin API as the gateway knows it: who asks, a bounded body, and an application that is put together when it is
first asked for, since its framework takes a while to load."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from shoal.errors import AuthenticationError, PermissionDenied, SignInFailed
from shoal.gateway.admin.cookies import SESSION, cookies_of
from shoal.gateway.asgi import headers_of, read_body_in_time, token_of
from shoal.gateway.door import Door
from shoal.identity import Key
from shoal.identity.administration import Administration
from shoal.identity.limit_admin import Known

if TYPE_CHECKING:
    from shoal.identity.sign_in import SignIn

SAFE = ("GET", "HEAD")
CSRF = b"x-shoal-csrf"
MOST_BODY = 256_000
ROOTS = (
    *("keys", "teams", "users", "organisations", "limits", "budgets", "increases"),
    *("events", "audit", "self", "auth", "openapi.json"),
)
# Asked for by browsers that have no session yet.
PUBLIC = frozenset({"/v1/shoal/auth/login", "/v1/shoal/auth/callback"})


def is_admin(path: str) -> bool:
    """Whether the path is the admin API's."""
    return path.startswith("/v1/shoal/") and path.split("/", 4)[3] in ROOTS


class AdminPage:
    """Every endpoint of the admin API. `body_s` and `body_bytes` are the gateway's own limits, `audit` the
    folder of the audit log, `known` what the settings have."""

    def __init__(
        self,
        desk: Administration,
        door: Door,
        version: str,
        body_bytes: int,
        body_s: float,
        sign_in: SignIn | None = None,
        audit: Path | None = None,
        known: Known | None = None,
    ) -> None:
        self._desk = desk
        self._known = known
        self._sign_in = sign_in
        self._audit = audit
        self._door = door
        self._version = version
        self._most = min(MOST_BODY, body_bytes)
        self._within_s = body_s
        self._app: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        actor = None
        if scope["path"] not in PUBLIC:
            actor = await self._actor(scope, headers)
            actor.admit_endpoint(scope["path"])
        body = await read_body_in_time(scope, receive, self._most, self._within_s)
        app = self._app or await self._built()
        # The server leaves the body out of an answer to HEAD.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await app({**scope, "method": method, "shoal.actor": actor}, _Replay(body, receive), send)

    async def _actor(self, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        token = token_of(headers)
        kept = cookies_of(headers.get(b"cookie", b"").decode("latin-1")).get(SESSION)
        if token is not None and self._sign_in is not None and token.count(".") == 2:
            return await self._signed_in(partial(self._sign_in.bearer, token), scope, headers)
        if token is not None:
            return await self._door.key(token, scope, headers)
        if kept is not None and self._sign_in is not None:
            by_session = partial(self._by_session, self._sign_in, kept, scope, headers)
            return await self._signed_in(by_session, scope, headers)
        raise AuthenticationError(
            "the admin API needs a key: send 'Authorization: Bearer sk-shoal-...' (made with 'shoal keys create')"
        )

    async def _by_session(self, sign_in: SignIn, kept: str, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        """Who has signed in. A browser sends the cookie whoever wrote the page: a change needs what only a page of
        ours can know."""
        session = await sign_in.session(kept)
        if scope["method"] not in SAFE and not hmac.compare_digest(headers.get(CSRF, b""), session.csrf.encode()):
            raise PermissionDenied("a change needs the header x-shoal-csrf, as GET /v1/shoal/auth/session says it")
        return session.actor

    async def _signed_in(self, who: Callable[[], Awaitable[Key]], scope: Scope, headers: dict[bytes, bytes]) -> Key:
        """What is wrong with a token counts as a wrong key."""
        self._door.check(scope, headers)
        try:
            return await who()
        except SignInFailed:
            await self._door.refused(scope, headers)
            raise

    async def _built(self) -> ASGIApp:
        async with self._building:
            if self._app is None:
                self._app = await asyncio.to_thread(self._build)
        return self._app

    def _build(self) -> ASGIApp:
        from shoal.gateway.admin.app import build

        return build(self._desk, self._sign_in, self._audit, self._version, self._known)


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
