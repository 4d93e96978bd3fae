"""The door of the gateway: finds the key before an endpoint is asked, so that a look into the store holds nobody up,
and slows down who sends wrong ones. It knows no endpoint."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence

from starlette.types import Scope

from shoal.errors import AuthenticationError, PermissionDenied, TooManyWrongKeys
from shoal.gateway.asgi import headers_of, token_of
from shoal.identity import Identity, Key, Role
from shoal.identity.wrong_keys import WrongKeys

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_WAITING = 500
# Where the door keeps the key that it let in, in a request's scope.
KEY = "shoal.key"


class Door:
    """Lets keys in. `proxies` are networks whose X-Forwarded-For is believed."""

    def __init__(self, identity: Identity, proxies: Sequence[str] = (), wrong: WrongKeys | None = None) -> None:
        self._identity = identity
        self._wrong = wrong or WrongKeys()
        self._proxies = [ipaddress.ip_network(each) for each in proxies]
        self._waiting = 0

    async def admit(self, scope: Scope) -> None:
        """Remembers the request's key, if it has one. Raises AuthenticationError, PermissionDenied where the key is not
        for this endpoint, TooManyWrongKeys, StorageUnreachable."""
        headers = headers_of(scope)
        token = token_of(headers)
        if token is None:
            return
        key = await self.key(token, scope, headers)
        key.admit_endpoint(scope["path"])
        scope[KEY] = key
        if key.role is Role.AUDITOR and scope["method"] not in ("GET", "HEAD"):
            raise PermissionDenied("an auditor reads reports and the audit log: use another key for anything else")

    async def key(self, token: str, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        """The key behind `token`. Raises what `admit` does."""
        known = self._identity.recall(token)
        if known is not None:
            return known
        address = address_of(scope, headers, self._proxies)
        # All keys are forgotten with every change of one: who shares an address with a guesser is no guesser.
        if not self._identity.was_good(token):
            self._wrong.check(address)
        try:
            return await asyncio.to_thread(self._identity.authenticate, token)
        except AuthenticationError:
            await self._slow_down(address)
            raise

    def check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Raises TooManyWrongKeys where the address has sent too many."""
        self._wrong.check(address_of(scope, headers, self._proxies))

    async def refused(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Counts something wrong that is no key, such as a token of an identity provider."""
        await self._slow_down(address_of(scope, headers, self._proxies))

    async def _slow_down(self, address: str) -> None:
        wait_s = self._wrong.add(address)
        if wait_s <= 0:
            return
        if self._waiting >= MOST_WAITING:
            raise TooManyWrongKeys("too many wrong API keys are coming in: wait and try again", after_s=wait_s)
        self._waiting += 1
        try:
            await asyncio.sleep(wait_s)
        finally:
            self._waiting -= 1


def key_of(scope: Scope, identity: Identity) -> Key:
    """The key that the door let in; where there was no door, the one that the request shows. Raises
    AuthenticationError, StorageUnreachable."""
    found: Key | None = scope.get(KEY)
    return found if found is not None else identity.authenticate(token_of(headers_of(scope)))


def address_of(scope: Scope, headers: dict[bytes, bytes], proxies: Sequence[Network]) -> str:
    """Where the request comes from: the peer, or behind trusted proxies the last address that is none of theirs. Of an
    IPv6 address the network of its site (/64), since all of that is in one hand."""
    peer = (scope.get("client") or ("unknown", 0))[0]
    said = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    hops = [hop.strip() for hop in said.split(",")][-20:] if proxies and said else []
    while hops and _is_in(peer, proxies):
        peer = hops.pop()
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
