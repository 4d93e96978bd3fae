"""The limits step: what is reserved and settled of a chat, and what callers and operators are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shoal.call import Attempt, ModelCard, Price, Purpose
from shoal.chat import Chat, Choice, Message, Piece, Usage
from shoal.config.limits import Budget, Downshift, Limits, Rate
from shoal.errors import (
    InsufficientQuota,
    LimitsUnavailable,
    RateLimitExceeded,
    RequestError,
    RequestExceedsLimit,
)
from shoal.limits.rules import Increase, Rules, Who, read_rules
from shoal.limits.step import LimitsStep, Policy, Seams
from shoal.limits.ticket import Ticket
from shoal.stores.counters import Answer, Item, Level, Settlement
from shoal.stores.counters_memory import MemoryCounters

LARGE = ModelCard("large", "general", "host", host="far", price=Price(10, 0, 30))
SMALL = ModelCard("small", "general", "host", host="near", price=Price(1, 0, 2))
OWN = ModelCard("own", "general", "host", host="here")
TINY = ModelCard("shoal/tiny", "general", "specialist")
AUTO = ModelCard("auto", "routing", "composite")
CARDS = {card.name: card for card in (LARGE, SMALL, OWN, TINY, AUTO)}
WHO = Who("acme", "support", "ana", "k1", ("project=atlas",))
OTHER = Who("acme", "research", "ben", "k2")
NOON = 1_795_348_800_000_000


class Told:
    """Events, as they were told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, dict[str, Any]]] = []

    def emit(self, name: str, tenant: str, data: Mapping[str, Any], dedupe: str | None = None) -> None:
        self.events.append((name, tenant, dict(data)))


def path(chat: Chat, tenant: str) -> tuple[str, ...]:
    return ("shoal/tiny", "large") if chat.model == "auto" else (chat.model,) if chat.model in CARDS else ()


class House:
    """A step with its counters, at a clock of its own."""

    def __init__(
        self,
        rates: Mapping[str, Rate] | None = None,
        budgets: Mapping[str, Budget] | None = None,
        policy: Policy | None = None,
        certified: Callable[[Chat, str, str], bool | None] = lambda *_: None,
    ) -> None:
        self.now = NOON
        self.counters: Any = MemoryCounters(lambda: self.now)
        self.told = Told()
        seams = Seams(CARDS.get, path, events=self.told, certified=certified)
        self.step = LimitsStep(read_rules(Limits(rates=rates or {}), budgets or {}), self.counters, seams, policy)
        self.number = 0

    def open(
        self, model: str = "small", who: Who = WHO, text: str = "hello", may: Any = None, **options: Any
    ) -> Ticket:
        self.number += 1
        chat = Chat(model, (Message.of("user", text),), options)
        ticket = asyncio.run(self.step.open(f"x{self.number}", who, chat, may or (lambda _: True)))
        assert ticket is not None
        return ticket

    def ask(self, read: int = 10, written: int = 5, model: str = "small", **more: Any) -> Ticket:
        """A whole request."""
        ticket = self.open(model, **more)
        ticket.settle([attempt(ticket.chat.model, read, written)], self.now / 1e6)
        return ticket

    def levels(self) -> dict[str, Level]:
        """What is used and reserved, by the counters' names."""
        return {name: Level(state.used, state.reserved) for name, state in self.counters._states.items()}


def attempt(model: str, read: int, written: int, **more: Any) -> Attempt:
    return Attempt(model, "h", Purpose.ANSWER, 0.0, **{"outcome": "ok", **more}, usage=Usage(read, written))


def test_without_a_limit_that_is_met_there_is_no_ticket() -> None:
    house = House({"a": Rate(of="team", only=("research",), requests="1/hour")})
    chat = Chat("small", (Message.of("user", "x"),))
    assert asyncio.run(house.step.open("x", WHO, chat, lambda _: True)) is None
    assert asyncio.run(house.step.open("y", OTHER, chat, lambda _: True)) is not None


