"""Puts identity together from the settings: who checks keys, who changes them, who tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shoal.config import Settings
from shoal.config.identity import IdentityRules
from shoal.identity.administration import Administration
from shoal.identity.events import Events
from shoal.identity.identity import Identity
from shoal.identity.operator_key import operator_key
from shoal.identity.webhooks import Courier
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.stores.keys import SqlKeys

if TYPE_CHECKING:
    from shoal.identity.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class People:
    """What belongs together; `sign_in` is None where there is no provider."""

    identity: Identity
    desk: Administration
    events: Events
    courier: Courier
    sign_in: SignIn | None

    def close(self) -> None:
        """Stores events that are left and ends the threads."""
        self.identity.close()
        self.events.close()


def open_people(
    settings: Settings,
    database: Database,
    seal: bytes,
    record: Callable[[str, str, Mapping[str, Any]], None],
    check: Callable[[], None],
) -> People:
    """`seal` is a key of 32 bytes, `record` writes a change into the audit and `check` raises where that cannot be.
    Raises ConfigError where a secret is missing or weak."""
    rules = settings.identity
    operator = None if rules.admin_key is None else operator_key(rules.admin_key)
    identity = Identity(SqlKeys(database), operator=operator)
    outbox = SqlOutbox(database.engine)
    events = Events(outbox, settings.events, record, check)
    courier = Courier(outbox, events, settings.events)
    desk = Administration(database.engine, identity, events, seal)
    return People(identity, desk, events, courier, _sign_in(rules, desk, seal))


def _sign_in(rules: IdentityRules, desk: Administration, seal: bytes) -> SignIn | None:
    """Loaded only where people sign in."""
    if rules.oidc is None:
        return None
    from shoal.identity.oidc import Provider
    from shoal.identity.sign_in import SignIn

    return SignIn(rules.oidc, Provider(rules.oidc), desk, seal)
