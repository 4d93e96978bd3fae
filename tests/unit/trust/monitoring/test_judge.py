"""The judge: asked only where the monitor is unsure, believed only in the form that was asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shoal.call import Patience, Purpose
from shoal.chat import Piece
from shoal.errors import HostFailed, ShoalError
from shoal.models.registry import Registry
from shoal.testing import ScriptedModel
from shoal.trust.monitoring import judge as judge_module
from shoal.trust.monitoring.judge import MOST_ASKED, MOST_FAILED, Judge
from tests.unit.trust.monitoring.scene import BAD, call, chat, chunks, finishes, said, session, text_of
from tests.waiting import SOON_S

UNSURE = "This is perhaps a threat. And more."


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that answers has the time that it needs."""
    monkeypatch.setattr(judge_module, "WITHIN_S", SOON_S)


def judged(*script: Any, pieces: list[Piece] | None = None) -> tuple[list[Piece], dict[str, Any], ScriptedModel]:
    model = ScriptedModel([*script], name="judge")
    way = call(Registry({"judge": (model, Patience(first_s=SOON_S, idle_s=SOON_S, retries=0))}))

    async def play() -> tuple[list[Piece], dict[str, Any]]:
        monitoring = session(monitoring={"judge": "judge"})
        out = await said(monitoring, pieces or chunks(UNSURE), chat("Hello"), way)
        return out, monitoring.account()

    out, account = asyncio.run(play())
    return out, account, model


def test_what_the_judge_lets_pass_passes() -> None:
    out, account, model = judged('{"harmful": []}')
    assert text_of(out) == UNSURE
    assert account["judge"] == {"asked": 2, "failed": 0, "skipped": 0}
    assert "stopped" not in account["replies"]
    assert model.calls[0].purpose is Purpose.GUARD


def test_what_the_judge_calls_harmful_is_stopped() -> None:
    out, account, _ = judged('So: {"harmful": ["hate"]}')
    assert (text_of(out), finishes(out)) == ("", ["content_filter"])
    assert account["replies"]["stopped"]["category"] == "hate"


@pytest.mark.parametrize(
    "answer",
    ["", "I cannot say.", "{}", '{"harmful": "hate"}', '{"harmful": ["everything"]}', "{harmful}", "[]", "x" * 5000],
)
def test_nonsense_leaves_the_monitor_its_own_word(answer: str) -> None:
    out, account, _ = judged(answer)
    assert finishes(out) == ["content_filter"]
    assert account["judge"] == {"asked": 1, "failed": 1, "skipped": 0}


def test_a_judge_that_dies_leaves_the_monitor_its_own_word() -> None:
    error: ShoalError = HostFailed("it broke", host="h")
    out, account, _ = judged(error)
    assert finishes(out) == ["content_filter"]
    assert account["judge"]["failed"] == 1


def test_a_judge_that_is_slow_leaves_the_monitor_its_own_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_module, "WITHIN_S", 0.02)
    out, account, _ = judged(asyncio.Event())
    assert finishes(out) == ["content_filter"]
    assert account["judge"]["failed"] == 1


def test_a_judge_that_is_not_there_counts_as_failed() -> None:
    async def play() -> dict[str, Any]:
        monitoring = session(monitoring={"judge": "nobody"})
        await said(monitoring, chunks(UNSURE))
        return monitoring.account()

    assert asyncio.run(play())["judge"]["failed"] == 1


def test_it_is_not_asked_where_the_monitor_is_sure() -> None:
    out, account, model = judged('{"harmful": []}', pieces=chunks(f"All is well. You {BAD}. More."))
    assert text_of(out) == "All is well. "
    assert model.chats == []
    assert "judge" not in account


def test_it_is_not_asked_about_what_is_only_observed() -> None:
    model = ScriptedModel(["{}"], name="judge")

    async def play() -> None:
        monitoring = session(mode="observe", monitoring={"judge": "judge"})
        way = call(Registry({"judge": (model, Patience())}))
        await said(monitoring, chunks(UNSURE), None, way)
        if task := monitoring.finish():
            await task

    asyncio.run(play())
    assert model.chats == []


def test_the_text_stands_between_marks_that_nobody_can_guess() -> None:
    _, _, model = judged('{"harmful": []}')
    asked = model.chats[0]
    mark = asked.ask.split("\n")[0]
    assert len(mark) == 16
    assert asked.ask == f"{mark}\nThis is perhaps a threat. \n{mark}"
    assert mark in asked.system


def test_it_is_asked_a_bounded_number_of_times() -> None:
    model = ScriptedModel(['{"harmful": []}'], name="judge")

    async def play() -> Judge:
        judge = Judge("judge")
        way = call(Registry({"judge": (model, Patience())}))
        for _ in range(MOST_ASKED + 3):
            await judge.ask("text", way)
        return judge

    judge = asyncio.run(play())
    assert (judge.asked, judge.skipped) == (MOST_ASKED, 3)
    assert len(model.chats) == MOST_ASKED


def test_a_judge_that_fails_again_and_again_is_left_alone() -> None:
    model = ScriptedModel(["no form"], name="judge")

    async def play() -> Judge:
        judge = Judge("judge")
        way = call(Registry({"judge": (model, Patience())}))
        for _ in range(MOST_FAILED + 2):
            assert await judge.ask("text", way) is None
        return judge

    judge = asyncio.run(play())
    assert judge.account() == {"asked": MOST_FAILED, "failed": MOST_FAILED, "skipped": 2}
