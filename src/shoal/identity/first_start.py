"""The first start: makes the first keys where there are none, and keeps the command line's own. It knows no gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shoal.config import user_dir
from shoal.identity import credential
from shoal.identity.identity import Identity
from shoal.stores.database import Database
from shoal.stores.keys import SqlKeys


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the first start made: the member key, shown once, and where the command line's own key lies."""

    member_token: str = field(repr=False)
    credential: Path


def first_start(database: Database, identity: Identity) -> FirstStart | None:
    """Makes the first keys, None where there are keys. They are made when somebody can tell them at once: a start that
    fails before that must not leave keys that nobody knows. Raises ConfigError, StorageError."""
    if SqlKeys(database).any():
        return None
    folder = user_dir("config")
    member, where = identity.first_keys(lambda token: credential.save(folder, database.folder, token))
    return FirstStart(member.token, where)
