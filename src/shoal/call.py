"""What answers, and how it is called: Model, ModelCard, Call, Attempt, and the inner ring around every leaf call.

A composite model (a router, a flow, a cascade) reaches another model only through `Call.open`, which puts the ring
around it: placement, deadline, retries before the first piece, one metered Attempt per try. Nothing here knows who
asked, what they may, or how a request came in: that is the outer ring, `exchange.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, cast

from shoal.chat import Chat, Json, Piece, Usage, guess_usage
from shoal.errors import (
    DeadlineExceeded,
    HostCut,
    HostError,
    HostRateLimited,
    HostTimeout,
    PlacementError,
    RequestError,
    ShoalError,
)
from shoal.impacts import Impacts

MAX_DEPTH = 8
LONGEST_WAIT_S = 5.0
# The host of what Shoal's own steps took for an exchange: a line of the ledger that is no call of a model.
OWN_HOST = "shoal"
# Outcomes without a piece after which a host may have worked all the same.
WORKED = frozenset({"cancelled", "host_timeout", "host_cut", "host_garbled", "deadline_exceeded"})


class Purpose(StrEnum):
    """Why a model is called."""

    ANSWER = "answer"
    GUARD = "guard"
    JUDGE = "judge"
    RETRIEVE = "retrieve"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Price:
    """USD per 1e6 tokens."""

    input: float = 0.0
    cached: float = 0.0
    output: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model. `kind` is "host" (remote), "specialist" (embedded) or "composite" (calls others);
    `size_mb` the weights on disk, `params_b` parameters in 1e9, `context` tokens. `retention` is what the host keeps
    of a request ("none", "transient", "days", None if unknown); `trains_on_data` None if unknown. `facts` holds the
    card's prose: training data, quality, intended use, limits."""

    name: str
    task: str
    kind: str
    host: str = "embedded"
    licence: str | None = None
    params_b: float | None = None
    size_mb: float | None = None
    context: int | None = None
    price: Price | None = None
    region: str | None = None
    retention: str | None = None
    trains_on_data: bool | None = None
    created: int = 0
    tags: tuple[str, ...] = ()
    facts: Json = field(default_factory=dict)


class Model(Protocol):
    """Everything that answers. A whole reply is a stream with one piece. Errors are of the `ShoalError` tree."""

    @property
    def card(self) -> ModelCard: ...

    def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]: ...


def closing(pieces: AsyncIterator[Piece]) -> aclosing[AsyncGenerator[Piece, None]]:
    """`async with closing(model.reply(...)) as pieces`: chained generators do not close each other, so every step that
    reads one closes it."""
    return aclosing(cast(AsyncGenerator[Piece, None], pieces))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a leaf may take: seconds to its first piece, seconds between pieces, and tries after the first."""

    first_s: float = 60.0
    idle_s: float = 30.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class Placement:
    """Where content may go. Empty `regions` allow all; `no_retention` and `no_training` refuse hosts that do so, and
    those of whom it is not known. Embedded models always pass."""

    regions: frozenset[str] = frozenset()
    no_retention: bool = False
    no_training: bool = False

    def check(self, card: ModelCard) -> None:
        """Raises PlacementError where the card's host is not allowed."""
        if card.kind != "host":
            return
        if self.regions and card.region not in self.regions:
            allowed = ", ".join(sorted(self.regions))
            raise PlacementError(
                f"model '{card.name}' runs in region '{card.region or 'unknown'}', allowed are {allowed}: choose "
                f"another model, or set hosts.{card.host}.region"
            )
        if self.no_retention and card.retention != "none":
            raise PlacementError(
                f"host '{card.host}' is not known to keep nothing (retention = {card.retention or 'unknown'}): choose "
                f'another model, or set hosts.{card.host}.retention = "none" if that is so'
            )
        if self.no_training and card.trains_on_data is not False:
            raise PlacementError(
                f"host '{card.host}' is not known not to train on data: choose another model, or set "
                f"hosts.{card.host}.trains_on_data = false if that is so"
            )

    def narrowed(self, other: Placement) -> Placement:
        """Both sets of rules at once."""
        both = self.regions & other.regions if self.regions and other.regions else self.regions | other.regions
        if self.regions and other.regions and not both:
            raise PlacementError("the placement rules leave no region: loosen [trust.placement] or the request's own")
        return Placement(both, self.no_retention or other.no_retention, self.no_training or other.no_training)


