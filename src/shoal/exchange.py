"""HOW A REQUEST TRAVELS: the outer ring, once per exchange, top to bottom.

    authenticate → admit → ground → mask → route and call → unmask → answer
                                                        finally: settle

The gateway, the command line and flows all come this way. It knows no web framework; what a step needs, `assembly.py`
puts into the `House`. Steps of DESIGN §3 whose package does not exist yet (defend, reserve, monitor, audit) are absent,
not stubbed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from os import urandom

from shoal.call import Call, Decision, ModelCard, Placement, Trail, closing
from shoal.chat import Chat, Citation, Json, Piece
from shoal.errors import ShoalError
from shoal.grounding.search import Retriever
from shoal.identity import Identity, Key
from shoal.models.registry import Registry
from shoal.stores.ledger import Record
from shoal.trust.masking.session import Session
from shoal.trust.masking.step import MaskingStep

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class House:
    """What the steps need. `fallback` gives the collections to read where the request names none; `observers` are told
    of every ended exchange."""

    identity: Identity
    models: Registry
    retriever: Retriever
    passages: int
    fallback: Callable[[Chat], tuple[str, ...]]
    placement: Placement
    masking: MaskingStep
    observers: tuple[Callable[[Record], None], ...]


class Exchange:
    """One request under way: `travel` is the way; the rest is what can be said of it meanwhile and afterwards."""

    __slots__ = (
        *("_begun", "_looking", "_session", "chat", "citations", "confidence", "fallback", "house", "id", "key"),
        *("record", "trail"),
    )

    def __init__(self, house: House, key: Key, chat: Chat) -> None:
        # Begins with the time in ms: rows that come in the order of their key are cheaper to store.
        self.id = f"ex_{time.time_ns() // 1_000_000:012x}{urandom(8).hex()}"
        self.house = house
        self.key = key
        self.chat = chat
        self.trail = Trail()
        self.citations: tuple[Citation, ...] = ()
        self.confidence: float | None = None
        self.fallback: tuple[str, ...] = ()
        self._begun = time.perf_counter()
        self._session: Session | None = None
        self._looking: asyncio.Task[Chat] | None = None
        self.record = Record(
            id=self.id,
            tenant=key.tenant,
            key_id=key.id,
            started=time.time(),
            asked=chat.model[:LONGEST_NAME],
            streamed=chat.stream,
            tags=dict(chat.shoal.tags) or None,
        )

    async def travel(self) -> AsyncIterator[Piece]:
        """The reply, piece by piece. Every way out, a hang-up included, settles. Raises ShoalErrors."""
        try:
            self._admit(self.chat)
            chat = await self._mask(await self._ground(self.chat))
            call = self._call(chat)
            async with closing(call.open(chat.model).reply(chat, call)) as pieces:
                async for piece in pieces:
                    yield self._answer(self._unmask(piece))
            if (rest := self._rest()) is not None:
                yield rest
            self.record.outcome = "ok"
        except ShoalError as error:
            self.record.outcome = error.code or type(error).__name__
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self.record.outcome = "cancelled"
            raise
        finally:
            self._settle()

    def _admit(self, chat: Chat) -> None:
        """May this key use this model and read these collections?"""
        self.key.admit_model(chat.model)
        for collection in chat.shoal.collections or ():
            self.key.admit_collection(collection)

    async def _ground(self, chat: Chat) -> Chat:
        """Attaches passages of the collections that the request names, else of the fallback if the key may read it."""
        collections = chat.shoal.collections
        if collections is None:
            collections = self.fallback = tuple(filter(self.key.may_read, self.house.fallback(chat)))
        if not collections or not chat.ask:
            return chat
        search = self.house.retriever.search
        found = await asyncio.to_thread(search, chat.ask, collections, self.key.tenant, self.house.passages)
        return replace(chat, passages=tuple(found))

    async def _mask(self, chat: Chat) -> Chat:
        """Replaces personal data. Where that is only observed, the chat goes its way and is looked at beside it."""
        session = self.house.masking.open(self.key.tenant, self.key.id, self.id, chat)
        if session is None:
            return chat
        self._session = session
        if session.enforces:
            return await session.mask(chat)
        self._looking = asyncio.create_task(session.mask(chat))
        return chat

    def _unmask(self, piece: Piece) -> Piece:
        session = self._session
        return session.restore(piece) if session is not None and session.enforces else piece

    def _rest(self) -> Piece | None:
        """What unmasking held back until the end."""
        return self._session.end() if self._session is not None else None

    async def _screen(self, chat: Chat, card: ModelCard) -> Chat:
        """The inner ring's look at what a leaf model is about to see."""
        return await self._session.screen(chat, card) if self._session is not None else chat

    def _call(self, chat: Chat) -> Call:
        allowed_s = chat.shoal.deadline_s
        return Call(
            exchange_id=self.id,
            tenant=self.key.tenant,
            opener=self.house.models,
            trail=self.trail,
            deadline=float("inf") if allowed_s is None else asyncio.get_running_loop().time() + allowed_s,
            placement=self.house.placement,
            screen=self._screen,
        )

    def _answer(self, piece: Piece) -> Piece:
        if self.record.first_piece_s is None:
            self.record.first_piece_s = time.perf_counter() - self._begun
        if piece.citations:
            self.citations = piece.citations
        if piece.confidence is not None:
            self.confidence = piece.confidence
        return piece

    def _settle(self) -> None:
        """Closes the record and tells the observers."""
        record, decision = self.record, self.decision
        if record.outcome == "open":
            record.outcome = "internal_error"
        record.latency_s = time.perf_counter() - self._begun
        record.attempts = self.trail.attempts
        record.model, record.reason, record.confidence = decision.model, decision.reason, self.confidence
        if self._looking is not None and not self._looking.done():
            self._looking.add_done_callback(lambda _: self._tell())
        else:
            self._tell()

    def _tell(self) -> None:
        if self._session is not None:
            self.record.trust = self._session.account()
        for observe in self.house.observers:
            observe(self.record)

    @property
    def decision(self) -> Decision:
        """Which model answers and why; a model that the caller named decides for itself."""
        return self.trail.decision or Decision(self.record.asked, "named by the caller")

    def summary(self) -> Json:
        """The reply's top-level `shoal` (DESIGN §7)."""
        decision = self.decision
        route: Json = {"asked": self.record.asked, "reason": decision.reason}
        if self.fallback:
            route["fallback"] = list(self.fallback)
        if self.confidence is not None:
            route["confidence"] = round(self.confidence, 4)
        summary: Json = {"exchange_id": self.id, "model": decision.model, "route": route}
        if self._session is not None:
            summary["trust"] = self._session.account()
        if self.citations:
            summary["citations"] = [citation.to_wire() for citation in self.citations]
        return summary
