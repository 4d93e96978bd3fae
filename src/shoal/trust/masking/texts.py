"""Masking of single texts for whoever asks for it (`shoal mask`, POST /v1/shoal/mask): text, entities, placeholders.

A text is masked as a user message of a chat would be, whatever `[trust] mode` says of chats. It keeps nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shoal.chat import Chat, Message
from shoal.config.trust import Masking
from shoal.errors import PermissionDenied
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.places import places
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.session import INLINE_CHARS, Session
from shoal.trust.masking.step import MaskingStep
from shoal.trust.masking.strings import Marked
from shoal.trust.masking.vault import Vault
from shoal.trust.work import in_thread


@dataclass(frozen=True, slots=True)
class Replacement:
    """`text[start:end]` of the text as it came (code points) was replaced by `placeholder`."""

    type: str
    start: int
    end: int
    score: float
    placeholder: str


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text after masking, and what was replaced in it, in order."""

    text: str = field(repr=False)
    replacements: tuple[Replacement, ...] = ()


class NotingVault(Vault):
    """A vault that notes what it put in the place of what, a list for each string."""

    def __init__(self, scope: Scope, settings: Masking) -> None:
        super().__init__(scope, frozenset(settings.surrogates), settings.hints, settings.url_hosts)
        self.noted: list[list[tuple[Entity, str]]] = []

    def mask(self, text: str, entities: Sequence[Entity], own: bool = False) -> str:
        """As every vault does."""
        masked = super().mask(text, entities, own)
        self.noted.append([(each, self._placeholder_of(text[each.start : each.end], each)) for each in entities])
        return masked

    def _placeholder_of(self, value: str, entity: Entity) -> str:
        """What a value got, which it gets again."""
        return super().mask(value, [Entity(entity.type, 0, len(value), entity.score, entity.recognizer)])


class TextMasker:
    """Masks the texts of one caller and one exchange; the same value gets the same placeholder in all of them."""

    def __init__(
        self, step: MaskingStep, tenant: str, key_id: str, exchange_id: str, conversation: str | None = None
    ) -> None:
        """Raises PermissionDenied where the rules of the tenant mask nothing: text must not come back as if it were
        masked."""
        rules = step.rules(tenant)
        policy = Policy(rules.policy.settings)
        if rules.policy.strongest == "off" or policy.strongest != "enforce":
            raise PermissionDenied(
                'masking is switched off for this tenant: have the operator set trust.masking.mode = "enforce", and '
                'trust.mode to "observe" or "enforce"'
            )
        self.vault = NotingVault(step.scope(tenant, key_id, exchange_id, conversation), policy.settings)
        self._marked = rules.fields.type_of
        self._session = Session(rules.detector, policy, rules.fields, self.vault)

    async def mask(self, texts: Sequence[str]) -> list[MaskedText]:
        """The texts with their personal data replaced. Raises MaskingFailed: then nothing comes back."""
        self.vault.noted = []
        chat = Chat("mask", tuple(Message.of("user", text) for text in texts))
        masked = await self._session.mask(chat)
        said = [message.text for message in masked.messages]
        if sum(map(len, texts)) <= INLINE_CHARS:
            return self._placed(texts, said)
        return await in_thread(self._placed, texts, said)

    def _placed(self, texts: Sequence[str], masked: Sequence[str]) -> list[MaskedText]:
        noted = iter(self.vault.noted)
        return [
            MaskedText(said, tuple(_replacements(text, noted, self._marked)))
            for text, said in zip(texts, masked, strict=True)
        ]


def _replacements(text: str, noted: Iterator[list[tuple[Entity, str]]], marked: Marked) -> Iterator[Replacement]:
    for place in places(text, marked):
        for each, placeholder in next(noted):
            yield Replacement(each.type, place[each.start], place[each.end], each.score, placeholder)


def counts(masked: Sequence[MaskedText]) -> Mapping[str, int]:
    """How many entities of each type were replaced."""
    return dict(sorted(Counter(each.type for text in masked for each in text.replacements).items()))
