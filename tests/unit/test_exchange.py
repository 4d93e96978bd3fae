"""The outer ring: every way out settles once, and each step does its part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from shoal.call import Model, Patience, Placement, closing
from shoal.chat import Chat, Message, Passage, ShoalOptions
from shoal.errors import HostFailed, PermissionDenied, PlacementError, ShoalError, UnknownModel
from shoal.exchange import Exchange, House
from shoal.identity import Key, Role
from shoal.models.registry import Registry
from shoal.stores.ledger import Record
from shoal.testing import ScriptedModel

KEY = Key("k", "t", Role.MEMBER)
HELLO = (Message.of("user", "how so?"),)


class Shelf:
    """A retriever that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...], str, int]] = []

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        self.asked.append((query, tuple(collections), tenant, limit))
        return [Passage("p", "docs", "a.md", "A", "text")]


class Outer:
    """A house of scripted models that keeps the records it settles."""

    def __init__(self, *models: Model, fallback: str | None = None, placement: Placement | None = None) -> None:
        self.shelf = Shelf()
        self.records: list[Record] = []
        self.house = House(
            identity=None,  # type: ignore[arg-type]  # the key is known already
            models=Registry({model.card.name: (model, Patience(retries=0)) for model in models}),
            retriever=self.shelf,
            passages=4,
            fallback=lambda chat: (fallback,) if fallback and chat.model == "auto" else (),
            placement=placement or Placement(),
            observers=(self.records.append,),
        )

    def ask(self, model: str, key: Key = KEY, messages: tuple[Message, ...] = HELLO, **more: Any) -> str:
        async def travel() -> str:
            exchange = Exchange(self.house, key, Chat(model, messages, stream=True, shoal=ShoalOptions(**more)))
            async with closing(exchange.travel()) as pieces:
                return "".join([piece.text async for piece in pieces])

        return asyncio.run(travel())


def test_an_answer_settles_once_with_its_attempts() -> None:
    outer = Outer(ScriptedModel(["a", "b"], name="m"))
    assert outer.ask("m", tags={"x": "y"}) == "ab"
    (record,) = outer.records
    assert (record.outcome, record.asked, record.model, record.tags) == ("ok", "m", "m", {"x": "y"})
    assert [attempt.outcome for attempt in record.attempts] == ["ok"]
    assert record.usage().total_tokens == 9
    assert record.first_piece_s is not None
    assert 0 < record.first_piece_s <= record.latency_s


@pytest.mark.parametrize(
    ("model", "key", "error"),
    [
        ("nothing", KEY, UnknownModel),
        ("m", Key("k", "t", Role.MEMBER, models=("other",)), PermissionDenied),
        ("broken", KEY, HostFailed),
    ],
)
def test_a_refusal_or_failure_settles_too(model: str, key: Key, error: type[ShoalError]) -> None:
    outer = Outer(ScriptedModel(name="m"), ScriptedModel([HostFailed("500", host="h")], name="broken"))
    with pytest.raises(error):
        outer.ask(model, key)
    (record,) = outer.records
    assert record.outcome == error.code


def test_a_hang_up_settles_as_cancelled_and_reaches_the_model() -> None:
    model = ScriptedModel(["a", asyncio.Event()], name="m")
    outer = Outer(model)

    async def leave() -> None:
        travel = Exchange(outer.house, KEY, Chat("m", HELLO, stream=True)).travel()
        async with closing(travel) as pieces:
            await anext(pieces)

    asyncio.run(leave())
    (record,) = outer.records
    assert (record.outcome, record.attempts[0].outcome) == ("cancelled", "cancelled")
    assert model.cancelled == 1


def test_named_collections_are_read_within_the_keys_scope() -> None:
    outer = Outer(model := ScriptedModel(name="m"))
    outer.ask("m", collections=("docs", "more"))
    assert outer.shelf.asked == [("how so?", ("docs", "more"), "t", 4)]
    assert [passage.id for passage in model.chats[0].passages] == ["p"]
    with pytest.raises(PermissionDenied):
        outer.ask("m", Key("k", "t", Role.MEMBER, collections=("docs",)), collections=("more",))


def test_the_fallback_is_read_only_where_no_collection_is_named() -> None:
    outer = Outer(ScriptedModel(name="auto"), ScriptedModel(name="m"), fallback="docs")
    outer.ask("m")
    outer.ask("auto", collections=())
    assert outer.shelf.asked == []
    outer.ask("auto")
    assert outer.shelf.asked[0][1] == ("docs",)


def test_the_reply_says_that_the_fallback_was_read() -> None:
    outer = Outer(ScriptedModel(name="auto"), fallback="docs")

    async def route(**more: Any) -> Any:
        exchange = Exchange(outer.house, KEY, Chat("auto", HELLO, shoal=ShoalOptions(**more)))
        async with closing(exchange.travel()) as pieces:
            _ = [piece async for piece in pieces]
        return exchange.summary()["route"]

    assert asyncio.run(route())["fallback"] == ["docs"]
    assert "fallback" not in asyncio.run(route(collections=("docs",)))


def test_the_fallback_is_not_read_beyond_the_keys_scope() -> None:
    outer = Outer(model := ScriptedModel(name="auto"), fallback="docs")
    outer.ask("auto", Key("k", "t", Role.MEMBER, collections=("more",)))
    assert outer.shelf.asked == []
    assert model.chats[0].passages == ()


def test_nothing_is_searched_where_nothing_is_asked() -> None:
    outer = Outer(ScriptedModel(name="auto"), fallback="docs")
    outer.ask("auto", messages=(Message.of("system", "be brief"),))
    assert outer.shelf.asked == []


def test_the_houses_placement_rules_hold() -> None:
    remote = ScriptedModel(name="m", kind="host", host="far", region="us")
    outer = Outer(remote, placement=Placement(frozenset({"eu"})))
    with pytest.raises(PlacementError, match=r"hosts\.far\.region"):
        outer.ask("m")
    assert outer.records[0].attempts == []


def test_the_summary_says_who_answered_and_why() -> None:
    outer = Outer(ScriptedModel(name="m"))
    exchange = Exchange(outer.house, KEY, Chat("m", HELLO))
    assert exchange.summary() == {
        "exchange_id": exchange.id,
        "model": "m",
        "route": {"asked": "m", "reason": "named by the caller"},
    }
