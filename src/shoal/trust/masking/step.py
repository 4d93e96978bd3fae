"""The masking step of the outer ring: a session for each exchange, by the tenant's own policy.

It reads the operator's lists at start and nothing afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from shoal.chat import Chat
from shoal.config.trust import Masking, TrustRules
from shoal.errors import ConfigError
from shoal.trust.keys import RootKey
from shoal.trust.masking.detect import Detector, builtin_recognizers
from shoal.trust.masking.entity import Recognizer
from shoal.trust.masking.fields import FieldRules
from shoal.trust.masking.kinds import check_countries, check_types
from shoal.trust.masking.lists import Terms, read_terms
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.sealed import Seals
from shoal.trust.masking.session import Session
from shoal.trust.masking.vault import Vault


@dataclass(frozen=True, slots=True)
class Rules:
    """One tenant's masking, ready for use."""

    policy: Policy
    detector: Detector
    fields: FieldRules


class MaskingStep:
    """Opens sessions. Policies are read and recognizers loaded at start, so that what is wrong shows then."""

    def __init__(self, settings: TrustRules, root: RootKey, more: Iterable[Recognizer] = ()) -> None:
        """`more` are recognizers of plug-ins. Raises ConfigError, WeightsError."""
        self._settings = settings
        self._root = root
        self._more = tuple(more)
        self._recognizers: dict[tuple[str, tuple[str, ...]], tuple[Recognizer, ...]] = {}
        self._common = self._rules(settings.masking)
        self._tenants = {name: self._rules(settings.masking_of(name)) for name in settings.tenants}

    def rules(self, tenant: str) -> Rules:
        """The rules of a tenant; those for all where it has none of its own."""
        return self._tenants.get(tenant, self._common)

    def open(self, tenant: str, key_id: str, exchange_id: str, chat: Chat) -> Session | None:
        """The session of an exchange; None where masking is off."""
        rules = self.rules(tenant)
        if rules.policy.strongest == "off":
            return None
        settings = rules.policy.settings
        seals = Seals(partial(self._root.derive, tenant, f"masking/sealed/{key_id}"), exchange_id)
        # The placeholders in thoughts that come back signed are those of the exchange that they were thought in.
        scope_id = seals.scope_of(chat.messages) or exchange_id
        seals.scope = scope_id
        scope = self.scope(tenant, key_id, scope_id, chat.shoal.conversation)
        vault = Vault(scope, frozenset(settings.surrogates), settings.hints, settings.url_hosts)
        return Session(rules.detector, rules.policy, rules.fields, vault, seals)

    def scope(self, tenant: str, key_id: str, exchange_id: str, conversation: str | None = None) -> Scope:
        """What the placeholders of an exchange are derived from."""
        settings = self.rules(tenant).policy.settings
        return Scope(self._root.derive(tenant, _purpose(settings, key_id, exchange_id, conversation)))

    def _rules(self, settings: Masking) -> Rules:
        check_types(settings, (kind for each in self._more for kind in each.types))
        check_countries(settings)
        policy = Policy(settings, self._settings.mode)
        recognizers = () if policy.strongest == "off" else self._loaded(settings)
        return Rules(policy, Detector(recognizers, _terms(settings)), FieldRules(settings.fields))

    def _loaded(self, settings: Masking) -> Sequence[Recognizer]:
        """Recognizers are shared by all tenants that need the same."""
        key = (settings.tier, settings.countries)
        if key not in self._recognizers:
            builtin = builtin_recognizers(settings.tier, frozenset(settings.countries))
            self._recognizers[key] = (*builtin, *self._more)
        return self._recognizers[key]


def _purpose(settings: Masking, key_id: str, exchange_id: str, conversation: str | None) -> str:
    """What the scope's key is derived for: a conversation is the caller's, under their key, else the scope is the
    request."""
    if settings.scope == "tenant":
        return "masking/tenant"
    if settings.scope == "conversation" and conversation:
        return f"masking/conversation/{len(key_id)}/{key_id}/{conversation}"
    return f"masking/request/{exchange_id}"


def _terms(settings: Masking) -> Terms | None:
    deny = {kind: [*values] for kind, values in settings.deny.items()}
    for kind, path in settings.gazetteers.items():
        try:
            deny.setdefault(kind, []).extend(read_terms(path.expanduser()))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"trust.masking.gazetteers: {path} cannot be read ({type(error).__name__}): write one term a line, in "
                "UTF-8"
            ) from None
    return Terms(settings.allow, deny) or None
