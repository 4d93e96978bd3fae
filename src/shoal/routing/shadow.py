"""Shadow calls: of a small share of the requests that a smaller model answered the reference is asked as well, once the
answer is there, and both answers are compared. Only the comparison is kept.

It sees masked text alone, and only of organisations that opted in. How an exchange travels it is told (`Send`); the
shadow is one of its own, so that limits, metering and the ledger know it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from shoal.call import Call, Decision, ModelCard, Purpose, closing
from shoal.chat import Chat, Json, Piece
from shoal.errors import ShoalError
from shoal.routing.explore import drawn
from shoal.routing.rightsize.judges import normalised, token_f1
from shoal.routing.rightsize.result import Reached
from shoal.routing.rightsize.rubric import Rubric
from shoal.routing.rightsize.tasks import Task

AT_ONCE = 4
MOST_WAITING = 100
LONGEST_S = 120.0
MOST_CHARS = 200_000
DRAW = "shadow "
TAG = ("cause", "shadow")
CARD = ModelCard(name="auto", task="routing", kind="composite", licence="Apache-2.0")


@dataclass(frozen=True, slots=True)
class ShadowRules:
    """`share` of the requests that is looked at; `watch` is told of each of them whether its answer was worse than the
    reference's; `judge` the model that scores both answers, None where there is none; an answer is worse where it
    scores lower by more than `tolerance`."""

    reference: str
    share: float
    watch: Callable[[bool], object]
    judge: str | None = None
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Audited:
    """An answer to be compared: the exchange, the smaller model, the masked chat and the masked answer."""

    exchange_id: str
    model: str
    chat: Chat = field(repr=False)
    answer: str = field(repr=False)


Send = Callable[[Chat, "Shadow"], Awaitable[None]]
"""Sends a chat through the house, with the shadow in the place of the model that was asked."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two answers to the same: `same` in all but blanks and capitals, `agreement` the F1 of their words, `worse`
    whether the smaller model's is, None where nobody could say."""

    of: Audited
    reference: str
    same: bool
    agreement: float
    worse: bool | None

    def to_record(self) -> Json:
        """Its numbers, as records keep them."""
        told = {"of": self.of.exchange_id, "model": self.of.model, "reference": self.reference}
        return told | {"same": self.same, "agreement": round(self.agreement, 4), "worse": self.worse}


class ShadowSession:
    """What one exchange that was drawn says, masked, for as long as it is under way."""

    __slots__ = ("_chars", "_chat", "_fit", "_said", "exchange_id", "rules")

    def __init__(self, exchange_id: str, rules: ShadowRules) -> None:
        self.exchange_id = exchange_id
        self.rules = rules
        self._chat: Chat | None = None
        self._said: list[str] = []
        self._chars = 0
        self._fit = True

    def asked(self, chat: Chat) -> None:
        """Takes the chat as models see it."""
        self._chat = chat

    def read(self, piece: Piece) -> None:
        """Takes a piece as it came from the model. Only text can be compared."""
        self._fit = self._fit and all(each.index == 0 and not each.delta.get("tool_calls") for each in piece.choices)
        self._chars += len(piece.text)
        if self._chars <= MOST_CHARS:
            self._said.append(piece.text)

    def end(self, decision: Decision) -> Audited | None:
        """What is to be compared; None where that cannot be."""
        chat, answer = self._chat, "".join(self._said)
        if chat is None or not self._fit or not answer.strip() or self._chars > MOST_CHARS:
            return None
        if any(part.kind != "text" for message in chat.messages for part in message.parts()):
            return None
        return Audited(self.exchange_id, decision.model, chat, answer)


