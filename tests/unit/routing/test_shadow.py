"""Shadow calls through a whole house: who is asked what, what is kept of it, who pays, and when nothing is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoal.assembly import Assembly
from shoal.call import Purpose, closing
from shoal.chat import Chat, Message, Piece, ShoalOptions
from shoal.config import Settings
from shoal.errors import ConfigError, HostTimeout
from shoal.exchange import Exchange
from shoal.identity import Key, Role
from shoal.routing.certify import Aim, certify
from shoal.routing.shadow import MOST_WAITING, ShadowRules, Shadows
from shoal.stores.contents import SqlContents
from shoal.stores.database import Database
from shoal.stores.ledger import Record
from shoal.testing import ScriptedModel
from tests.unit.routing.labelled import labels
from tests.waiting import SOON_S

EASY = "Please tell me about the return policy for shoes, case 13."
HARD = "Please tell me about the bound of the spectral gap, case 13."
KEY = Key("k", "north", Role.MEMBER)
PRICES = {"small": 1, "large": 15, "judge": 1}
ALWAYS = ShadowRules("large", 1.0, lambda _: None, "judge")


class House:
    """A house with a certified route, whose host models are scripted; `seen` is what the watch was told."""

    def __init__(self, folder: Path, models: Sequence[ScriptedModel], rules: ShadowRules, **tables: Any) -> None:
        named: dict[str, Any] = {"hosts": {"h": {"dialect": "openai", "base_url": "http://127.0.0.1:1"}}}
        names = [each.card.name for each in models]
        named["models"] = {name: {"host": "h", "price": {"input": PRICES[name], "output": 1}} for name in names}
        tables = {
            "auto": {
                "reference": "large",
                "candidates": [],
                "weights": dict.fromkeys(("energy", "carbon", "latency"), 0),
            },
            "routing": {"route": folder / "route"},
            "audit": {"tenants": {"north": {"content": "masked"}}},
            **named,
            **tables,
        }
        self.seen: list[bool] = []
        self.records: list[Record] = []
        settings = Settings.model_validate({"server": {"data_dir": folder / "data"}, **tables})
        self.opened = Assembly(settings, (self.records.append,))
        registry = self.opened.registry
        for each in models:
            registry = registry.joined(each.card.name, (each, registry.find(each.card.name)[1]))
        self.shadows = Shadows({"north": replace(rules, watch=self.seen.append)})
        self.shadows.start()
        self.house = replace(self.opened.house, models=registry, shadows=self.shadows)

    async def ask(self, said: str = EASY, *, model: str = "auto", key: Key = KEY, **more: Any) -> str:
        messages = more.pop("messages", (Message.of("user", said),))
        chat = Chat(model, messages, stream=more.pop("stream", False), shoal=ShoalOptions(**more))
        exchange = Exchange(self.house, key, chat)
        try:
            async with closing(exchange.travel()) as pieces:
                text = "".join([piece.text async for piece in pieces])
        finally:
            await exchange.settled()
        return text


def scripted(name: str, *said: Any) -> ScriptedModel:
    return ScriptedModel(*[[each] for each in said], name=name, kind="host", host="h")


@pytest.fixture(scope="module")
def route(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "route"
    plain = labels(1600)
    made, _ = certify(replace(plain, groups=[{}] * 1600), "large", ["small"], Aim(alpha=0.08))
    made.save(folder)
    return folder


def play(
    tmp_path: Path, route: Path, work: Callable[[House], Awaitable[None]], *models: ScriptedModel,
    rules: ShadowRules = ALWAYS, **tables: Any,
) -> House:  # fmt: skip
    """Runs `work` in a house, waits for all shadows, and closes it."""
    house = House(tmp_path, models, rules, routing={"route": route}, **tables)

    async def whole() -> None:
        try:
            await work(house)
            await house.shadows.settled()
        finally:
            await house.opened.close()

    asyncio.run(whole())
    return house


async def once(house: House) -> None:
    assert await house.ask() == "The shop takes shoes back."


SMALL = "The shop takes shoes back."


def good(score: float) -> str:
    return f'{{"score": {score}}}'


@pytest.mark.parametrize(
    ("said", "scores", "expected"),
    [
        ("the shop takes  shoes back", (), {"same": True, "agreement": 1.0, "worse": False}),
        ("Never.", (0.9, 0.8), {"same": False, "agreement": 0.0, "worse": False}),
        ("Never.", (0.7, 0.8), {"same": False, "agreement": 0.0, "worse": True}),
        ("Never.", (0.8, 0.8), {"same": False, "agreement": 0.0, "worse": False}),
        ("Shoes? Never.", (0.8, "unreadable"), {"same": False, "agreement": 0.3333, "worse": None}),
    ],
)
def test_both_answers_are_compared(
    tmp_path: Path, route: Path, said: str, scores: tuple[Any, ...], expected: dict[str, Any]
) -> None:
    large, judge = scripted("large", said), scripted("judge", *(map(good, scores) if scores else ["not asked"]))
    if "unreadable" in scores:
        judge = scripted("judge", good(0.8), "fine, I think")
    house = play(tmp_path, route, once, scripted("small", SMALL), large, judge)
    first, shadow = house.records
    assert (first.model, shadow.model) == ("small", "large")
    assert shadow.trust is not None
    about = {"of": first.id, "model": "small", "reference": "large"}
    assert shadow.trust["routing"] == {"shadow": {**about, **expected}}
    assert len(judge.chats) == len(scores)
    assert house.seen == ([] if expected["worse"] is None else [expected["worse"]])


def test_the_tenant_pays_for_it_in_an_exchange_of_its_own(tmp_path: Path, route: Path) -> None:
    judge = scripted("judge", good(0.5))
    house = play(tmp_path, route, once, scripted("small", SMALL), scripted("large", "No."), judge)
    first, shadow = house.records
    assert (shadow.tenant, shadow.key_id, shadow.asked, shadow.outcome) == ("north", "k", "auto", "ok")
    assert shadow.tags == {"cause": "shadow"}
    assert [(each.model, each.purpose) for each in first.calls] == [("small", Purpose.ANSWER)]
    assert [(each.model, each.purpose) for each in shadow.calls] == [
        *(("large", Purpose.SHADOW), ("judge", Purpose.JUDGE), ("judge", Purpose.JUDGE))
    ]
    assert shadow.impacts is not None
    assert shadow.impacts.cost_usd is not None
    assert shadow.impacts.cost_usd.expected == pytest.approx((7 * 15 + 2 + 2 * 9) / 1e6)


def test_only_masked_text_goes_out_and_nothing_of_it_is_kept(tmp_path: Path, route: Path) -> None:
    large, judge = scripted("large", "Ask somebody."), scripted("judge", good(0.5))
    small = scripted("small", "I told her.")

    async def work(house: House) -> None:
        told = Message.of("system", "You write for anna.meier@example.com.")
        await house.ask(messages=(told, Message.of("user", EASY)))

    house = play(tmp_path, route, work, small, large, judge)
    assert len(large.chats) == 1
    told = str([message.wire for chat in (*large.chats, *judge.chats) for message in chat.messages])
    assert "anna.m" not in told
    # All but the canary, which guards an answer that somebody reads.
    assert small.chats[0].messages[0].text.startswith(large.chats[0].messages[0].text)
    assert "EMAIL_ADDRESS_" in told.upper()
    assert "somebody" not in str(house.records[1])
    files = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files
    assert not any(word in each for each in files for word in (b"somebody", b"return policy", b"anna.meier"))
    database = Database(tmp_path / "data")
    try:
        assert SqlContents(database).names("north", 0) == [house.records[0].id]
    finally:
        database.close()


def test_a_stream_with_passages_is_asked_again_whole(tmp_path: Path, route: Path) -> None:
    large = scripted("large", SMALL)

    async def work(house: House) -> None:
        await house.ask(stream=True, deadline_s=30.0, optimize="cost")

    play(tmp_path, route, work, scripted("small", SMALL), large, scripted("judge", good(1)))
    (chat,) = large.chats
    assert not chat.stream
    assert chat.shoal.optimize is None


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        ({"said": HARD}, "the reference answered itself"),
        ({"said": "SELECT 1;"}, "a foreign ask goes to the reference"),
        ({"model": "small"}, "nothing was routed"),
        ({"key": Key("k", "south", Role.MEMBER)}, "the tenant has not opted in"),
    ],
)
def test_no_second_call(tmp_path: Path, route: Path, ask: dict[str, Any], why: str) -> None:
    large = scripted("large", "Once.")

    async def work(house: House) -> None:
        await house.ask(**ask)

    house = play(tmp_path, route, work, scripted("small", SMALL), large, scripted("judge", good(1)))
    assert len(house.records) == 1, why
    assert [call.purpose for call in large.calls] == [Purpose.ANSWER] * len(large.calls)
    assert house.seen == ([False] if why.startswith(("the reference", "a foreign")) else [])


def test_none_where_masking_is_not_enforced(tmp_path: Path, route: Path) -> None:
    large = scripted("large", "No.")
    play(tmp_path, route, once, scripted("small", SMALL), large, trust={"masking": {"mode": "observe"}})
    assert large.chats == []


def test_a_reply_that_is_no_text_is_not_compared(tmp_path: Path, route: Path) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    piece = Piece.of("", "tool_calls")
    piece.choices[0].delta["tool_calls"] = [call]
    large = scripted("large", "No.")

    async def work(house: House) -> None:
        await house.ask()

    play(tmp_path, route, work, ScriptedModel([piece], name="small", kind="host", host="h"), large)
    assert large.chats == []


def test_a_reference_that_fails_is_a_failed_exchange_and_no_comparison(tmp_path: Path, route: Path) -> None:
    large = ScriptedModel([HostTimeout("no", host="h")], name="large", kind="host", host="h")
    house = play(tmp_path, route, once, scripted("small", SMALL), large)
    shadow = house.records[1]
    assert shadow.outcome == HostTimeout("no", host="h").code
    assert "routing" not in (shadow.trust or {})
    assert house.seen == []


def test_a_spent_budget_lets_no_shadow_through(tmp_path: Path, route: Path) -> None:
    """Requests of the key are limited to one: the shadow is one too many, and the answer was out before."""
    limits = {"rates": {"one": {"of": "key", "requests": "1/day"}}}
    large = scripted("large", "No.")
    house = play(tmp_path, route, once, scripted("small", SMALL), large, limits=limits)
    assert large.chats == []
    assert house.seen == []


def test_the_share_is_drawn_by_the_id() -> None:
    shadows = Shadows({"north": replace(ALWAYS, share=0.05)})
    assert shadows.open("north", "ex_1") is None  # not started: a command line never is
    shadows.start()
    drawn = [shadows.open("north", f"ex_{at}") is not None for at in range(20_000)]
    assert 0.045 < sum(drawn) / len(drawn) < 0.055
    assert drawn == [shadows.open("north", f"ex_{at}") is not None for at in range(20_000)]
    assert all(shadows.open("south", f"ex_{at}") is None for at in range(1000))


def test_what_waits_is_bounded_and_ends_with_the_house(tmp_path: Path, route: Path) -> None:
    never = asyncio.Event()
    large = ScriptedModel([never], name="large", kind="host", host="h")

    async def work(house: House) -> None:
        for _ in range(MOST_WAITING + 5):
            await house.ask()
        await asyncio.sleep(0)
        assert large.running <= 4
        async with asyncio.timeout(SOON_S):
            await house.shadows.close()

    house = play(tmp_path, route, work, scripted("small", SMALL), large)
    assert large.running == 0
    assert [each.outcome for each in house.records if each.model == "small"] == ["ok"] * (MOST_WAITING + 5)


def test_a_judge_that_is_not_known(tmp_path: Path, route: Path) -> None:
    with pytest.raises(ConfigError, match=r"shadow_judge: 'larg'.*large"):
        House(
            tmp_path, [scripted("large", "")], ALWAYS, routing={"route": route, "shadow": 0.01, "shadow_judge": "larg"}
        )


def test_the_settings_open_them(tmp_path: Path, route: Path) -> None:
    models = [scripted("large", ""), scripted("small", "")]
    made = House(tmp_path, models, ALWAYS, routing={"route": route, "shadow": 0.01})
    assert made.opened.house.shadows is not None
    asyncio.run(made.opened.close())
    observed = House(tmp_path, models, ALWAYS, routing={"route": route, "shadow": 0.01, "mode": "observe"})
    assert observed.opened.house.shadows is None
    asyncio.run(observed.opened.close())
