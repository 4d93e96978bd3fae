"""A key: its written form, its digest, and what it may do. It does not know where keys are stored."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from shoal.errors import PermissionDenied
from shoal.stores.keys import StoredKey

PREFIX = "sk-shoal-"
ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
SECRET_BYTES = 32
DEFAULT_TENANT = "default"
SCOPES = ("models", "collections", "endpoints", "areas")


class Role(StrEnum):
    """What a key's owner may do in their organisation: a member uses models; a team lead also looks after the keys and
    users of their team; an auditor reads reports and the audit log, and no keys; an admin does everything."""

    ADMIN = "admin"
    LEAD = "lead"
    MEMBER = "member"
    AUDITOR = "auditor"
    # Of a user alone: the identity provider grants them no role any more.
    NONE = "none"


# Which other roles may do nothing that this one may not.
WITHIN = {Role.ADMIN: frozenset((Role.LEAD, Role.MEMBER, Role.AUDITOR)), Role.LEAD: frozenset((Role.MEMBER,))}


def lesser(one: Role, other: Role) -> Role | None:
    """Of two roles the one that may do nothing that the other may not; None where each has rights of its own, as a
    member and an auditor have."""
    for less, more in ((one, other), (other, one)):
        if less is more or less in WITHIN.get(more, ()):
            return less
    return None


@dataclass(frozen=True, slots=True)
class Key:
    """A good key, as the rest of the house knows it: no secret and no digest. `endpoints` limits the paths below /v1/
    and `areas` the parts of the admin API (None: no limit); `tags` are set on every exchange."""

    id: str
    tenant: str
    role: Role
    models: tuple[str, ...] | None = None
    collections: tuple[str, ...] | None = None
    team: str | None = None
    user: str | None = None
    endpoints: tuple[str, ...] | None = None
    areas: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def may_use(self, name: str) -> bool:
        """Whether the key is not limited to other models."""
        return self.models is None or any(fnmatchcase(name, pattern) for pattern in self.models)

    def admit_model(self, name: str) -> None:
        """Raises PermissionDenied where the key is limited to other models."""
        if not self.may_use(name):
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

    def admit_endpoint(self, path: str) -> None:
        """Raises PermissionDenied where the key is limited to other endpoints: patterns of paths such as
        "/v1/chat/*"."""
        if self.endpoints is not None and not any(fnmatchcase(path, pattern) for pattern in self.endpoints):
            raise PermissionDenied("this key may not use this endpoint: ask an admin for one that may")

    def admit_area(self, area: str) -> None:
        """Raises PermissionDenied where the key is limited to other parts of the admin API."""
        if self.areas is not None and area not in self.areas:
            raise PermissionDenied(f"this key may not administer {area}: ask an admin for one that may")


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
    team: str | None = None,
    user: str | None = None,
    scopes: Mapping[str, tuple[str, ...] | None] | None = None,
    models: tuple[str, ...] | None = None,
    collections: tuple[str, ...] | None = None,
    tags: Mapping[str, str] | None = None,
    expires: float | None = None,
    author: str | None = None,
) -> Minted:
    """A new key `sk-shoal-<id>-<secret>` with a 256-bit secret; `scopes` by their names in SCOPES."""
    key_id = "".join(secrets.choice(ID_ALPHABET) for _ in range(12))
    token = write(key_id)
    limits = {"models": models, "collections": collections, **(scopes or {})}
    stored = StoredKey(
        id=key_id,
        tenant=tenant,
        name=name,
        role=role.value,
        digest=digest(token),
        created=time.time(),
        team=team,
        user=user,
        tags=tuple((tags or {}).items()),
        expires=expires,
        author=author,
        models=limits["models"],
        collections=limits["collections"],
        endpoints=limits.get("endpoints"),
        areas=limits.get("areas"),
    )
    return Minted(token, stored)


def write(key_id: str) -> str:
    """A written key of that id with a new secret."""
    return f"{PREFIX}{key_id}-{secrets.token_urlsafe(SECRET_BYTES)}"


def digest(token: str) -> bytes:
    """SHA-256; a slow hash adds nothing to a secret of 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def key_id(token: str) -> str | None:
    """The id inside a written key; None where it has not the form of one."""
    if not token.startswith(PREFIX):
        return None
    found, dash, secret = token.removeprefix(PREFIX).partition("-")
    return found if dash and found and secret else None