class Shadows:
    """Draws exchanges, and asks the reference after them: AT_ONCE at a time, and never more than MOST_WAITING."""

    def __init__(self, rules: Mapping[str, ShadowRules]) -> None:
        """`rules` by tenant, of those alone that opted in."""
        self._rules = dict(rules)
        self._started = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._log = structlog.get_logger("shoal.routing")

    def start(self) -> None:
        """From now on exchanges are drawn: before, as on the command line, none is."""
        self._started = True

    def open(self, tenant: str, exchange_id: str) -> ShadowSession | None:
        """The session of an exchange that was drawn; None for the others."""
        rules = self._rules.get(tenant)
        if not self._started or rules is None or drawn(DRAW + exchange_id) >= rules.share:
            return None
        return ShadowSession(exchange_id, rules)

    def ended(self, session: ShadowSession, decision: Decision, send: Send) -> None:
        """The exchange ended well. Where a certified smaller model answered, the reference is asked; where the
        reference did, its answer is no worse."""
        compared = decision.compared
        if compared is None or "candidates" not in compared or compared["model"] != decision.model:
            return
        if decision.model == session.rules.reference:
            session.rules.watch(False)
        elif (audited := session.end(decision)) is not None:
            self._offer(audited, session.rules, send)

    async def settled(self) -> None:
        """Waits for those that are under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Ends those that are under way."""
        self._started = False
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _offer(self, audited: Audited, rules: ShadowRules, send: Send) -> None:
        if len(self._tasks) >= MOST_WAITING:
            self._log.warning("shadow_dropped", exchange=audited.exchange_id, waiting=len(self._tasks))
            return
        task = asyncio.get_running_loop().create_task(self._run(audited, rules, send))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, audited: Audited, rules: ShadowRules, send: Send) -> None:
        async with self._room:
            try:
                await send(_again(audited.chat), Shadow(audited, rules))
            except ShoalError as error:
                self._log.warning("shadow_failed", exchange=audited.exchange_id, code=error.code)


class Shadow:
    """The model that answers a shadow's exchange: asks the reference, compares, and says what came of it."""

    card = CARD

    def __init__(self, audited: Audited, rules: ShadowRules) -> None:
        self._audited = audited
        self._rules = rules

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """One empty piece. Raises what the reference raises; a judge that fails leaves the comparison open."""
        reference = self._rules.reference
        said = await said_by(reference, chat, call)
        found = await self._compared(chat, said, call)
        call.decide(Decision(reference, f"shadow of {self._audited.exchange_id}", {"shadow": found.to_record()}))
        if found.worse is not None:
            self._rules.watch(found.worse)
        yield Piece.of("")

    async def _compared(self, chat: Chat, said: str, call: Call) -> Compared:
        answer = self._audited.answer
        same = normalised(answer) == normalised(said)
        worse = False if same else await self._judged(chat, answer, said, call)
        return Compared(self._audited, self._rules.reference, same, token_f1(answer, said), worse)

    async def _judged(self, chat: Chat, answer: str, said: str, call: Call) -> bool | None:
        if self._rules.judge is None:
            return None
        judge = Rubric(self._rules.judge, Asking(call.narrowed(purpose=Purpose.JUDGE)))
        task = Task(self._audited.exchange_id, chat)
        own, other = [await judge.judge(task, text) for text in (answer, said)]
        if own.score is None or other.score is None:
            return None
        return own.score < other.score - self._rules.tolerance


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a judge within an exchange that is under way."""

    call: Call

    async def ask(self, chat: Chat) -> Reached:
        """The judge's words. Raises ShoalErrors."""
        return Reached(await said_by(chat.model, chat, self.call))


async def said_by(name: str, chat: Chat, call: Call) -> str:
    """The text of a model's whole reply. Raises ShoalErrors."""
    async with closing(call.open(name).reply(chat, call)) as pieces:
        return "".join([piece.text async for piece in pieces])


def _again(chat: Chat) -> Chat:
    """The chat to ask once more: whole, with the passages that were read, within LONGEST_S, and tagged."""
    tags = {**chat.shoal.tags, TAG[0]: TAG[1]}
    options = {name: value for name, value in chat.options.items() if name != "stream_options"}
    shoal = replace(chat.shoal, collections=(), tags=tags, deadline_s=LONGEST_S, optimize=None)
    return replace(chat, stream=False, options=options, shoal=shoal)
