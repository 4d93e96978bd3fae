"""Masking of one exchange: the chat on its way in, new text on its way to a model, the reply on its way out.

It knows neither who asks nor how a request came. What it leaves is counts, never text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shoal.call import ModelCard
from shoal.chat import Chat, Citation, Json, Message, Passage, Piece
from shoal.errors import MaskingFailed
from shoal.trust.masking.attachments import attachments, refuse
from shoal.trust.masking.blocks import blocks_of
from shoal.trust.masking.detect import Detector, settle
from shoal.trust.masking.entity import LEARNED, Entity
from shoal.trust.masking.fields import FieldRules
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.recurring import Recurring
from shoal.trust.masking.reply import ReplyUnmasker
from shoal.trust.masking.sealed import Seals
from shoal.trust.masking.strings import Take, Text, Visit
from shoal.trust.masking.vault import Vault
from shoal.trust.work import in_thread

INLINE_CHARS = 1500
MEAN_DIGITS = 8
FIELDS = "fields"


@dataclass(slots=True)
class Tally:
    """Entities by type: how many, and how many of them are probably none (the sum of 1 - score)."""

    counts: Counter[str] = field(default_factory=Counter)
    doubt: Counter[str] = field(default_factory=Counter)

    def add(self, entity: Entity) -> None:
        self.counts[entity.type] += 1
        self.doubt[entity.type] += 1 - entity.score  # type: ignore[assignment]

    def wire(self) -> Json:
        return {kind: [count, round(self.doubt[kind], 2)] for kind, count in sorted(self.counts.items())}


class Session:
    """What one exchange masks and restores. Where nothing is enforced, texts pass unchanged and are only looked at."""

    def __init__(
        self, detector: Detector, policy: Policy, fields: FieldRules, vault: Vault, seals: Seals | None = None
    ) -> None:
        self._detector = detector
        self._policy = policy
        self._fields = fields
        self.vault = vault
        self._seals = seals
        self._reply = ReplyUnmasker(vault, policy, seals)
        self.masked, self.observed = Tally(), Tally()
        self._recurring = Recurring()
        self._attachments: Counter[str] = Counter()
        self._known: dict[int, Message | Passage] = {}
        self._originals: dict[str, Passage] = {}
        self._options: Json = {}

    @property
    def enforces(self) -> bool:
        """Whether anything is masked at all."""
        return self._policy.strongest == "enforce"

    async def mask(self, chat: Chat) -> Chat:
        """The chat with its personal data replaced, a long one in a thread. Raises MaskingFailed: then nothing may be
        sent."""
        self._attachments = attachments(chat)
        if is_long((chat.messages, chat.passages, chat.options)):
            return await in_thread(self._mask, chat)
        return self._mask(chat)

    def _mask(self, chat: Chat) -> Chat:
        texts = self._texts(chat)
        found = self._find(texts)
        if not self.enforces:
            self._count(texts, found)
            return chat
        masked = self._visit(self._replacing(texts, found)).chat(chat)
        self._learn(chat, masked)
        self._options = masked.options
        return masked

    async def screen(self, chat: Chat, card: ModelCard) -> Chat:
        """The inner ring: masks what is new since `mask` (messages and passages that a flow made) and refuses what may
        not go to this model. Raises MaskingFailed, AttachmentRefused."""
        if self._policy.refuses_attachments:
            refuse(attachments(chat), card)
        if not self.enforces:
            return chat
        new = [each for each in (*chat.messages, *chat.passages) if id(each) not in self._known]
        if not new and chat.options is self._options:
            return chat
        if is_long((new, chat.options)):
            return await in_thread(self._mask_new, chat)
        return self._mask_new(chat)

    def _mask_new(self, chat: Chat) -> Chat:
        messages = tuple(each for each in chat.messages if id(each) not in self._known)
        passages = tuple(each for each in chat.passages if id(each) not in self._known)
        options = {} if chat.options is self._options else chat.options
        fresh = Chat(chat.model, messages, options, passages=passages)
        texts = self._texts(fresh)
        masked = self._visit(self._replacing(texts, self._find(texts), own=True)).chat(fresh)
        self._learn(fresh, masked)
        new_messages, new_passages = iter(masked.messages), iter(masked.passages)
        return replace(
            chat,
            messages=tuple(each if id(each) in self._known else next(new_messages) for each in chat.messages),
            passages=tuple(each if id(each) in self._known else next(new_passages) for each in chat.passages),
            options=chat.options if chat.options is self._options else masked.options,
        )

    def accept(self, chat: Chat) -> None:
        """Takes the messages and passages of a chat as masked: another step made them out of masked ones."""
        self._known.update({id(each): each for each in chat.messages})
        self._known.update({id(each): each for each in chat.passages})

    def restore(self, piece: Piece) -> Piece:
        """The piece with what was masked put back; holds back only what may be the beginning of a placeholder."""
        if piece.citations:
            piece.citations = tuple(map(self._restored, piece.citations))
        return self._reply.restore(piece)

    def end(self) -> Piece | None:
        """What was held back at the end of a reply without a finish reason; None where that is nothing."""
        return self._reply.end()

    def account(self) -> Json:
        """What was done, in counts: types as [entities, of which probably none]."""
        wire: Json = {"mode": self._policy.strongest}
        if self.masked.counts:
            wire["masked"] = self.masked.wire()
        if self.observed.counts:
            wire["observed"] = self.observed.wire()
        if self._attachments:
            wire["attachments"] = dict(self._attachments)
        if self.vault.unknown:
            wire["unknown_placeholders"] = self.vault.unknown
        if self.vault.withheld:
            wire["withheld_placeholders"] = self.vault.withheld
        return wire

    def _visit(self, take: Take) -> Visit:
        return Visit(take, self._fields.type_of, self._seals.opened if self._seals is not None else _nothing)

    def _texts(self, chat: Chat) -> list[Text]:
        """Every string of the chat, in the order of a visit."""
        texts: list[Text] = []

        def keep(text: Text) -> str:
            texts.append(text)
            return text.value

        self._visit(keep).chat(chat)
        return texts

    def _find(self, texts: Sequence[Text]) -> list[list[Entity]]:
        """The candidates in each text. Raises MaskingFailed."""
        blocks = list(blocks_of(texts))
        try:
            candidates = self._detector.candidates([block.text for block in blocks])
        except Exception as error:  # noqa: BLE001 - a plug-in's recognizer may raise anything; nothing goes unmasked
            if not self.enforces:
                return [[] for _ in texts]
            raise MaskingFailed(
                f"a recognizer of personal data failed ({type(error).__name__}), so nothing was sent: see shoal doctor"
            ) from None
        found: list[list[Entity]] = []
        for block, entities in zip(blocks, candidates, strict=True):
            found += block.divided(entities)
        found = [self._known_field(text) or each for text, each in zip(texts, found, strict=True)]
        self._recurring.spread([text.value for text in texts], found)
        return found

    def _known_field(self, text: Text) -> list[Entity]:
        """All of the text, where its field alone says what it is."""
        kind = text.kind or (self._fields.type_of(text.path) if self._fields and text.path else None)
        return [Entity(kind, 0, len(text.value), 1.0, FIELDS)] if kind and text.value else []

    def _by_mode(self, text: Text, candidates: Sequence[Entity]) -> tuple[list[Entity], list[Entity]]:
        """(enforced, observed): each settled by itself, so that what is only observed takes nothing from the other."""
        if not candidates:
            return [], []
        sorted_out: dict[str, list[Entity]] = {"off": [], "observe": [], "enforce": []}
        for each in candidates:
            sorted_out[self._policy.mode(text.label, each.type)].append(each)
        enforced = settle(text.value, sorted_out["enforce"])
        ends = [each.end for each in enforced]
        free = [each for each in sorted_out["observe"] if _is_free(each, enforced, ends)]
        return enforced, settle(text.value, free)

    def _replacing(self, texts: Sequence[Text], found: Sequence[Sequence[Entity]], own: bool = False) -> Take:
        """What replaces the same texts when they are visited again; `own`: they may hold placeholders of ours."""
        decided = [self._by_mode(text, candidates) for text, candidates in zip(texts, found, strict=True)]
        for text, (enforced, _) in zip(texts, decided, strict=True):
            if enforced:
                self.vault.learn(text.value, enforced)
        pairs = iter(decided)
        return lambda text: self._masked(text, *next(pairs), own)

    def _masked(self, text: Text, enforced: list[Entity], observed: list[Entity], own: bool) -> str:
        if text.number and not (len(enforced) == 1 and is_whole_number(text, enforced[0])):
            enforced = []
        for each in enforced:
            self.masked.add(each)
        for each in observed:
            self.observed.add(each)
        if text.bare:
            return self.vault.bare(text.value, enforced[0].type) if enforced else text.value
        return self.vault.mask(text.value, enforced, own=own)

    def _learn(self, before: Chat, after: Chat) -> None:
        self.accept(after)
        self._originals.update({passage.id: passage for passage in before.passages})

    def _restored(self, citation: Citation) -> Citation:
        passage = self._originals.get(citation.passage.id, citation.passage)
        return replace(citation, passage=passage, quote=self.vault.unmask(citation.quote))

    def _count(self, texts: Sequence[Text], found: Sequence[Sequence[Entity]]) -> None:
        for text, candidates in zip(texts, found, strict=True):
            for each in self._by_mode(text, candidates)[1]:
                self.observed.add(each)


def is_long(value: Any) -> bool:
    """Whether all strings and numbers in it have more than INLINE_CHARS characters together: too many for the event
    loop. Whatever else it holds counts as one."""
    size, left = 0, [value]
    while left and size <= INLINE_CHARS:
        each = left.pop()
        size += 1
        if isinstance(each, int | float):
            size += MEAN_DIGITS
        elif isinstance(each, str):
            size += len(each)
        elif isinstance(each, dict):
            left.extend(each)
            left.extend(each.values())
        elif isinstance(each, list | tuple):
            left.extend(each)
        elif isinstance(each, Message):
            left.append(each.wire)
        elif isinstance(each, Passage):
            left += (each.title, each.text)
    return size > INLINE_CHARS


def _nothing(_: object) -> None:
    return None


def _is_free(entity: Entity, settled: Sequence[Entity], ends: Sequence[int]) -> bool:
    """Whether the entity overlaps none of the settled ones, which lie in order with these ends."""
    at = bisect_right(ends, entity.start)
    return at == len(settled) or settled[at].start >= entity.end


def is_whole_number(text: Text, entity: Entity) -> bool:
    """Whether all of a number is one entity by its form: where it is masked, a string takes its place in the record, so
    no guess by the words around it will do."""
    return (entity.start, entity.end) == (0, len(text.value)) and not entity.recognizer.startswith(LEARNED)