def test_requests_drain_evenly() -> None:
    house = House({"a": Rate(requests="60/minute")})
    for _ in range(60):
        house.ask()
    with pytest.raises(RateLimitExceeded) as refused:
        house.ask()
    assert refused.value.retry_after_s == pytest.approx(1.0)
    assert refused.value.standing["x-ratelimit-remaining-requests"] == "0"
    house.now += 999_000
    with pytest.raises(RateLimitExceeded):
        house.ask()
    house.now += 1000
    house.ask()


def test_headers_say_what_is_left() -> None:
    house = House({"a": Rate(requests="60/minute", tokens="100k/minute"), "b": Rate(of="team", requests="10/minute")})
    ticket = house.open(max_tokens=100)
    headers = ticket.standing()
    assert headers["x-ratelimit-limit-requests"] == "10"
    assert headers["x-ratelimit-remaining-requests"] == "9"
    assert headers["x-ratelimit-reset-requests"] == "6s"
    assert headers["x-ratelimit-limit-tokens"] == "100000"
    assert int(headers["x-ratelimit-remaining-tokens"]) < 100_000 - 100


def test_a_request_must_fit_in_all_levels_and_changes_none_of_them_otherwise() -> None:
    budgets = {
        "all": Budget(of="organisation", usd=1.0),
        "team": Budget(of="team", usd=1.0),
        "me": Budget(of="key", usd=0.0001),
    }
    house = House(budgets=budgets)
    with pytest.raises(InsufficientQuota) as refused:
        house.ask(max_tokens=1000)
    assert refused.value.limit == "me"
    assert not refused.value.retryable
    assert all(level == Level(0, 0) for level in house.levels().values())


def test_what_was_used_is_counted_to_the_millionth() -> None:
    house = House(budgets={"b": Budget(usd=1.0, tokens=10_000, requests=10)})
    house.ask(1000, 100)
    levels = house.levels()
    # 1000 tokens at 1 USD and 100 at 2 USD for 1e6 of them.
    assert levels["budget::b:usd:month:UTC|acme"] == Level(1200, 0)
    assert levels["budget::b:tokens:month:UTC|acme"] == Level(1100, 0)
    assert levels["budget::b:requests:month:UTC|acme"] == Level(1, 0)


def test_a_new_window_is_empty() -> None:
    house = House(budgets={"b": Budget(requests=1, per="day")})
    house.ask()
    with pytest.raises(InsufficientQuota) as refused:
        house.ask()
    assert refused.value.retry_after_s == pytest.approx(12 * 3600)
    house.now += 12 * 3600 * 1_000_000
    house.ask()


def test_a_rolling_window_frees_what_is_older_than_the_period() -> None:
    house = House(budgets={"b": Budget(requests=2, per="hour", window="rolling")})
    house.ask()
    house.now += 1800 * 1_000_000
    house.ask()
    house.now += 1799 * 1_000_000
    with pytest.raises(InsufficientQuota):
        house.ask()
    house.now += 121 * 1_000_000
    house.ask()


def test_energy_refuses_once_it_is_spent() -> None:
    house = House(budgets={"b": Budget(wh=0.0)})
    with pytest.raises(InsufficientQuota):
        house.ask()


@pytest.mark.parametrize("options", [{}, {"max_tokens": None}])
def test_a_reply_without_a_bound_gets_one(options: dict[str, Any]) -> None:
    house = House({"a": Rate(tokens="100k/minute")})
    ticket = house.open(**options)
    tab = asyncio.run(ticket.take(SMALL, ticket.chat))
    assert tab.chat.options["max_tokens"] == 4096
    assert asyncio.run(ticket.take(TINY, ticket.chat)).chat.options.get("max_tokens") is None


@pytest.mark.parametrize("most", [10**9 + 1, 2**62, 10**30])
def test_absurd_bounds_are_refused_before_anything_is_counted(most: int) -> None:
    house = House({"a": Rate(tokens="100k/minute")})
    with pytest.raises(RequestError):
        house.open(max_tokens=most)
    assert house.levels() == {}


