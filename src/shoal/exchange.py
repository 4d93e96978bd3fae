"""HOW A REQUEST TRAVELS: the outer ring, once per exchange, top to bottom.

    authenticate → admit → reserve → ground → mask → defend → monitor → route and call
                                  → defend → monitor → unmask → answer      finally: settle → audit

The gateway, the command line and flows all come this way. It knows no web framework; what a step needs, `assembly.py`
puts into the `House`. What a request may take is reserved before any work is done for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import count
from os import urandom
from typing import Any, Literal, TypeVar

import orjson

from shoal.call import Call, Decision, Model, ModelCard, Patience, Placement, Purpose, Trail, closing
from shoal.chat import Chat, Citation, Json, Piece
from shoal.errors import DeadlineExceeded, ShoalError
from shoal.grounding.search import Retriever
from shoal.identity import Identity, Key
from shoal.limits.rules import Who
from shoal.limits.step import LimitsStep
from shoal.limits.ticket import Ticket
from shoal.metering.own import OwnWork
from shoal.metering.step import MeteringStep
from shoal.models.registry import Registry
from shoal.routing.shadow import Shadows, ShadowSession
from shoal.stores.ledger import Intake, Record
from shoal.stores.usage_sums import Span, Sums
from shoal.trust.audit.step import AuditStep
from shoal.trust.defence.session import Defence
from shoal.trust.defence.step import DefenceStep
from shoal.trust.masking.session import Session
from shoal.trust.masking.step import MaskingStep
from shoal.trust.monitoring.session import Monitoring
from shoal.trust.monitoring.step import MonitoringStep
from shoal.trust.retention.keeping import Keeping
from shoal.trust.work import in_thread, tell_seconds

UNKNOWN = "unknown"
LONG_REPLY = 50_000
SOON_S = 0.05
LONGEST_TAG = 256
T = TypeVar("T")
SCORES = frozenset({"score", "doubt", "top", "safety"})


class Names:
    """Makes the names of exchanges. They begin with the time in ms: rows that come in the order of their key are
    cheaper to store. The rest nobody can guess: a keyed hash, since to ask the system for chance every time lets other
    threads go first."""

    def __init__(self) -> None:
        self._key = urandom(32)
        self._made = count()

    def __call__(self) -> str:
        """The next one: `ex_`, 12 and 16 hexadecimal digits."""
        rest = blake2b(next(self._made).to_bytes(8, "big"), digest_size=8, key=self._key)
        return f"ex_{time.time_ns() // 1_000_000:012x}{rest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class House:
    """What the steps need. `fallback` gives the collections to read where the request names none; `observers` are told
    of every ended exchange; `metadata_tags` are fields of a request's metadata that become tags; `used` reads what
    somebody used from the ledger; `names` makes the ids of exchanges. Steps that are None are switched off for
    everybody."""

    identity: Identity
    models: Registry
    retriever: Retriever
    passages: int
    fallback: Callable[[Chat], tuple[str, ...]]
    placement: Placement
    masking: MaskingStep
    defence: DefenceStep | None
    monitoring: MonitoringStep | None
    audit: AuditStep | None
    metering: MeteringStep | None
    keeping: Keeping | None
    observers: tuple[Callable[[Record], None], ...]
    limits: LimitsStep | None = None
    ledger: Intake | None = None
    metadata_tags: tuple[str, ...] = ()
    used: Callable[[Literal["key", "user", "team"], str, Span], Sums] | None = None
    names: Names = field(default_factory=Names)
    shadows: Shadows | None = None


class Exchange:
    """One request under way: `travel` is the way; the rest is what can be said of it meanwhile and afterwards."""

    __slots__ = (
        *("_audit", "_begun", "_deadline", "_defence", "_beside", "_monitoring", "_session", "_kept"),
        *("_guarded", "_late", "_named", "_own", "_purpose", "_shadow", "_ticket", "_told"),
        *("chat", "citations", "confidence", "fallback", "house", "id", "key", "record", "trail"),
    )

    def __init__(self, house: House, key: Key, chat: Chat, purpose: Purpose = Purpose.ANSWER) -> None:
        """`purpose` is what the ledger says of the calls: a judge's are no answers."""
        self.id = house.names()
        self.house = house
        self.key = key
        self.chat = chat
        self._purpose = purpose
        self.trail = Trail()
        self.citations: tuple[Citation, ...] = ()
        self.confidence: float | None = None
        self.fallback: tuple[str, ...] = ()
        self._begun = time.perf_counter()
        self._deadline = float("inf")
        self._audit = house.audit.open(key.tenant, chat) if house.audit is not None else None
        self._session: Session | None = None
        self._kept = house.keeping.open(key.tenant) if house.keeping is not None else None
        # Whether any step looks at what is said.
        self._guarded = self._audit is not None or self._kept is not None
        self._defence: Defence | None = None
        self._shadow: ShadowSession | None = None
        self._monitoring: Monitoring | None = None
        # What is only observed, under way beside the request.
        self._beside: list[asyncio.Task[Any]] = []
        self._late: asyncio.Future[Any] | None = None
        self._told = False
        self._ticket: Ticket | None = None
        self._own = OwnWork() if house.metering is not None else None
        self.record = Record(
            id=self.id,
            tenant=key.tenant,
            key_id=key.id,
            team=key.team,
            user=key.user,
            started=time.time(),
            # The name of a model that nobody knows may be anything, also what was meant as a prompt.
            asked=chat.model if chat.model in house.models else UNKNOWN,
            streamed=chat.stream,
            tags=tags_of(house, key, chat) or None,
            person=house.keeping.person_of(key.tenant, chat.options) if house.keeping is not None else None,
        )
        self._named = Decision(self.record.asked, "named by the caller")

    async def travel(self) -> AsyncIterator[Piece]:
        """The reply, piece by piece. Every way out, a hang-up included, settles. Raises ShoalErrors."""
        try:
            self._admit(self.chat)
            if self.house.limits is not None:
                self.chat = await self._in_time(self._reserve(self.chat, self.house.limits))
            if self.house.ledger is not None:
                self.house.ledger.open(self.record)
            call = self._call()
            chat = await self._in_time(self._prepare(call))
            async with closing(self._reply(chat, call)) as pieces:
                async for piece in pieces:
                    yield self._answer(piece)
            self.record.outcome = "content_filter" if self._stopped else "ok"
        except ShoalError as error:
            self.record.outcome = error.code or type(error).__name__
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self.record.outcome = "cancelled"
            raise
        finally:
            self._settle()

    def _admit(self, chat: Chat) -> None:
        """May this key use this model and read these collections, and can it be written down?"""
        if chat.shoal.deadline_s is not None:
            self._deadline = asyncio.get_running_loop().time() + chat.shoal.deadline_s
        if self.house.audit is not None:
            self.house.audit.check()
        self.key.admit_model(chat.model)
        for collection in chat.shoal.collections or ():
            self.key.admit_collection(collection)

    async def _reserve(self, chat: Chat, limits: LimitsStep) -> Chat:
        """The chat as the limits allow it: of a smaller model where a budget is nearly spent. Raises LimitErrors."""
        may_use = self.key.may_use if self._purpose is not Purpose.SHADOW else _no_other
        self._ticket = await limits.open(self.id, who_of(self.record), chat, may_use)
        if self._ticket is None:
            return chat
        if (note := self._ticket.note) is not None:
            reason = f"budget '{note['budget']}' is nearly spent: asked instead of {self.record.asked}"
            self.trail.decision = Decision(note["to"], reason)
        return self._ticket.chat

    async def _in_time(self, work: Awaitable[Chat]) -> Chat:
        """What is done before a model is called ends with the request's deadline too. Raises DeadlineExceeded."""
        if self._deadline == float("inf"):
            return await work
        try:
            async with asyncio.timeout_at(self._deadline):
                return await work
        except TimeoutError:
            raise DeadlineExceeded("the request's deadline passed before a model was asked: allow more time") from None

    async def _prepare(self, call: Call) -> Chat:
        """The chat as models may see it."""
        chat = await self._ground(self.chat)
        self._open(chat)
        if not self._guarded:
            return chat
        if self._own is not None:
            tell_seconds(self._own.spend)
        return await self._counted(self._guard(chat, call))

    def _open(self, chat: Chat) -> None:
        """Opens the sessions of the guards that have something to do."""
        house, key = self.house, self.key
        if self._purpose is Purpose.SHADOW:
            return  # they have looked at it already
        self._session = house.masking.open(key.tenant, key.id, self.id, chat)
        if house.defence is not None:
            self._defence = house.defence.open(key.tenant, key.id, self.id, chat.shoal.conversation)
        if house.monitoring is not None:
            self._monitoring = house.monitoring.open(key.tenant, grounded=bool(chat.passages))
        opened = (self._session, self._defence, self._monitoring)
        self._guarded = self._guarded or any(step is not None for step in opened)
        if house.shadows is not None and self._session is not None and self._session.enforces:
            self._shadow = house.shadows.open(key.tenant, self.id)

    async def _guard(self, chat: Chat, call: Call) -> Chat:
        """The chat after every guard's look."""
        masked = await self._mask(chat)
        if self._audit is not None:
            await self._audit.asked(masked)
        chat = await self._defend(masked)
        if self._audit is not None and chat is not masked:
            await self._audit.asked(chat)
        if self._monitoring is not None:
            await self._monitoring.prompt(chat, call)
        if self._kept is not None:
            await self._kept.asked(chat)
        if self._shadow is not None:
            self._shadow.asked(chat)
        return chat

    def _reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """The pieces as they may go out."""
        pieces = call.open(chat.model).reply(chat, call)
        return self._watched(pieces, call) if self._guarded else pieces

    async def _watched(self, reply: AsyncIterator[Piece], call: Call) -> AsyncIterator[Piece]:
        """The pieces after every guard's look, with what they held back; of a reply that breaks off as well."""
        try:
            async with closing(reply) as pieces:
                async for piece in pieces:
                    work = self._let_out(piece, call)
                    yield await (work if self._own is None else self._own.piece(work))
                    if self._stopped:
                        break
        except ShoalError:
            if self.record.first_piece_s is not None:
                for rest in await self._counted(self._rests(call)):
                    yield rest
            raise
        for rest in await self._counted(self._rests(call)):
            yield rest

    async def _ground(self, chat: Chat) -> Chat:
        """Attaches passages of the collections that the request names, else of the fallback if the key may read it."""
        collections = chat.shoal.collections
        if collections is None:
            collections = self.fallback = tuple(filter(self.key.may_read, self.house.fallback(chat)))
        if not collections or not chat.ask:
            return chat
        search = self.house.retriever.search
        if self._own is not None:
            search = self._own.searching(search)
        found = await asyncio.to_thread(search, chat.ask, collections, self.key.tenant, self.house.passages)
        return replace(chat, passages=tuple(found))

    async def _mask(self, chat: Chat) -> Chat:
        """Replaces personal data. Where that is only observed, the chat goes its way and is looked at beside it."""
        session = self._session
        if session is None:
            return chat
        if session.enforces:
            return await session.mask(chat)
        self._look_beside(session.mask(chat))
        return chat

    async def _defend(self, chat: Chat) -> Chat:
        """Takes out what gives orders in the data. Masking knows the messages that come of it."""
        if self._defence is None:
            return chat
        if not self._defence.enforces:
            self._look_beside(self._defence.defend(chat))
            return chat
        defended = await self._defence.defend(chat)
        if self._session is not None and defended is not chat:
            self._session.accept(defended)
        return defended

    def _look_beside(self, work: Coroutine[Any, Any, Chat]) -> None:
        """What is only observed goes on beside the request."""
        self._beside.append(asyncio.create_task(work if self._own is None else self._own.task(work)))

    def _counted(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """The same work, whose CPU time is metered."""
        return work if self._own is None else self._own.timed(work)

    async def _let_out(self, piece: Piece, call: Call) -> Piece:
        """The piece as it goes out: without marks, with what is cleared by now, and with what was masked put back."""
        if self._defence is not None:
            piece = self._defence.watch(piece)
        if self._monitoring is not None:
            piece = await self._monitoring.read(piece, call)
        self._note(piece)
        return await self._unmask(piece)

    def _note(self, piece: Piece) -> None:
        """Notes what goes out: hashes for the audit, and all of it where the tenant keeps it."""
        if self._audit is not None:
            self._audit.read(piece)
        if self._kept is not None:
            self._kept.read(piece)
        if self._shadow is not None:
            self._shadow.read(piece)

    @property
    def _stopped(self) -> bool:
        """Whether a rule ended the reply: the host's stream is closed then."""
        defence, monitoring = self._defence, self._monitoring
        return (defence is not None and defence.stopped) or (monitoring is not None and monitoring.stopped)

    async def _unmask(self, piece: Piece) -> Piece:
        """Puts back what was masked, in a thread where a reply comes in one long piece."""
        session = self._session
        if session is None or not session.enforces:
            return piece
        if not self.chat.stream and len(piece.text) > LONG_REPLY:
            return await in_thread(session.restore, piece)
        return session.restore(piece)

    async def _rests(self, call: Call) -> list[Piece]:
        """What the steps held back until the end, in order."""
        rests: list[Piece] = []
        if self._defence is not None and (held := self._defence.end()) is not None:
            rests.append(await self._monitoring.read(held, call) if self._monitoring is not None else held)
        if self._monitoring is not None and (cleared := await self._monitoring.end(call)) is not None:
            rests.append(cleared)
        for rest in rests:
            self._note(rest)
        rests = [await self._unmask(rest) for rest in rests]
        if self._session is not None and (last := self._session.end()) is not None:
            rests.append(last)
        return rests

    async def _screen(self, chat: Chat, card: ModelCard) -> Chat:
        """The inner ring's look at what a leaf model is about to see."""
        if self._session is not None:
            chat = await self._session.screen(chat, card)
        return await self._defence.screen(chat, card) if self._defence is not None else chat

    def _call(self) -> Call:
        return Call(
            exchange_id=self.id,
            tenant=self.key.tenant,
            opener=self.house.models,
            trail=self.trail,
            purpose=self._purpose,
            deadline=self._deadline,
            placement=self.house.placement,
            screen=self._screen,
            presence=self.house.metering,
            purse=self._ticket,
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
        watched = self._monitoring.finish() if self._monitoring is not None else None
        beside = [*self._beside, watched] if watched is not None else self._beside
        under_way = [task for task in beside if not task.done()]
        if under_way:
            self._meter()
            if self.house.ledger is not None:  # what is known when the answer ends; the rest supersedes it
                self.house.ledger.add(record)
            self._late = asyncio.gather(*under_way, return_exceptions=True)
            self._late.add_done_callback(lambda _: self._tell())
        else:
            self._tell()

    def delivered(self) -> None:
        """Notes that the answer, whatever it says, was handed to the operating system to its last byte."""
        if self.house.ledger is not None:
            self.house.ledger.deliver(self.id)

    async def settled(self) -> None:
        """Waits until the observers are told: an event loop that ended before would lose the record. Where the wait is
        cancelled, what is still looked at beside the request is too, and they are told of the rest."""
        if self._late is not None:
            await self._late

    async def settled_soon(self) -> None:
        """Waits for that SOON_S at most: who asks for the record as soon as the reply has come should find it."""
        if self._late is not None:
            await asyncio.wait({self._late}, timeout=SOON_S)

    def _tell(self) -> None:
        self._told = True
        self.record.trust = self._account()
        if self._own is not None:
            own, guarded = self._own, self._guarded
            self.record.attempts += own.attempts(self.record.started, guarded=guarded, judged=self._judged())
        self._meter()
        if self._ticket is not None:
            self._ticket.settle(self.record.attempts, self.record.started + self.record.latency_s)
        if self._audit is not None and self.house.audit is not None:
            self.house.audit.add(self._audit.entry(self.record))
        if self._kept is not None:
            self._kept.end(self.record)
        for observe in self.house.observers:
            observe(self.record)
        if self.house.metering is not None:
            self.house.metering.told(self.record)
        if self._shadow is not None and self.house.shadows is not None and self.record.outcome == "ok":
            self.house.shadows.ended(self._shadow, self.decision, _again(self.house, self.key, self.record.person))

    def _judged(self) -> float:
        """CPU seconds of the embedded models that guards asked, as far as they ran on the event loop."""
        asked = (each for each in self.record.attempts if each.purpose is Purpose.GUARD and each.usage.cpu_s)
        return sum(each.usage.cpu_s for each in asked if not self.house.models.threaded(each.model))

    def _meter(self) -> None:
        """What all attempts took; those of a look beside the request may come after the reply."""
        if self.house.metering is not None:
            self.house.metering.settle(self.record)

    def _account(self) -> Json | None:
        """What the trust layer did, in counts and scores; None where all of it is off."""
        steps = {"defence": self._defence, "monitoring": self._monitoring}
        account: Json = {name: step.account() for name, step in steps.items() if step is not None}
        if self.trail.switches:
            account["retention"] = {"hosts": dict(self.trail.switches)}
        if (compared := self.decision.compared) is not None:
            # A router's may have been ended otherwise, by a cascade or a fall-back.
            ended = {"final_reason": self.decision.reason} if "reason" in compared else {}
            account["routing"] = {**compared, **ended}
        if self._session is not None:
            return {**self._session.account(), **account}
        mode = "shadow" if self._purpose is Purpose.SHADOW else "off"
        return {"mode": mode, **account} if account else None

    @property
    def decision(self) -> Decision:
        """Which model answers and why; a model that the caller named decides for itself."""
        return self.trail.decision or self._named

    def standing(self) -> Mapping[str, str]:
        """The headers that say what is left of the limits; none where nothing is limited."""
        return self._ticket.standing() if self._ticket is not None else {}

    def impacts(self) -> orjson.Fragment | None:
        """The reply's `usage.shoal` once it has ended; None where nothing is metered. Not final while something runs
        beside the request, or a window of the energy counters is open: the rest is in the record."""
        found, metering = self.record.impacts, self.house.metering
        if found is None:
            return None
        final = self._told and (metering is None or not metering.awaits(self.id))
        return orjson.Fragment(found.to_json(final=final))

    def summary(self) -> Json:
        """The reply's top-level `shoal` (DESIGN §7)."""
        decision = self.decision
        route: Json = {"asked": self.record.asked, "reason": decision.reason}
        if self.fallback:
            route["fallback"] = list(self.fallback)
        if self.confidence is not None:
            route["confidence"] = round(self.confidence, 4)
        if self._ticket is not None:
            route |= self._ticket.said()
        summary: Json = {"exchange_id": self.id, "model": decision.model, "route": route}
        if (trust := self.record.trust if self._told else self._account()) is not None:
            summary["trust"] = without_scores(trust)
        if self.citations:
            summary["citations"] = [citation.to_wire() for citation in self.citations]
        return summary


def tags_of(house: House, key: Key, chat: Chat) -> dict[str, str]:
    """The exchange's tags: those of the named fields of its metadata, its own, and the key's, which no caller changes,
    since budgets may hang on them."""
    metadata = chat.options.get("metadata") if house.metadata_tags else None
    said = metadata if isinstance(metadata, dict) else {}
    found = {name: said.get(name) for name in house.metadata_tags}
    # PostgreSQL has no text with a NUL in it.
    named = {name: text.replace("\0", "")[:LONGEST_TAG] for name, text in found.items() if isinstance(text, str)}
    return {**named, **chat.shoal.tags, **dict(key.tags)}


def who_of(record: Record) -> Who:
    """Whose limits an exchange meets."""
    labels = tuple(f"{name}={value}" for name, value in record.tags.items()) if record.tags else ()
    return Who(record.tenant, record.team, record.user, record.key_id, labels)


def without_scores(account: Json) -> Json:
    """What a caller may know of the account: who sees scores can try until an attack passes."""
    return {
        name: without_scores(value) if isinstance(value, dict) else value
        for name, value in account.items()
        if name not in SCORES
    }


def _no_other(name: str) -> bool:
    """A shadow compares with the reference alone: where a budget is nearly spent no smaller model stands in."""
    return False


def _again(house: House, key: Key, person: str | None) -> Callable[[Chat, Model], Awaitable[None]]:
    """Sends a chat that the guards have let through once more, as an exchange of its own that nobody reads."""

    async def send(chat: Chat, shadow: Model) -> None:
        models = house.models.joined(chat.model, (shadow, Patience()))
        exchange = Exchange(replace(house, models=models, keeping=None, shadows=None), key, chat, Purpose.SHADOW)
        exchange.record.person = person
        async with closing(exchange.travel()) as pieces:
            async for _ in pieces:
                pass
        await exchange.settled()

    return send
