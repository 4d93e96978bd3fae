"""The ticket of one exchange: what is reserved for it, what each call of a model may take of that, and the settlement.

It knows the counters and the lines that a request meets, no HTTP and no models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from shoal.call import OWN_HOST, Attempt, ModelCard
from shoal.chat import BYTES_PER_TOKEN, Chat, Choice, Piece
from shoal.limits import bound
from shoal.limits.plan import Plan
from shoal.limits.rules import Line, Who
from shoal.limits.standing import standing
from shoal.stores.counters import Grant, Item, Refusal, Settlement, Spent

if TYPE_CHECKING:
    from shoal.limits.gate import Turn
    from shoal.limits.step import LimitsStep

Amounts = Sequence[int]
CUT_NOTE = "the reply reached the most tokens that were reserved for it"


class Ticket:
    """`chat` is what may be asked, with a bound on the reply; `note` says what was changed for a budget's sake."""

    __slots__ = (
        *("_counts", "_generation", "_grant", "_items", "_more", "_plan", "_rooms", "_step", "_who"),
        *("chat", "cut", "note", "reservation"),
    )

    def __init__(self, step: LimitsStep, reservation: str, who: Who, chat: Chat, plan: Plan | None) -> None:
        self._step = step
        self._who = who
        self._plan = plan
        self._items: list[Item] = []
        self._more: list[tuple[Plan, list[Item]]] = []
        self._grant: Grant | None = None
        self._generation = ""
        self._counts = plan is not None and plan.sized
        self._rooms: dict[str, tuple[int, int]] = {}
        self.reservation = reservation
        self.chat = chat
        self.cut = False
        self.note: Mapping[str, str] | None = None

    @property
    def tenant(self) -> str:
        """Whose it is."""
        return self._who.tenant

    @property
    def lines(self) -> tuple[Line, ...]:
        """The limits that it meets."""
        return () if self._plan is None else self._plan.lines

    @property
    def items(self) -> list[Item]:
        """What was asked of their counters."""
        return self._items

    def watched(self, answer: Grant) -> bool:
        """Whether there may be something to say of a budget."""
        if self._plan is not None:
            used = answer.used
            for at, level in self._plan.watched:
                if used[at] >= level:
                    return True
        return False

    def near(self, answer: Grant | Refusal) -> list[Line]:
        """The budgets of which so much is used, or this one refused, that a smaller model should be asked."""
        if isinstance(answer, Refusal):
            line = self.lines[answer.at]
            return [line] if line.limit.downshift is not None else []
        return [
            line
            for line, used in zip(self.lines, answer.used, strict=True)
            if line.limit.downshift is not None and used >= line.limit.downshift.at * line.cap(answer.now)
        ]

    def granted(self, items: list[Item], grant: Grant | None, rooms: dict[str, tuple[int, int]]) -> None:
        """Notes what is reserved; without a grant nothing is, since the store is away and the policy allows it."""
        self._items = items
        self._grant = grant
        self._generation = self._step.counters.generation if grant is not None else ""
        self._rooms = rooms

    def standing(self) -> dict[str, str]:
        """The headers that say what is left."""
        grant = self._grant
        return {} if grant is None else standing(self.lines, grant.levels, grant.used, grant.now)

    def said(self) -> dict[str, object]:
        """What the reply says of it: that a smaller model was asked, or that the reply was cut."""
        said: dict[str, object] = {} if self.note is None else {"downshift": dict(self.note)}
        return said | ({"cut": CUT_NOTE} if self.cut else {})

    async def take(self, card: ModelCard, chat: Chat) -> Tab:
        """What one try of a model may take; what is not reserved yet is reserved now. Raises LimitErrors."""
        turn = await self._step.turn(card.name, self._who, chat)
        if not self._counts:
            return Tab(self, card.name, chat, 0, 0, turn)
        try:
            read, written = bound.prompt_tokens(chat), bound.output_tokens(chat.options, self._step.max_tokens)
            held = self._rooms.get(card.name, (0, 0))
            more = (max(read - held[0], 0), max(written - held[1], 0))
            if any(more) and self._grant is not None:
                await self._extend(card.name, more)
            self._rooms[card.name] = (max(held[0] - read, 0), max(held[1] - written, 0))
        except BaseException:
            if turn is not None:
                turn.leave()
            raise
        if card.kind == "host":
            chat = self._step.bounded(card.name, chat)
        return Tab(self, card.name, chat, read, written, turn)

    async def _extend(self, model: str, more: tuple[int, int]) -> None:
        """Reserves more; counters that were not met before are settled beside the others."""
        known = {item[0] for item in self._items}.union(*({item[0] for item in items} for _, items in self._more))
        plan, items = await self._step.extend(self.reservation, self._who, self.chat.model, model, more, known)
        fresh = [at for at, item in enumerate(items) if item[0] not in known]
        if fresh:
            lines = [plan.lines[at] for at in fresh]
            self._more.append((Plan(lines), [items[at] for at in fresh]))

    def give_back(self, model: str, read: int, written: int) -> None:
        """What a try did not take is there for the next one."""
        held = self._rooms.get(model, (0, 0))
        self._rooms[model] = (held[0] + max(read, 0), held[1] + max(written, 0))

    def void(self) -> None:
        """Takes it back: nothing was asked, and nothing counts."""
        spent = tuple((counter, law, 0, charge, start, end) for counter, law, _, _, charge, start, end in self._items)
        self._step.counters.settle(Settlement(self.reservation, spent, 0, self._generation))

    def settle(self, attempts: Sequence[Attempt], ended_s: float) -> None:
        """Counts what the attempts took, and gives the rest back."""
        if self._plan is None:
            return
        step = self._step
        sums: dict[str | None, Amounts] = {None: step.amounts(attempts)}
        spent: tuple[Spent, ...] = ()
        for plan, items in ((self._plan, self._items), *self._more):
            for model in plan.models:
                sums[model] = step.amounts([each for each in attempts if each.model == model])
            spent += plan.spent(items, sums)
        step.counters.settle(Settlement(self.reservation, spent, int(ended_s * 1_000_000), self._generation))


