"""The limits step of the outer ring: reserves the most that a request may take, in all its limits at once, or refuses.

It knows rules and counters. Models, prices and paths it gets as functions, so that it imports no other domain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import structlog

from shoal.call import Attempt, ModelCard
from shoal.chat import Chat, Json
from shoal.errors import InsufficientQuota, LimitError, LimitsUnavailable
from shoal.impacts import Impacts
from shoal.limits import bound, standing
from shoal.limits.gate import Gates, Turn
from shoal.limits.plan import SIZED, Amounts, Plan, Vectors
from shoal.limits.rules import Line, Quantity, Rules, Who
from shoal.limits.ticket import Ticket, taken
from shoal.stores.counters import Answer, Counters, Grant, Item, Passed, Refusal, Settlement

MOST_PLANS = 10_000
MOST_TOLD = 100_000
TRIES = 4
MINUTE = 60_000_000
UNKNOWN = "unknown"
SHARES = (0.5, 0.8, 1.0)
# Of a budget that refused, this much is all of it: what nothing fits in is never spent to the last millionth.
REFUSED = 0.995
ONE: Amounts = (1, 0, 0, 0, 0, 0, 0, 1)


class Store(Counters, Protocol):
    """Counters with their clock and generation."""

    @property
    def generation(self) -> str: ...

    def now(self) -> int: ...

    def begin(self) -> None: ...

    def let_through(self, least: Settlement) -> None: ...

    async def close(self) -> None: ...


class Events(Protocol):
    """Who is told of budgets that are nearly spent and of limits that are reached; `dedupe` is the same for what must
    be said once."""

    def emit(self, name: str, tenant: str, data: dict[str, object], *, dedupe: str | None = None) -> object: ...


@dataclass(frozen=True, slots=True)
class Seams:
    """What the step needs of others: the card of a model (None: no such), the models that may be called for an
    organisation's chat, what an attempt takes (None where nothing is metered), the field in which a model is told its
    bound, and whether a certificate of the organisation lets a model answer a chat (None where none knows the
    model)."""

    card: Callable[[str], ModelCard | None]
    path: Callable[[Chat, str], tuple[str, ...]]
    measure: Callable[[Attempt], Impacts] | None = None
    field: Callable[[str], str] = lambda _: "max_tokens"
    events: Events | None = None
    certified: Callable[[Chat, str, str], bool | None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class Policy:
    """`when_lost` None: closed where a budget refuses, else open."""

    max_tokens: int = 4096
    when_lost: Literal["closed", "open"] | None = None
    unpriced: Literal["refuse", "free"] = "refuse"


class LimitsStep:
    """`rules` may be replaced at any time: what is under way is settled as it was reserved."""

    def __init__(
        self, rules: Rules, counters: Store, seams: Seams, policy: Policy | None = None, gates: Gates | None = None
    ) -> None:
        self.counters = counters
        self._rules = rules
        self._seams = seams
        self._policy = policy or Policy()
        self._gates = gates
        self._plans: dict[tuple[Who, str, tuple[str, ...]], Plan] = {}
        self._rates: dict[str, bound.Rates] = {}
        self._told: dict[str, None] = {}
        self._log = structlog.get_logger("shoal.limits")

    @property
    def max_tokens(self) -> int:
        """What a reply may have where the caller does not say."""
        return self._policy.max_tokens

    @property
    def rules(self) -> Rules:
        """The limits in force."""
        return self._rules

    @rules.setter
    def rules(self, rules: Rules) -> None:
        # Plans made of the old rules meanwhile go into the old dictionary: any thread may set this.
        self._rules = rules
        self._plans = {}

    def refresh(self) -> None:
        """Forgets prices: metering knows better now."""
        self._rates.clear()

    async def turn(self, model: str, who: Who, chat: Chat) -> Turn | None:
        """A place at the model, where there are only so many. Raises ModelBusy."""
        return None if self._gates is None else await self._gates.enter(model, who, chat)

    async def close(self) -> None:
        """Settles what is left to settle."""
        await self.counters.close()

    async def open(self, exchange: str, who: Who, chat: Chat, may_use: Callable[[str], bool]) -> Ticket | None:
        """Reserves for a chat; None where no limit is met. Where a budget is nearly spent and says so, the ticket's
        chat asks for a smaller model. Raises LimitErrors, LimitsUnavailable."""
        if not self._rules.limits and self._gates is None:
            return None
        path = self._seams.path(chat, who.tenant)
        plan = self._plan(who, chat.model, path)
        if not plan.lines:
            return None if self._gates is None else Ticket(self, exchange, who, chat, None)
        ticket = Ticket(self, exchange, who, chat, plan)
        try:
            answer = await self._reserve(ticket, plan, path)
        except LimitsUnavailable:
            if (self._policy.when_lost or ("closed" if self._rules.hard else "open")) == "closed":
                raise
            return self._unreserved(ticket, plan)
        if isinstance(answer, Grant) and not ticket.watched(answer):
            return ticket
        smaller = self._downshift(ticket, answer, chat, may_use)
        if smaller is not None:
            if isinstance(answer, Grant):
                ticket.void()
            return await self._smaller(exchange, who, chat, *smaller)
        return self._granted(ticket, answer)

    async def left(self, who: Who) -> list[Json]:
        """How things stand for somebody: each limit but those of models, with what is used, reserved and left of it, in
        the quantity's own unit, and when its window ends (Unix seconds). Raises LimitsUnavailable."""
        lines = [line for line in self._rules.lines(who, UNKNOWN, ()) if line.limit.of != "model"]
        now = self.counters.now()
        items = [(*item[:3], 0, 0, *item[5:]) for item in Plan(lines).items(dict.fromkeys([None], ONE), now)]
        levels = await self.counters.read(items)
        return [standing.left(line, level, now) for line, level in zip(lines, levels, strict=True)]

    async def extend(
        self, reservation: str, who: Who, asked: str, model: str, more: tuple[int, int], known: set[str]
    ) -> tuple[Plan, list[Item]]:
        """Reserves more for a model than was expected. Raises LimitErrors, LimitsUnavailable."""
        met = self._plan(who, asked, (model,)).lines
        lines = [line for line in met if line.limit.quantity in SIZED or line.counter not in known]
        plan = Plan([line for line in lines if line.model in (None, model)])
        vectors = self._vectors((model,), {model: more}, plan)
        for _ in range(TRIES):
            items = plan.items({**vectors, None: vectors[model]}, self.counters.now(), charge=False)
            answer = await self.counters.reserve(reservation, items)
            if isinstance(answer, Grant):
                return plan, items
            if isinstance(answer, Refusal):
                raise self._refused(plan.lines, items, answer)
        raise _restless()

    def bounded(self, model: str, chat: Chat) -> Chat:
        """The chat with a bound on the reply."""
        return bound.with_most(chat, self.max_tokens, self._seams.field(model))

    def amounts(self, attempts: Sequence[Attempt]) -> list[int]:
        """What the attempts took of each quantity."""
        return taken(attempts, self._price)

    def _price(self, model: str) -> tuple[float, float] | None:
        return self._rate(model).usd

    async def _reserve(self, ticket: Ticket, plan: Plan, path: Sequence[str]) -> Grant | Refusal:
        """What the store says of the most that the ticket's chat may take."""
        rooms = self._rooms(ticket.chat, path) if plan.sized else {}
        vectors = self._vectors(path, rooms, plan)
        for _ in range(TRIES):
            items = plan.items(vectors, self.counters.now())
            answer: Answer = await self.counters.reserve(ticket.reservation, items)
            if not isinstance(answer, Passed):
                ticket.granted(items, answer if isinstance(answer, Grant) else None, rooms)
                return answer
        raise _restless()

    def _unreserved(self, ticket: Ticket, plan: Plan) -> Ticket:
        """A ticket while the store is away and the policy lets requests through: they are settled when it is back. Of
        one that this process does not live to settle the request itself counts, as in the ledger."""
        nothing: dict[str | None, Amounts] = {model: [0] * len(Quantity) for model in (None, *plan.models)}
        now = self.counters.now()
        items = plan.items(nothing, now, charge=False)
        ticket.granted(items, None, {})
        self.counters.let_through(Settlement(ticket.reservation, plan.spent(items, {**nothing, None: ONE}), now))
        self._log.warning("limits_not_reserved", exchange=ticket.reservation)
        return ticket

    def _plan(self, who: Who, asked: str, path: tuple[str, ...]) -> Plan:
        # Callers may name what they like: it makes no counter of its own.
        key = (who, asked if self._seams.card(asked) is not None else UNKNOWN, path)
        plans = self._plans
        found = plans.get(key)
        if found is None:
            if len(plans) >= MOST_PLANS:
                plans.clear()
            found = plans[key] = Plan(self._rules.lines(*key))
        return found

    def _rooms(self, chat: Chat, path: Sequence[str]) -> dict[str, tuple[int, int]]:
        """The most tokens in and out that each model may take. Masking may make a text a little longer."""
        written = bound.output_tokens(chat.options, self._policy.max_tokens)
        read = bound.prompt_tokens(chat)
        return dict.fromkeys(path, (read + read // 8, written))

    def _vectors(self, path: Sequence[str], rooms: dict[str, tuple[int, int]], plan: Plan) -> Vectors:
        """The most of each quantity: of each model, and (None) of all together. Raises InsufficientQuota where a
        budget in USD meets a model without a price."""
        if not rooms:
            return {None: ONE, **dict.fromkeys(plan.models, ONE)}
        found: dict[str | None, Amounts] = {}
        for model, (read, written) in rooms.items():
            rates = self._rate(model)
            if rates.usd is None:
                self._check_unpriced(model, plan.lines)
            usd, wh, gco2e = rates.bounds(read, written)
            found[model] = (1, read, written, read + written, usd, wh, gco2e, 1)
        if len(found) == 1:
            found[None] = found[model]
        else:
            sums = [sum(column) for column in zip(*found.values(), strict=True)]
            found[None] = (1, *sums[1:-1], 1)
        return found

    def _check_unpriced(self, model: str, lines: Sequence[Line]) -> None:
        if self._policy.unpriced == "free":
            return
        for line in lines:
            if line.limit.quantity is Quantity.USD and line.limit.enforced and line.model in (None, model):
                raise InsufficientQuota(
                    f"model '{model}' has no price, and budget '{line.limit.name}' is in USD: set "
                    f'models.{model}.price (zeros for one of your own), or limits.unpriced = "free"',
                    limit=line.limit.name,
                )

    def _rate(self, model: str) -> bound.Rates:
        found = self._rates.get(model)
        if found is None:
            card = self._seams.card(model) or ModelCard(model, "general", "host")
            found = self._rates[model] = bound.Rates(card, self._seams.measure)
        return found

    def _downshift(
        self, ticket: Ticket, answer: Grant | Refusal, chat: Chat, may_use: Callable[[str], bool]
    ) -> tuple[str, str] | None:
        """The budget that is nearly spent, and the smaller model to ask instead."""
        for line in ticket.near(answer):
            policy = line.limit.downshift
            if policy is None or chat.model in policy.to:
                continue
            for name in policy.to:
                if self._seams.card(name) is None or not may_use(name):
                    continue
                certified = self._seams.certified(chat, name, ticket.tenant)
                if certified or (certified is None and not policy.certified):
                    return line.limit.name, name
        return None

    async def _smaller(self, exchange: str, who: Who, chat: Chat, budget: str, model: str) -> Ticket:
        chat, larger = replace(chat, model=model), chat.model
        path = self._seams.path(chat, who.tenant)
        plan = self._plan(who, model, path)
        ticket = Ticket(self, f"{exchange}.2", who, chat, plan)
        ticket.note = {"budget": budget, "from": larger, "to": model}
        return self._granted(ticket, await self._reserve(ticket, plan, path))

    def _granted(self, ticket: Ticket, answer: Grant | Refusal) -> Ticket:
        """The ticket, once whoever wants to know is told what is used. Raises LimitErrors."""
        if isinstance(answer, Refusal):
            raise self._refused(ticket.lines, ticket.items, answer)
        # What counts at once is spent with this request.
        spent = [used + item[4] for used, item in zip(answer.used, ticket.items, strict=True)]
        self._spent(standing.crossed(ticket.lines, spent, answer.now, SHARES), answer.now)
        return ticket

    def _spent(self, crossed: Sequence[tuple[Line, float, int]], now: int) -> None:
        for line, share, spent in crossed:
            about: dict[str, object] = {"share": share, "spent": spent, "cap": line.cap(now)}
            self._emit("budget.spent", line, f"{line.limit.window(now)[0]}:{share}", about)

    def _refused(self, lines: Sequence[Line], items: Sequence[Item], answer: Refusal) -> LimitError:
        line, (_, _, _, hold, charge, _, _) = lines[answer.at], items[answer.at]
        headers = standing.standing([line], [answer.level], [answer.level], answer.now)
        error = standing.refusal(line, answer.level, hold + charge, answer.now, headers)
        self._spent(standing.crossed([line], [answer.used], answer.now, SHARES, REFUSED), answer.now)
        self._emit("limit.reached", line, answer.now // MINUTE, {"code": error.code})
        return error

    def _emit(self, name: str, line: Line, when: object, data: dict[str, object]) -> None:
        dedupe = f"{name}:{line.counter}:{when}"
        if dedupe in self._told:
            return
        if len(self._told) >= MOST_TOLD:
            self._told.clear()
        self._told[dedupe] = None
        tenant = line.limit.tenant or (line.subject.partition("/")[0] if line.limit.of != "model" else "")
        about = {"limit": line.limit.name, "of": line.limit.of, "subject": line.subject}
        about["quantity"] = line.limit.quantity.name.lower()
        self._log.info(name.replace(".", "_"), tenant=tenant, **about, **data)
        if self._seams.events is not None:
            self._seams.events.emit(name, tenant, {**about, **data}, dedupe=dedupe)


def _restless() -> LimitsUnavailable:
    return LimitsUnavailable("the clock of the store of the limits does not stand still: try again")