@dataclass(slots=True)
class Attempt:
    """One try of one leaf. `started` is Unix time in seconds; `outcome` "ok", "cancelled" or an error's code;
    `concurrency` the mean number of tries at once on the host meanwhile, None where nobody counted. What it took is
    known once it is metered: `impacts`, after the version `facts` of the factors; `measured_j` the joules of the
    machines where counters gave them."""

    model: str
    host: str
    purpose: Purpose
    started: float
    retry: int = 0
    outcome: str = "open"
    pieces: int = 0
    first_piece_s: float | None = None
    latency_s: float = 0.0
    usage: Usage = field(default_factory=Usage)
    concurrency: float | None = None
    measured_j: float | None = None
    impacts: Impacts | None = None
    facts: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Which model answers, and why in a few words; `compared` are the numbers that a router weighed, for records."""

    model: str
    reason: str
    compared: Json | None = None


@dataclass(slots=True)
class Trail:
    """What an exchange leaves: its attempts in order of their end, the last decision of a router, and what each host
    was told about keeping the request (`models/hosts/unkept.py`)."""

    attempts: list[Attempt] = field(default_factory=list)
    decision: Decision | None = None
    switches: dict[str, str] = field(default_factory=dict)


class Opener(Protocol):
    """Finds models by name: the registry, as the ring sees it."""

    def find(self, name: str) -> tuple[Model, Patience]: ...


class Stay(Protocol):
    """One try under way; `leave` gives the mean number of tries at once meanwhile. Times are the event loop's."""

    def leave(self, at: float) -> float: ...


class Presence(Protocol):
    """Counts the tries under way on each host, model by model. An attempt is filled in while its try is under way; it
    is complete when the try leaves."""

    def enter(self, attempt: Attempt, chat: Chat, at: float) -> Stay: ...


class Tab(Protocol):
    """One try of a leaf within what is reserved: `chat` with a bound on the reply, `last` the end of a reply that goes
    beyond it, `close` when the try has ended."""

    chat: Chat

    def last(self, piece: Piece) -> Piece | None: ...

    def close(self, attempt: Attempt) -> None: ...


class Purse(Protocol):
    """What an exchange may take; asked before every try of a leaf. Raises LimitErrors where there is nothing left."""

    async def take(self, card: ModelCard, chat: Chat) -> Tab: ...


class Screen(Protocol):
    """What a chat must pass before a leaf model sees it: text that is new in the inner ring is masked, what may not go
    to this model is refused with an error of the ShoalError tree."""

    async def __call__(self, chat: Chat, card: ModelCard) -> Chat: ...