class Tab:
    """One try of one model: counts what it says, and ends a reply that takes more than was reserved."""

    __slots__ = ("_bytes", "_model", "_pieces", "_read", "_ticket", "_turn", "_written", "chat")

    def __init__(self, ticket: Ticket, model: str, chat: Chat, read: int, written: int, turn: Turn | None) -> None:
        self._ticket = ticket
        self._model = model
        self._read = read
        self._written = written
        self._turn = turn
        self._bytes = 0
        self._pieces = 0
        self.chat = chat

    def last(self, piece: Piece) -> Piece | None:
        """The end of the reply where the piece goes beyond what was reserved, instead of the piece; else None. A host
        that keeps to `max_tokens` never comes that far."""
        if not self._written:
            return None
        said = sum(_said(choice) for choice in piece.choices)
        if said:
            self._pieces += 1
            self._bytes += said
        over = self._pieces > self._written or self._bytes > self._written * bound.LONGEST_TOKEN
        if not over or not said:
            return None
        self._ticket.cut = True
        return Piece([Choice({}, choice.index, "length") for choice in piece.choices])

    def close(self, attempt: Attempt) -> None:
        """The try has ended. Where the host did not count the reply, its bytes are, if they make more tokens than was
        guessed."""
        if self._turn is not None:
            self._turn.leave()
        if not self._written:
            return
        usage = attempt.usage
        if usage.estimated:
            said = min(ceil(self._bytes / BYTES_PER_TOKEN), self._written)
            usage = attempt.usage = replace(usage, completion_tokens=max(usage.completion_tokens, said))
        self._ticket.give_back(self._model, self._read - usage.prompt_tokens, self._written - usage.completion_tokens)


def _said(choice: Choice) -> int:
    """The bytes that a choice's delta says: text, thoughts, arguments of calls."""
    said = 0
    for name, value in choice.delta.items():
        if name == "role":
            continue
        if isinstance(value, str):
            said += len(value.encode())
        elif isinstance(value, list):
            said += sum(len(str(each)) for each in value)
    return said


def taken(attempts: Sequence[Attempt], price: Callable[[str], tuple[float, float] | None]) -> list[int]:
    """What the attempts took of each quantity, in their order, in whole units, rounded up. `price` of a model is in USD
    per 1e6 tokens in and out."""
    requests = read = written = 0
    usd = wh = gco2e = 0.0
    for attempt in attempts:
        usage, impacts = attempt.usage, attempt.impacts
        read += usage.prompt_tokens
        written += usage.completion_tokens
        if attempt.host != OWN_HOST:
            requests = 1
        cost = None
        if impacts is not None:
            cost = impacts.expected("cost_usd")
            wh += impacts.expected("energy_wh") or 0.0
            gco2e += impacts.expected("carbon_gco2e") or 0.0
        if cost is not None:
            usd += cost
        elif (pair := price(attempt.model)) is not None:
            usd += (usage.prompt_tokens * pair[0] + usage.completion_tokens * pair[1]) / 1e6
    return [requests, read, written, read + written, millionths(usd), millionths(wh), millionths(gco2e), 0]


def millionths(value: float) -> int:
    """Whole millionths, rounded up; what sums of floats are off by is not rounded up."""
    return max(ceil(value * 1e6 - 1e-6), 0) if value else 0
