"""Checks keys, and makes the first ones. It knows the key store and nothing of HTTP."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import TypeVar

from shoal.errors import AuthenticationError
from shoal.identity.keys import Key, Minted, Role, digest, key_id, mint
from shoal.stores.keys import Keys, StoredKey

T = TypeVar("T")
FRESH_S = 1.0
MOST_CACHED = 10_000
NO_DIGEST = bytes(32)


class Identity:
    """Turns a written key into a `Key`. A key read from the store is trusted for FRESH_S seconds, so that a key that
    another process disables stops working within that time."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._cache: dict[bytes, tuple[float, Key]] = {}

    def authenticate(self, token: str | None) -> Key:
        """The key behind `token`. Raises AuthenticationError where there is none, or it is wrong or disabled."""
        if not token:
            raise AuthenticationError(
                "this request has no API key: send the header 'Authorization: Bearer sk-shoal-...' (a key is made with "
                "'shoal keys create')"
            )
        given = digest(token)
        cached = self._cache.get(given)
        if cached is not None and cached[0] > self._clock():
            return cached[1]
        self._cache.pop(given, None)
        stored = self._look_up(token, given)
        key = Key(stored.id, stored.tenant, Role(stored.role), stored.models, stored.collections)
        if len(self._cache) >= MOST_CACHED:
            self._cache.clear()
        self._cache[given] = (self._clock() + FRESH_S, key)
        return key

    def first_keys(self, keep: Callable[[str], T]) -> tuple[Minted, T]:
        """Makes the first admin key and the first member key; returns the latter and what `keep` says of the former.
        `keep` goes first, so that a key that cannot be kept is not stored either."""
        admin, member = mint("first admin", Role.ADMIN), mint("first member", Role.MEMBER)
        kept = keep(admin.token)
        self._keys.add(admin.stored, member.stored)
        return member, kept

    def _look_up(self, token: str, given: bytes) -> StoredKey:
        wanted = key_id(token)
        stored = self._keys.find(wanted) if wanted else None
        # The comparison is made for an unknown id too, so that the time tells nothing about which ids exist.
        good = hmac.compare_digest(given, stored.digest if stored else NO_DIGEST)
        if stored is None or not good:
            raise AuthenticationError(
                "this API key is not valid: check it for typos, or ask an admin for a new one ('shoal keys create')"
            )
        if stored.disabled is not None:
            raise AuthenticationError("this API key was disabled: ask an admin for a new one ('shoal keys create')")
        return stored