class Call:
    """What a model may know of the request under way, and the only door to other models.

    `deadline` is on the event loop's clock, in seconds, infinite where there is none.
    """

    __slots__ = (
        *("_opener", "_presence", "_purse", "_screen", "_trail"),
        *("deadline", "depth", "exchange_id", "placement", "purpose", "tenant"),
    )

    def __init__(
        self,
        *,
        exchange_id: str,
        tenant: str,
        opener: Opener,
        trail: Trail,
        purpose: Purpose = Purpose.ANSWER,
        deadline: float = float("inf"),
        placement: Placement | None = None,
        screen: Screen | None = None,
        presence: Presence | None = None,
        purse: Purse | None = None,
        depth: int = 0,
    ) -> None:
        self.exchange_id = exchange_id
        self.tenant = tenant
        self.purpose = purpose
        self.deadline = deadline
        self.placement = placement or Placement()
        self.depth = depth
        self._opener = opener
        self._trail = trail
        self._screen = screen
        self._presence = presence
        self._purse = purse

    async def screened(self, chat: Chat, card: ModelCard) -> Chat:
        """The chat as the model of that card may see it. Raises what the screen raises."""
        return await self._screen(chat, card) if self._screen is not None else chat

    async def take(self, chat: Chat, card: ModelCard) -> Tab | None:
        """What one try of that model may take; None where nothing is limited. Raises LimitErrors, DeadlineExceeded."""
        if self._purse is None:
            return None
        if self.deadline == float("inf"):
            return await self._purse.take(card, chat)
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self._purse.take(card, chat)
        except TimeoutError:
            raise DeadlineExceeded("the request's deadline passed before a model was free: allow more time") from None

    def open(self, name: str) -> Model:
        """The model of that name with the inner ring around it. Raises UnknownModel."""
        model, patience = self._opener.find(name)
        return Nested(model) if model.card.kind == "composite" else Leaf(model, patience)

    def enter(self, attempt: Attempt, chat: Chat, at: float) -> Stay | None:
        """Counts a try as under way from now on; None where nobody counts."""
        return None if self._presence is None else self._presence.enter(attempt, chat, at)

    def note(self, attempt: Attempt, tab: Tab | None = None) -> None:
        """Adds a finished attempt to the exchange's ledger."""
        if tab is not None:
            tab.close(attempt)
        self._trail.attempts.append(attempt)

    def note_switch(self, host: str, said: str) -> None:
        """Adds what a host was told about keeping the request."""
        self._trail.switches[host] = said

    def decide(self, decision: Decision) -> None:
        """Says which model answers, before its first piece is handed on. A model that was chosen by a router decides
        further: what the router weighed stays, and so does why it chose."""
        before = self._trail.decision
        if before is not None and decision.compared is None:
            decision = replace(decision, compared=before.compared)
        self._trail.decision = decision

    @property
    def decision(self) -> Decision | None:
        """What was decided so far."""
        return self._trail.decision

    def narrowed(
        self,
        *,
        purpose: Purpose | None = None,
        deadline: float | None = None,
        placement: Placement | None = None,
        deeper: bool = False,
    ) -> Call:
        """This call with tighter bounds for a part of the work; bounds can never be loosened."""
        return Call(
            exchange_id=self.exchange_id,
            tenant=self.tenant,
            opener=self._opener,
            trail=self._trail,
            purpose=purpose or self.purpose,
            deadline=min(self.deadline, deadline) if deadline is not None else self.deadline,
            placement=self.placement.narrowed(placement) if placement else self.placement,
            screen=self._screen,
            presence=self._presence,
            purse=self._purse,
            depth=self.depth + deeper,
        )

    def remaining_s(self) -> float:
        """Seconds until the deadline; infinite where there is none."""
        return self.deadline - asyncio.get_running_loop().time()


class Nested:
    """A composite model, opened: counts the depth, so that models that call each other in a circle end in an error."""

    __slots__ = ("_model",)

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def card(self) -> ModelCard:
        return self._model.card

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """Raises RequestError where models call each other deeper than MAX_DEPTH."""
        if call.depth >= MAX_DEPTH:
            raise RequestError(f"models call each other more than {MAX_DEPTH} deep: look for a circle in the flows")
        inner = self._model.reply(replace(chat, model=self.card.name), call.narrowed(deeper=True))
        async with closing(inner) as pieces:
            async for piece in pieces:
                yield piece


