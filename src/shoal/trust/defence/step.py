"""The defence step of the outer ring: a session for each exchange, by the tenant's own rules.

The classifiers are loaded when a text is first scored, and shared by all tenants.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from shoal.config.trust import TrustRules
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.rules import Rules
from shoal.trust.defence.session import Defence
from shoal.trust.defence.tools import ToolPolicy
from shoal.trust.keys import RootKey
from shoal.trust.masking.placeholders import Scope

MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class TenantDefence:
    """One tenant's defence, ready for use."""

    rules: Rules
    tools: ToolPolicy


class DefenceStep:
    """Opens sessions. The rules are read at start, so that what is wrong in them shows then."""

    def __init__(self, settings: TrustRules, root: RootKey, guards: Guards | None = None) -> None:
        """`guards` are other classifiers than the embedded ones. Raises ConfigError."""
        self._settings = settings
        self._root = root
        self._guards = guards or Guards()
        self._keys: dict[str, bytes] = {}
        self._tenants = {name: self._of(name) for name in settings.tenants}
        self._common = self._of("")

    def rules(self, tenant: str) -> Rules:
        """The rules of a tenant; those for all where it has none of its own."""
        return self._tenants.get(tenant, self._common).rules

    def open(self, tenant: str, key_id: str, exchange_id: str, conversation: str | None = None) -> Defence | None:
        """The defence of an exchange; None where every rule is off. `conversation` is the caller's name for it; one
        without a name is known by how it begins."""
        own = self._tenants.get(tenant, self._common)
        if own.rules.strongest == "off":
            return None
        return Defence(own.rules, self._guards, own.tools, self._scopes(tenant, key_id, conversation))

    def _scopes(self, tenant: str, key_id: str, conversation: str | None) -> Callable[[str], Scope]:
        def scope(opening: str) -> Scope:
            kind, said = ("named", conversation) if conversation else ("opening", opening)
            told = "\0".join((kind, f"{len(key_id)}/{key_id}", said)).encode("utf-8", "surrogatepass")
            return Scope(hmac.digest(self._key(tenant), told, "sha256"))

        return scope

    def _key(self, tenant: str) -> bytes:
        """The key that a tenant's conversations are derived from."""
        key = self._keys.get(tenant)
        if key is None:
            if len(self._keys) >= MOST_KEPT:
                self._keys.clear()
            key = self._keys[tenant] = self._root.derive(tenant, "defence")
        return key

    def _of(self, tenant: str) -> TenantDefence:
        defence = self._settings.defence_of(tenant)
        return TenantDefence(Rules(defence, self._settings.mode), ToolPolicy(defence.tools))
