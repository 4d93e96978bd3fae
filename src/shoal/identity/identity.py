"""Checks keys, and makes the first ones. It knows the key store and nothing of HTTP."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shoal.errors import AuthenticationError, StorageUnreachable
from shoal.identity.keys import Key, Minted, Role, digest, key_id, lesser, mint
from shoal.stores.keys import Keys, StoredKey

T = TypeVar("T")
FRESH_S = 1.0
WATCH_S = 0.5
STALE_S = 60.0
MOST_CACHED = 50_000
NO_DIGEST = bytes(32)
NO_END = float("inf")


class Identity:
    """Turns a written key into a `Key`. Good keys are remembered until the count of changes in the store grows: it is
    read by a thread every WATCH_S seconds once `watch` was called, else at a request at most every FRESH_S seconds. So
    a key that another process disables stops working within a second. While the store cannot be read, remembered keys
    work for STALE_S seconds more."""

    def __init__(
        self,
        keys: Keys,
        clock: Callable[[], float] = time.monotonic,
        *,
        now: Callable[[], float] = time.time,
        operator: str | None = None,
    ) -> None:
        """`operator` is a written admin key of the operator's own, checked by `operator_key`."""
        self._keys = keys
        self._clock = clock
        self._now = now
        self._operator = digest(operator) if operator is not None else None
        self._cache: dict[bytes, tuple[float, Key]] = {}
        # What was good when it was looked up last, whatever was changed since.
        self._good: dict[bytes, None] = {}
        self._version: int | None = None
        self._fresh_until = float("-inf")
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger("shoal.identity")

    def authenticate(self, token: str | None) -> Key:
        """The key behind `token`. Raises AuthenticationError where there is none, or it is wrong, disabled or expired;
        StorageUnreachable."""
        if not token:
            raise AuthenticationError(
                "this request has no API key: send the header 'Authorization: Bearer sk-shoal-...' (a key is made with "
                "'shoal keys create')"
            )
        if self._clock() >= self._fresh_until:
            self._refresh()
        # What was forgotten meanwhile is another dictionary: what is read now may be older than the change.
        given, cache = digest(token), self._cache
        cached = cache.get(given)
        if cached is not None and cached[0] > self._now():
            return cached[1]
        try:
            key, until = self._look_up(token, given)
        except AuthenticationError:
            self._good.pop(given, None)
            raise
        for known in (cache, self._good):
            if len(known) >= MOST_CACHED:
                known.pop(next(iter(known)), None)
        cache[given], self._good[given] = (until, key), None
        return key

    def was_good(self, token: str) -> bool:
        """Whether the key was good when it was looked up last: whoever sends it did not guess it."""
        return digest(token) in self._good

    def recall(self, token: str) -> Key | None:
        """The key, if it is remembered, so that `authenticate` needs no look into the store."""
        cached = self._cache.get(digest(token))
        fresh = cached is not None and cached[0] > self._now() and self._clock() < self._fresh_until
        return cached[1] if cached is not None and fresh else None

    def forget(self) -> None:
        """Forgets all remembered keys: what was changed in this process holds from now on."""
        self._cache = {}

    def watch(self) -> None:
        """Reads the count of changes in a thread from now on, so that no request does."""
        self._refresh()
        self._thread = threading.Thread(target=self._watch, name="shoal-identity", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread, if there is one."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def first_keys(self, keep: Callable[[str], T]) -> tuple[Minted, T]:
        """Makes the first admin key and the first member key; returns the latter and what `keep` says of the former.
        `keep` goes first, so that a key that cannot be kept is not stored either."""
        admin, member = mint("first admin", Role.ADMIN), mint("first member", Role.MEMBER)
        kept = keep(admin.token)
        self._keys.add(admin.stored, member.stored)
        return member, kept

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_S):
            try:
                self._refresh()
            except StorageUnreachable as error:
                self._log.warning("keys_unwatched", cause=error.message)

    def _refresh(self) -> None:
        """Forgets what may have changed. Raises StorageUnreachable."""
        began = self._clock()
        try:
            version = self._keys.version()
        except SQLAlchemyError as error:
            raise _unreachable(error) from None
        if version != self._version:
            self._version = version
            self.forget()
        self._fresh_until = began + (FRESH_S if self._thread is None else STALE_S)

    def _look_up(self, token: str, given: bytes) -> tuple[Key, float]:
        """The key and until when it is good, in Unix seconds."""
        if self._operator is not None and hmac.compare_digest(given, self._operator):
            return Key("operator", "default", Role.ADMIN), NO_END
        wanted = key_id(token)
        try:
            found = self._keys.owned(wanted) if wanted else None
        except SQLAlchemyError as error:
            raise _unreachable(error) from None
        until = self._good_until(found[0] if found else None, given)
        assert found is not None  # or it was refused
        return key_of(*found), until

    def _good_until(self, stored: StoredKey | None, given: bytes) -> float:
        """Until when `given` is a good digest of this key. Raises AuthenticationError where it is not now."""
        # Both comparisons are made for an unknown id too, so that the time tells nothing about which ids exist.
        good = hmac.compare_digest(given, stored.digest if stored else NO_DIGEST)
        before = hmac.compare_digest(given, stored.previous if stored and stored.previous else NO_DIGEST)
        if stored is None or not (good or before):
            raise AuthenticationError(
                "this API key is not valid: check it for typos, or ask an admin for a new one ('shoal keys create')"
            )
        if stored.disabled is not None:
            raise AuthenticationError("this API key was disabled: ask an admin for a new one ('shoal keys create')")
        ends = [NO_END if stored.expires is None else stored.expires]
        if not good:
            ends.append(stored.previous_until or 0.0)
        if min(ends) <= self._now():
            raise AuthenticationError(
                "this API key has expired or was replaced: ask an admin for a new one ('shoal keys rotate')"
            )
        return min(ends)


def key_of(stored: StoredKey, owner: str | None) -> Key:
    """The key as the rest of the house knows it; a user's may do no more than `owner`, the role that they have now.
    Raises AuthenticationError where that leaves nothing."""
    role: Role | None = Role(stored.role)
    if stored.user is not None:
        role = None if owner is None else lesser(Role(stored.role), Role(owner))
    if role is None:
        raise AuthenticationError(
            "the user of this API key was switched off, or has a role now that the key was not made for: ask an admin "
            "for a new one ('shoal keys create')"
        )
    return Key(
        id=stored.id,
        tenant=stored.tenant,
        role=role,
        models=stored.models,
        collections=stored.collections,
        team=stored.team,
        user=stored.user,
        endpoints=stored.endpoints,
        areas=stored.areas,
        tags=stored.tags,
    )


def _unreachable(error: Exception) -> StorageUnreachable:
    return StorageUnreachable(f"keys cannot be checked now ({type(error).__name__}): try again in a moment")