def test_more_than_a_limit_allows_at_all_need_not_be_tried_again() -> None:
    house = House({"a": Rate(tokens="1k/minute")})
    with pytest.raises(RequestExceedsLimit) as refused:
        house.open(max_tokens=5000)
    assert refused.value.status == 400


def test_a_model_without_a_price_is_refused_under_a_budget_in_usd() -> None:
    budgets = {"b": Budget(usd=1.0)}
    with pytest.raises(InsufficientQuota, match=r"models\.own\.price"):
        House(budgets=budgets).ask(model="own")
    House(budgets=budgets, policy=Policy(unpriced="free")).ask(model="own")


def test_the_dearest_path_is_reserved() -> None:
    house = House(budgets={"b": Budget(usd=1.0, tokens=10**6)})
    alone = house.open("large", max_tokens=100)
    held = house.levels()["budget::b:tokens:month:UTC|acme"].reserved
    alone.settle((), 0.0)
    house.open("auto", max_tokens=100)
    assert house.levels()["budget::b:tokens:month:UTC|acme"].reserved == 2 * held


def test_a_call_beyond_what_is_reserved_reserves_more_or_is_refused() -> None:
    house = House(budgets={"b": Budget(tokens=10_000)})
    ticket = house.open(max_tokens=100)
    before = house.levels()["budget::b:tokens:month:UTC|acme"].reserved
    first = asyncio.run(ticket.take(SMALL, ticket.chat))
    assert house.levels()["budget::b:tokens:month:UTC|acme"].reserved == before
    asyncio.run(ticket.take(LARGE, ticket.chat))
    assert house.levels()["budget::b:tokens:month:UTC|acme"].reserved > before
    with pytest.raises(InsufficientQuota):
        asyncio.run(ticket.take(LARGE, Chat("large", ticket.chat.messages, {"max_tokens": 9_900})))
    first.close(attempt("small", 10, 5))
    ticket.settle([attempt("small", 10, 5), attempt("large", 10, 5)], 1.0)
    assert house.levels()["budget::b:tokens:month:UTC|acme"] == Level(30, 0)


def test_a_failed_try_leaves_its_room_to_the_next() -> None:
    house = House(budgets={"b": Budget(tokens=10_000)})
    ticket = house.open(max_tokens=100)
    before = house.levels()["budget::b:tokens:month:UTC|acme"].reserved
    for _ in range(3):
        tab = asyncio.run(ticket.take(SMALL, ticket.chat))
        tab.close(attempt("small", 0, 0, outcome="host_rate_limited"))
    assert house.levels()["budget::b:tokens:month:UTC|acme"].reserved == before


def test_a_model_has_limits_of_its_own_for_what_auto_asks_of_it() -> None:
    house = House({"a": Rate(of="model", only=("large",), requests="1/hour", tokens="100k/hour")})
    ticket = house.open("auto", max_tokens=10)
    ticket.settle([attempt("shoal/tiny", 10, 5)], 1.0)
    ticket = house.open("auto", max_tokens=10)
    ticket.settle([attempt("shoal/tiny", 10, 5), attempt("large", 10, 5)], 1.0)
    with pytest.raises(RateLimitExceeded):
        house.open("auto", max_tokens=10)


def test_a_stream_beyond_its_allowance_is_cut() -> None:
    house = House({"a": Rate(tokens="100k/minute")})
    ticket = house.open(max_tokens=3)
    tab = asyncio.run(ticket.take(SMALL, ticket.chat))
    ends = [tab.last(Piece.of("word ", None)) for _ in range(4)]
    assert ends[:3] == [None] * 3
    assert ends[3] is not None
    assert [choice.finish_reason for choice in ends[3].choices] == ["length"]
    assert "cut" in ticket.said()


