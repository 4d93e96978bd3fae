"""Persons: whom a caller names in a request (the OpenAI field `user`), as a keyed hash and never by name.

The key is the tenant's, from the root key, and a random salt of the tenant's goes in: once that is destroyed, nobody
can tie a hash to a person any more.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shoal.stores.salts import SqlSalts
from shoal.trust.keys import RootKey

FRESH_S = 1.0
SALT_BYTES = 32
HASH_BYTES = 16
FIELDS = ("safety_identifier", "user")
PURPOSE = "person"
TENANTS_AT_HAND = 1024


def user_of(options: Mapping[str, Any]) -> str | None:
    """Whom the fields of an OpenAI request name; None where they name nobody."""
    for name in FIELDS:
        named = options.get(name)
        if isinstance(named, str) and named:
            return named
    return None


class Persons:
    """Hashes names of persons. A salt is trusted for FRESH_S seconds, so that one that another process destroys is
    forgotten within that time."""

    def __init__(self, salts: SqlSalts, root: RootKey, clock: Callable[[], float] = time.monotonic) -> None:
        self._salts = salts
        self._key_of = lru_cache(TENANTS_AT_HAND)(lambda tenant: root.derive(tenant, PURPOSE))
        self._clock = clock
        self._fresh: dict[str, tuple[float, bytes | None]] = {}
        self._log = structlog.get_logger("shoal.person")

    def person_of(self, tenant: str, user: str | None) -> str | None:
        """The hash of that person, 32 hex digits; None where nobody is named, or no salt can be had."""
        if not user:
            return None
        salt = self._salt(tenant)
        return None if salt is None else hashed(self._key_of(tenant), salt, user)

    def known(self, user: str, tenant: str | None = None) -> list[tuple[str, str]]:
        """(tenant, hash) of that person for one tenant, or for every one that has named somebody."""
        tenants = self._salts.tenants() if tenant is None else [tenant]
        salts = [(each, self._salts.find(each)) for each in tenants]
        return [(each, hashed(self._key_of(each), salt, user)) for each, salt in salts if salt is not None]

    def _salt(self, tenant: str) -> bytes | None:
        """While the database fails, the salt of before, or none: a request does not fail for it."""
        until, salt = self._fresh.get(tenant, (0.0, None))
        if until > self._clock():
            return salt
        try:
            salt = self._salts.find(tenant) or self._salts.make(tenant, secrets.token_bytes(SALT_BYTES))
        except SQLAlchemyError as error:
            self._log.error("person_not_recorded", cause=type(error).__name__)
        self._fresh[tenant] = (self._clock() + FRESH_S, salt)
        return salt


def hashed(key: bytes, salt: bytes, user: str) -> str:
    """HMAC-SHA256, the first HASH_BYTES of it in hexadecimal."""
    return hmac.digest(key, salt + user.encode("utf-8", "surrogatepass"), sha256)[:HASH_BYTES].hex()
