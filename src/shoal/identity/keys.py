"""A key: its written form, its digest, and what it may do. It does not know where keys are stored."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from shoal.errors import PermissionDenied
from shoal.stores.keys import StoredKey

PREFIX = "sk-shoal-"
ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
SECRET_BYTES = 32
DEFAULT_TENANT = "default"


class Role(StrEnum):
    """What a key's owner may do: a member uses models, an admin also sees the tenant's exchanges and the metrics."""

    ADMIN = "admin"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Key:
    """A good key, as the rest of the house knows it: no secret and no digest."""

    id: str
    tenant: str
    role: Role
    models: tuple[str, ...] | None = None
    collections: tuple[str, ...] | None = None

    def admit_model(self, name: str) -> None:
        """Raises PermissionDenied where the key is limited to other models."""
        if self.models is not None and not any(fnmatchcase(name, pattern) for pattern in self.models):
            raise PermissionDenied(
                f"this key may not use model '{name[:100]}': ask an admin for one that may", param="model"
            )

    def may_read(self, collection: str) -> bool:
        """Whether the key is not limited to other collections."""
        return self.collections is None or collection in self.collections

    def admit_collection(self, name: str) -> None:
        """Raises PermissionDenied where the key is limited to other collections."""
        if not self.may_read(name):
            raise PermissionDenied(
                f"this key may not read collection '{name}': ask an admin for one that may", param="shoal.collections"
            )


@dataclass(frozen=True, slots=True)
class Minted:
    """A new key: `token` is its written form, shown once; `stored` what goes to the database."""

    token: str = field(repr=False)
    stored: StoredKey


def mint(
    name: str,
    role: Role,
    *,
    tenant: str = DEFAULT_TENANT,
    models: tuple[str, ...] | None = None,
    collections: tuple[str, ...] | None = None,
) -> Minted:
    """A new key `sk-shoal-<id>-<secret>` with a 256-bit secret."""
    key_id = "".join(secrets.choice(ID_ALPHABET) for _ in range(12))
    token = f"{PREFIX}{key_id}-{secrets.token_urlsafe(SECRET_BYTES)}"
    stored = StoredKey(key_id, tenant, name, role.value, digest(token), models, collections, time.time())
    return Minted(token, stored)


def digest(token: str) -> bytes:
    """SHA-256; a slow hash adds nothing to a secret of 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def key_id(token: str) -> str | None:
    """The id inside a written key; None where it has not the form of one."""
    if not token.startswith(PREFIX):
        return None
    found, dash, secret = token.removeprefix(PREFIX).partition("-")
    return found if dash and found and secret else None