def test_a_piece_that_says_nothing_does_not_count() -> None:
    house = House({"a": Rate(tokens="100k/minute")})
    ticket = house.open(max_tokens=1)
    tab = asyncio.run(ticket.take(SMALL, ticket.chat))
    assert tab.last(Piece.of("word", None)) is None
    assert tab.last(Piece([Choice({}, 0, "stop")], Usage(5, 1))) is None


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (Usage(40, 2, estimated=True), (40, 8)),
        (Usage(40, 9, estimated=True), (40, 9)),
        (Usage(40, 2), (40, 2)),
        (Usage(), (0, 0)),
    ],
)
def test_where_tokens_are_guessed_the_bytes_that_came_count_too(usage: Usage, counted: tuple[int, int]) -> None:
    house = House({"a": Rate(tokens="100k/minute")})
    ticket = house.open(max_tokens=50)
    tab = asyncio.run(ticket.take(SMALL, ticket.chat))
    for _ in range(2):
        tab.last(Piece.of("twelve bytes", None))
    tried = attempt("small", 0, 0, outcome="cancelled")
    tried.usage = usage
    tab.close(tried)
    assert (tried.usage.prompt_tokens, tried.usage.completion_tokens) == counted


def test_a_budget_that_is_nearly_spent_asks_a_smaller_model() -> None:
    budget = Budget(requests=10, downshift=Downshift(at=0.5, to=("small",)))
    house = House(budgets={"b": budget})
    for _ in range(5):
        assert house.ask(model="large").note is None
    ticket = house.ask(model="large")
    assert ticket.chat.model == "small"
    assert ticket.note == {"budget": "b", "from": "large", "to": "small"}
    assert house.ask(model="large", may=lambda _: False).note is None
    assert house.levels()["budget::b:requests:month:UTC|acme"] == Level(7, 0)


@pytest.mark.parametrize(
    ("known", "certified", "answers"),
    [
        ({"small": True}, False, "small"),
        ({"small": False}, False, "shoal/tiny"),
        ({"small": False, "shoal/tiny": False}, False, "large"),
        ({}, False, "small"),
        ({}, True, "large"),
        ({"shoal/tiny": True}, True, "shoal/tiny"),
    ],
)
def test_a_smaller_model_is_asked_where_a_certificate_or_else_the_operator_says_that_it_will_do(
    known: Mapping[str, bool], certified: bool, answers: str
) -> None:
    downshift = Downshift(at=0.1, to=("small", "shoal/tiny"), certified=certified)
    house = House(
        budgets={"b": Budget(requests=10, downshift=downshift)}, certified=lambda _, name, __: known.get(name)
    )
    house.ask(model="large")
    assert house.ask(model="large").chat.model == answers


@pytest.mark.parametrize(("certified_for", "answers"), [(WHO.tenant, "small"), ("another", "large")])
def test_a_certificate_of_another_organisation_does_not_count(certified_for: str, answers: str) -> None:
    budget = Budget(requests=10, downshift=Downshift(at=0.1, to=("small",)))
    house = House(budgets={"b": budget}, certified=lambda _, __, tenant: tenant == certified_for)
    house.ask(model="large")
    assert house.ask(model="large").chat.model == answers


def test_what_does_not_fit_asks_a_smaller_model() -> None:
    budget = Budget(usd=0.002, downshift=Downshift(to=("small",)))
    house = House(budgets={"b": budget})
    assert house.ask(model="large", max_tokens=100).chat.model == "small"
    with pytest.raises(InsufficientQuota):
        house.ask(model="large", max_tokens=10_000)


def test_observed_limits_count_and_refuse_nothing() -> None:
    house = House({"a": Rate(requests="1/hour", mode="observe")})
    for _ in range(3):
        house.ask()
    # Three requests of an hour each: so long until nothing is used.
    assert [state.mark for state in house.counters._states.values()] == [NOON + 3 * 3_600_000_000]


def test_a_soft_budget_warns_and_refuses_nothing() -> None:
    house = House(budgets={"b": Budget(requests=2, soft=0.5, hard=False)})
    assert "x-shoal-budget-warning" not in house.ask().standing()
    assert house.ask().standing()["x-shoal-budget-warning"] == "b;quantity=requests;spent=0.50"
    house.ask()