class Leaf:
    """A leaf model with the inner ring around it."""

    __slots__ = ("_model", "_patience")

    def __init__(self, model: Model, patience: Patience) -> None:
        self._model = model
        self._patience = patience

    @property
    def card(self) -> ModelCard:
        return self._model.card

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """The leaf's pieces. A failure before the first piece is tried again where that can help; after it never.

        Raises PlacementError, MaskingFailed, AttachmentRefused, DeadlineExceeded, HostTimeout and whatever the leaf
        raises.
        """
        call.placement.check(self.card)
        chat = await call.screened(chat, self.card)
        for retry in range(self._patience.retries + 1):
            tab = await call.take(chat, self.card)
            attempt = Attempt(self.card.name, self.card.host, call.purpose, time.time(), retry)
            try:
                async with closing(self._once(chat if tab is None else tab.chat, call, attempt, tab)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except HostError as error:
                wait = self._wait_s(error, attempt, call)
                if wait is None:
                    raise
                await asyncio.sleep(wait)

    async def _once(self, chat: Chat, call: Call, attempt: Attempt, tab: Tab | None) -> AsyncIterator[Piece]:
        clock = asyncio.get_running_loop().time
        begun = clock()
        stay = call.enter(attempt, chat, begun)
        watch = Watch(call.deadline)
        within, piece = self._patience.first_s, None
        try:
            async with closing(self._model.reply(chat, call)) as pieces:
                try:
                    while True:
                        piece = await watch.next(pieces, within)
                        if attempt.pieces == 0:
                            attempt.first_piece_s = clock() - begun
                            within = self._patience.idle_s
                        attempt.pieces += 1
                        if piece.usage is not None:
                            attempt.usage = piece.usage
                        if tab is not None and (last := tab.last(piece)) is not None:
                            attempt.outcome = "cut"
                            yield last
                            return
                        yield piece
                except StopAsyncIteration:
                    attempt.outcome = "ok"
                except TimeoutError:
                    raise self._too_slow(call, attempt, clock()) from None
        except ShoalError as error:
            attempt.outcome = error.code or type(error).__name__
            raise
        except (asyncio.CancelledError, GeneratorExit):
            attempt.outcome = "cancelled"
            raise
        finally:
            if attempt.outcome == "open":
                attempt.outcome = "internal_error"
            watch.close()
            ended = clock()
            attempt.latency_s = ended - begun
            attempt.concurrency = stay.leave(ended) if stay is not None else None
            _count(attempt, chat, piece)
            call.note(attempt, tab)

    def _too_slow(self, call: Call, attempt: Attempt, now: float) -> ShoalError:
        if now >= call.deadline:
            return DeadlineExceeded("the request's deadline passed before the answer was complete: allow more time")
        host = self.card.host
        if attempt.pieces:
            return HostCut(
                f"host '{host}' fell silent for {self._patience.idle_s:g} s in the middle of a reply", host=host
            )
        return HostTimeout(
            f"host '{host}' sent nothing for {self._patience.first_s:g} s: try again, or raise hosts.{host}.first_s",
            host=host,
        )

    def _wait_s(self, error: HostError, attempt: Attempt, call: Call) -> float | None:
        """Seconds to wait before the next try; None where there must be none."""
        if attempt.pieces or not error.retryable or attempt.retry >= self._patience.retries:
            return None
        wait = 0.1 * 2.0**attempt.retry
        if isinstance(error, HostRateLimited):
            wait = max(wait, error.retry_after_s or 0.0)
        return wait if wait <= min(LONGEST_WAIT_S, call.remaining_s()) else None


def _count(attempt: Attempt, chat: Chat, last: Piece | None) -> None:
    """Guesses what the host worked and did not count: all, or the reply where it was cut off before that."""
    usage = attempt.usage
    if usage.completion_tokens:
        return
    if attempt.pieces > 0 and attempt.outcome == "ok":
        uncounted = not usage.prompt_tokens
    else:
        uncounted = attempt.pieces > 0 or (attempt.outcome in WORKED and not usage.prompt_tokens)
    if uncounted:
        attempt.usage = guess_usage(chat, attempt.pieces, last, usage)


class Watch:
    """Ends the wait for the next piece when it takes too long. One timer serves a whole stream: it looks how things
    stand when it rings, so that a piece costs no timer of its own."""

    __slots__ = ("_deadline", "_handle", "_limit", "_loop", "_rang", "_task")

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._limit = float("inf")
        self._task: asyncio.Task[Any] | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._rang = False

    async def next(self, pieces: AsyncIterator[Piece], within: float) -> Piece:
        """The next piece, within so many seconds and before the deadline. Raises TimeoutError, StopAsyncIteration."""
        now = self._loop.time()
        self._limit = min(self._deadline, now + within)
        if self._limit <= now:
            raise TimeoutError
        if self._handle is None or self._handle.when() > self._limit:
            self._arm()
        task = self._task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        try:
            return await anext(pieces)
        except (asyncio.CancelledError, StopAsyncIteration):
            # A model may take the ring for an end and stop: that is no reply.
            if self._withdraw(before):
                raise TimeoutError from None
            raise
        finally:
            self._withdraw(before)
            self._task = None

    def _withdraw(self, before: int) -> bool:
        """Takes the ring's own cancellation back, whatever came of it: a piece, an error, or the cancellation itself.
        True where nobody else had cancelled the task."""
        if not self._rang or self._task is None:
            return False
        self._rang = False
        return self._task.uncancel() <= before

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(self._limit, self._ring) if self._limit < float("inf") else None

    def _ring(self) -> None:
        self._handle = None
        if self._task is None:
            return
        if self._loop.time() < self._limit:
            self._arm()
            return
        self._rang = True
        self._task.cancel()

    def close(self) -> None:
        """Stops the timer."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
