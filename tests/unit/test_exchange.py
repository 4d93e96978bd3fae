"""The outer ring: every way out settles once, and each step does its part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from shoal.call import Placement, closing
from shoal.chat import Chat, Citation, Message, Passage, Piece, ShoalOptions
from shoal.config.trust import Masking, TrustRules
from shoal.errors import (
    AttachmentRefused,
    HostFailed,
    MaskingFailed,
    PermissionDenied,
    PlacementError,
    ShoalError,
    UnknownModel,
)
from shoal.exchange import Exchange
from shoal.identity import Key, Role
from shoal.testing import ScriptedModel
from shoal.trust.masking.entity import Entity
from tests.unit.outer_ring import HELLO, KEY, Outer


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


PATTERNS = TrustRules(masking=Masking(tier="patterns"))
MAIL = "jane.doe@example.com"


class Echo(ScriptedModel):
    """Says what it was asked, character by character, as a remote host would."""

    async def reply(self, chat: Chat, call: Any) -> Any:
        self.chats.append(chat)
        for letter in chat.messages[-1].text:
            yield Piece.of(letter, None)


def test_no_model_sees_what_is_masked_and_the_caller_gets_it_back() -> None:
    echo = Echo(name="m", kind="host")
    outer = Outer(echo, trust=PATTERNS)
    assert outer.ask("m", messages=(Message.of("user", f"Write to {MAIL}!"),)) == f"Write to {MAIL}!"
    assert "<EMAIL_ADDRESS_" in echo.chats[0].ask
    assert "jane.doe" not in echo.chats[0].ask
    assert outer.records[0].trust == {"mode": "enforce", "masked": {"EMAIL_ADDRESS": [1, 0.05]}}


def test_a_conversation_keeps_its_placeholders_and_keys_do_not_share_them() -> None:
    echo = Echo(name="m")
    outer = Outer(echo, trust=PATTERNS)
    said = (Message.of("user", MAIL),)
    for key in (KEY, KEY, Key("other", "t", Role.MEMBER)):
        outer.ask("m", key, messages=said, conversation="c")
    outer.ask("m", messages=said)
    outer.ask("m", messages=said)
    first, second, other, alone, again = (chat.ask for chat in echo.chats)
    assert first == second
    assert len({first, other, alone, again}) == 4


def test_a_placeholder_of_another_request_brings_nothing() -> None:
    echo = Echo(name="m")
    outer = Outer(echo, trust=PATTERNS)
    outer.ask("m", messages=(Message.of("user", MAIL),), conversation="c")
    stolen = echo.chats[0].ask
    assert (
        outer.ask("m", messages=(Message.of("user", f"what is {stolen}?"),), conversation="c") == f"what is {stolen}?"
    )


def test_citations_come_back_as_they_were() -> None:
    class Citing(ScriptedModel):
        async def reply(self, chat: Chat, call: Any) -> Any:
            passage = chat.passages[0]
            self.chats.append(chat)
            yield Piece.of("see [1]", citations=(Citation(1, passage, passage.text),))

    model = Citing(name="m")
    outer = Outer(model, trust=PATTERNS)
    secret = Passage("p", "docs", "a.md", f"About {MAIL}", f"Ask {MAIL}.")
    outer.shelf.search = lambda *_: [secret]  # type: ignore[method-assign]

    async def travel() -> Exchange:
        exchange = Exchange(outer.house, KEY, Chat("m", HELLO, shoal=ShoalOptions(collections=("docs",))))
        async with closing(exchange.travel()) as pieces:
            assert [piece.text async for piece in pieces] == ["see [1]"]
        return exchange

    exchange = asyncio.run(travel())
    assert MAIL not in model.chats[0].passages[0].text + model.chats[0].passages[0].title
    assert exchange.citations == (Citation(1, secret, secret.text),)


def test_text_that_a_composite_model_adds_is_masked_too() -> None:
    leaf = Echo(name="leaf")

    class Adding(ScriptedModel):
        async def reply(self, chat: Chat, call: Any) -> Any:
            said = chat.messages[-1].text
            more = (*chat.messages, Message.of("user", f"{said} and +44 20 7946 0958"))
            async with closing(call.open("leaf").reply(Chat("leaf", more), call)) as pieces:
                async for piece in pieces:
                    yield piece

    outer = Outer(Adding(name="c", kind="composite"), leaf, trust=PATTERNS)
    assert outer.ask("c", messages=(Message.of("user", MAIL),)) == f"{MAIL} and +44 20 7946 0958"
    assert "7946" not in leaf.chats[0].messages[-1].text
    assert leaf.chats[0].messages[-1].text.startswith(leaf.chats[0].messages[0].text)


class Broken:
    name, types = "broken", ("PERSON",)

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        raise ZeroDivisionError


def test_a_recognizer_that_fails_refuses_the_request() -> None:
    model = ScriptedModel(["never"], name="m")
    outer = Outer(model, trust=PATTERNS, recognizers=[Broken()])
    with pytest.raises(MaskingFailed, match="nothing was sent"):
        outer.ask("m")
    assert model.chats == []
    assert outer.records[0].outcome == "masking_failed"


def test_where_it_is_only_observed_traffic_goes_unchanged() -> None:
    model = ScriptedModel(["hello"], name="m")
    outer = Outer(model, trust=PATTERNS.model_copy(update={"mode": "observe"}))
    assert outer.ask("m", messages=(Message.of("user", MAIL),)) == "hello"
    assert model.chats[0].ask == MAIL
    assert outer.records[0].trust == {"mode": "observe", "observed": {"EMAIL_ADDRESS": [1, 0.05]}}


def test_observing_never_refuses() -> None:
    model = ScriptedModel(["hello"], name="m")
    outer = Outer(model, trust=PATTERNS.model_copy(update={"mode": "observe"}), recognizers=[Broken()])
    assert outer.ask("m") == "hello"


IMAGE = Message.from_wire(
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}]}
)


def test_what_is_not_text_goes_to_no_remote_host_unless_the_tenant_says_so() -> None:
    remote, here = ScriptedModel(["x"], name="remote", kind="host"), ScriptedModel(["y"], name="here")
    outer = Outer(remote, here, trust=PATTERNS)
    with pytest.raises(AttachmentRefused, match="image_url"):
        outer.ask("remote", messages=(IMAGE,))
    assert remote.chats == []
    assert outer.records[0].trust == {"mode": "enforce", "attachments": {"image_url": 1}}
    assert outer.ask("here", messages=(IMAGE,)) == "y"
    passing = TrustRules(masking=Masking(tier="patterns", attachments="pass"))
    assert Outer(remote, trust=passing).ask("remote", messages=(IMAGE,)) == "x"
    own = TrustRules(masking=Masking(tier="patterns"), tenants={"t": {"masking": {"attachments": "pass"}}})
    assert Outer(remote, trust=own).ask("remote", messages=(IMAGE,)) == "x"
