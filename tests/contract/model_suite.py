"""What every `Model` keeps to. A plug-in's author runs it on their own:

    from tests.contract.model_suite import CHECKS, Subject

`Subject` says how to make the model answer, fail and hang; each check is an async function of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from shoal.call import Model, closing
from shoal.chat import Chat, Message
from shoal.errors import ShoalError
from tests.contract.calls import hello, make_call, read, text
from tests.waiting import LET_GO_S, SOON_S


@dataclass(frozen=True, slots=True)
class Subject:
    """`answers` says something, streamed in several pieces; `fails` fails before its first piece; `hangs` says
    something and then waits for ever. `let_go` returns once whatever `hangs` held is given back."""

    answers: Model
    fails: Model
    hangs: Model
    let_go: Callable[[], Awaitable[None]]


async def has_a_card(subject: Subject) -> None:
    card = subject.answers.card
    assert card.name
    assert card.task
    assert card.kind in ("host", "specialist", "composite")
    assert subject.answers.card == card


async def a_whole_reply_is_one_piece(subject: Subject) -> None:
    (piece,) = await read(subject.answers, hello())
    assert piece.choices[0].finish_reason
    assert piece.choices[0].delta["role"] == "assistant"
    assert piece.text


async def a_stream_says_the_same(subject: Subject) -> None:
    whole = text(await read(subject.answers, hello()))
    pieces = await read(subject.answers, hello(stream=True))
    assert text(pieces) == whole
    ends = [choice.finish_reason for piece in pieces for choice in piece.choices if choice.finish_reason]
    assert len(ends) == 1


async def usage_comes_once(subject: Subject) -> None:
    for stream in (False, True):
        (usage,) = [piece.usage for piece in await read(subject.answers, hello(stream)) if piece.usage]
        assert usage.prompt_tokens > 0
        assert usage.completion_tokens > 0


async def the_chat_is_left_alone(subject: Subject) -> None:
    wire: dict[str, Any] = {"role": "user", "content": [{"type": "text", "text": "Say hello."}]}
    chat = Chat("m", (Message.from_wire(wire),), {"temperature": 0.5, "stop": None}, stream=True)
    await read(subject.answers, chat)
    assert chat.options == {"temperature": 0.5, "stop": None}
    assert wire == {"role": "user", "content": [{"type": "text", "text": "Say hello."}]}


async def a_failure_is_typed_and_says_nothing_of_the_prompt(subject: Subject) -> None:
    for stream in (False, True):
        with pytest.raises(ShoalError) as caught:
            await read(subject.fails, hello(stream))
        assert "Say hello" not in repr(caught.value)


async def two_at_once_do_not_meet(subject: Subject) -> None:
    replies = await asyncio.gather(*(read(subject.answers, hello(stream=True)) for _ in range(8)))
    assert len({text(reply) for reply in replies}) == 1


async def cancelling_lets_go(subject: Subject) -> None:
    begun = asyncio.Event()

    async def listen() -> None:
        async with closing(subject.hangs.reply(hello(stream=True), make_call())) as pieces:
            async for _ in pieces:
                begun.set()

    task = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), SOON_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(subject.let_go(), LET_GO_S)


async def closing_early_lets_go(subject: Subject) -> None:
    pieces = cast(AsyncGenerator[Any, None], subject.hangs.reply(hello(stream=True), make_call()))
    await anext(pieces)
    await pieces.aclose()
    await asyncio.wait_for(subject.let_go(), LET_GO_S)


async def nothing_runs_before_the_first_piece_is_asked_for(subject: Subject) -> None:
    pieces = cast(AsyncGenerator[Any, None], subject.fails.reply(hello(), make_call()))
    await pieces.aclose()


CHECKS = (
    has_a_card,
    a_whole_reply_is_one_piece,
    a_stream_says_the_same,
    usage_comes_once,
    the_chat_is_left_alone,
    a_failure_is_typed_and_says_nothing_of_the_prompt,
    two_at_once_do_not_meet,
    cancelling_lets_go,
    closing_early_lets_go,
    nothing_runs_before_the_first_piece_is_asked_for,
)