def test_events_are_told_once() -> None:
    house = House(budgets={"b": Budget(requests=10)})
    for _ in range(10):
        house.ask()
    for _ in range(3):
        with pytest.raises(InsufficientQuota):
            house.ask()
    said = [(name, data.get("share")) for name, _, data in house.told.events]
    assert said == [("budget.spent", 0.5), ("budget.spent", 0.8), ("budget.spent", 1.0), ("limit.reached", None)]
    assert [data["spent"] for name, _, data in house.told.events if name == "budget.spent"] == [5, 8, 10]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        # 1 USD: 20 replies of 49,750 tokens at 1 USD for 1e6 leave half a percent, in which nothing fits any more.
        ([49_750] * 20, [(0.5, 547_250), (0.8, 845_750), (1.0, 995_000)]),
        # What jumps is told with what is refused because of it; a tenth is left, which is not all.
        ([900_000], [(0.8, 900_000)]),
    ],
)
def test_what_refuses_says_how_much_of_it_is_spent(answers: list[int], told: list[tuple[float, int]]) -> None:
    house = House(budgets={"b": Budget(usd=1.0)})
    for read in answers:
        house.ask(read, 0, max_tokens=1)
    with pytest.raises(InsufficientQuota):
        house.open(max_tokens=100_000)
    spent = [(data["share"], data["spent"]) for name, _, data in house.told.events if name == "budget.spent"]
    assert spent == told


def test_a_temporary_increase_ends() -> None:
    house = House(budgets={"b": Budget(requests=1)})
    until = house.now + 1_000_000
    house.step.rules = Rules(house.step.rules.limits, (Increase("b", "requests", 1, 0, until, "ana"),))
    house.ask()
    house.ask()
    with pytest.raises(InsufficientQuota):
        house.ask()
    house.now = until
    with pytest.raises(InsufficientQuota):
        house.ask()


def test_limits_that_change_while_a_request_runs_do_not_lose_it() -> None:
    house = House(budgets={"b": Budget(tokens=10_000)})
    ticket = house.open(max_tokens=100)
    house.step.rules = read_rules(Limits(), {"b": Budget(tokens=50)})
    ticket.settle([attempt("small", 30, 10)], 1.0)
    assert house.levels()["budget::b:tokens:month:UTC|acme"] == Level(40, 0)
    with pytest.raises(InsufficientQuota):
        house.open(max_tokens=100)


def test_names_that_nobody_knows_make_no_counters_of_their_own() -> None:
    house = House({"a": Rate(of="model", requests="100/minute")})
    for at in range(5):
        house.open(f"invented-{at}")
    assert len(house.levels()) == 1


class Away(MemoryCounters):
    """A store that does not answer."""

    async def reserve(self, reservation: str, items: list[Item]) -> Answer:
        raise LimitsUnavailable("away")

    def settle(self, settlement: Settlement) -> None:
        self.settled = settlement


@pytest.mark.parametrize(
    ("budgets", "when_lost", "closed"),
    [
        ({}, None, False),
        ({"b": Budget(usd=1)}, None, True),
        ({"b": Budget(usd=1)}, "open", False),
        ({}, "closed", True),
    ],
)
def test_a_store_that_is_away(budgets: dict[str, Budget], when_lost: Any, closed: bool) -> None:
    house = House({"a": Rate(requests="5/minute", tokens="100k/minute")}, budgets, Policy(when_lost=when_lost))
    away = house.step.counters = Away()
    if closed:
        with pytest.raises(LimitsUnavailable):
            house.open()
        return
    house.ask(7, 3)
    assert away.settled.generation == ""
    assert {part[0].split(":")[3].split("|")[0]: part[2] - part[3] > 0 for part in away.settled.spent}
    assert all(part[3] == 0 for part in away.settled.spent)
