"""What is only observed comes along with what is judged anyway, and stops nothing whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from shoal.trust.monitoring.prompts import STRETCH
from shoal.trust.together import Together
from tests.unit.trust.monitoring.scene import BAD, MildMonitor, Seen, chat, chunks, said, session, text_of

REPLY = "A proxy stands between a client and a server. "


class Counting(MildMonitor):
    """Notes how many texts it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.together = Together(self.each)

    def each(self, texts: Sequence[str]) -> Sequence[Seen | None]:
        return self.scores(texts)

    def scores(self, texts: Sequence[str]) -> Sequence[Seen]:
        self.sizes.append(len(texts))
        return super().scores(texts)


def play(monitor: MildMonitor, prompt: str, reply: str = REPLY) -> tuple[str, dict[str, Any]]:
    """What the client gets, and the account; the prompt is only observed."""

    async def play() -> tuple[str, dict[str, Any]]:
        monitoring = session(monitor)
        out = await said(monitoring, chunks(reply), chat(prompt))
        if task := monitoring.finish():
            await task
        return text_of(out), monitoring.account()

    return asyncio.run(play())


def test_the_prompt_is_scored_with_the_first_sentence_of_the_reply() -> None:
    monitor = Counting()
    text, account = play(monitor, f"I {BAD}.")
    assert text == REPLY
    assert monitor.sizes == [2]
    assert account["prompts"]["stopped"] == {"category": "violence", "score": 0.99}
    assert (account["prompts"]["texts"], account["prompts"]["over"]) == (1, {"violence": 1})
    assert account["replies"]["top"]["violence"] < 0.1


@pytest.mark.parametrize(("size", "first", "texts"), [(STRETCH, 2, 1), (STRETCH + 1, 1, 3)])
def test_a_long_prompt_does_not_keep_the_reply_waiting(size: int, first: int, texts: int) -> None:
    monitor = Counting()
    _, account = play(monitor, "x" * size)
    # A longer prompt is read as a whole and in stretches.
    assert monitor.sizes[0] == first
    assert account["prompts"]["texts"] == texts


def test_a_prompt_that_breaks_the_monitor_does_not_stop_the_reply() -> None:
    class Fussy(Counting):
        def _score(self, text: str) -> Seen:
            if "break" in text:
                raise ValueError
            return super()._score(text)

    text, account = play(Fussy(), "Please break.")
    assert text == REPLY
    assert account["prompts"]["failed"] == 1
    assert "failed" not in account["replies"]
    assert (account["prompts"]["texts"], account["replies"]["texts"]) == (0, 1)


def test_a_prompt_that_is_looked_at_closer_does_not_keep_the_reply_waiting() -> None:
    class Slow(Counting):
        def each(self, texts: Sequence[str]) -> Sequence[Seen | None]:
            return [None if "unsure" in text else self._score(text) for text in texts]

    monitor = Slow()
    text, account = play(monitor, "I am unsure.", REPLY * 2)
    assert text == REPLY * 2
    assert monitor.texts == ["I am unsure."]
    assert (account["prompts"]["texts"], account["replies"]["texts"]) == (1, 2)


def test_a_harmful_reply_is_stopped_with_a_prompt_beside_it() -> None:
    text, account = play(MildMonitor(), "What is it?", f"You {BAD}. And more.")
    assert text == ""
    assert account["replies"]["stopped"]["category"] == "violence"
    assert "stopped" not in account["prompts"]


def test_a_prompt_without_a_reply_is_judged_all_the_same() -> None:
    _, account = play(MildMonitor(), f"I {BAD}.", "")
    assert account["prompts"]["over"] == {"violence": 1}
