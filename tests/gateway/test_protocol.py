"""What a request writes to: an answer's head waits for its body, and for nothing longer than a turn of the loop. And
what a connection knows of what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from shoal.gateway.protocol import BoundedHead, Joined

WHOLE = b"POST /v1/models HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"


class Sent:
    """A transport that notes what is written, and when it is closed."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.writes.append(b"closed")

    def is_closing(self) -> bool:
        return self.writes[-1:] == [b"closed"]

    def get_extra_info(self, name: str) -> None:
        return None

    def pause_reading(self) -> None:
        return None


@pytest.mark.parametrize(
    ("done", "writes"),
    [
        (lambda to: [to.write(b"head "), to.write(b"body")], [b"head body"]),
        (lambda to: [to.write(b"head "), to.write(b"1"), to.write(b"2")], [b"head 1", b"2"]),
        (lambda to: [to.write(b"head")], [b"head"]),
        (lambda to: [to.write(b"head"), to.close()], [b"head", b"closed"]),
        (lambda to: [to.close()], [b"closed"]),
    ],
)
def test_the_head_goes_out_with_the_body(done: Callable[[Joined], object], writes: list[bytes]) -> None:
    sent = Sent()

    async def run() -> None:
        to = Joined(sent, asyncio.get_running_loop())  # type: ignore[arg-type]
        done(to)
        assert to.is_closing() == (writes[-1] == b"closed")
        await asyncio.sleep(0)

    asyncio.run(run())
    assert sent.writes == writes


@pytest.mark.parametrize(
    ("reads", "here"),
    [
        ([WHOLE], True),
        ([WHOLE[:-1]], False),
        ([WHOLE[:-1], WHOLE[-1:]], True),
        ([WHOLE + WHOLE], True),
        ([WHOLE + WHOLE[:-1]], False),
        ([b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"], True),
    ],
)
def test_it_knows_whether_all_that_was_asked_has_come(reads: list[bytes], here: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        asked = BoundedHead(Config(app, log_config=None), ServerState(), {})
        asked.connection_made(Sent())  # type: ignore[arg-type]
        for read in reads:
            asked.data_received(read)
            await asyncio.sleep(0)
        assert asked.all_here is here
        asked._timer.cancel()
        for task in asked.tasks:
            task.cancel()
        await asyncio.gather(*asked.tasks, return_exceptions=True)

    asyncio.run(run())


async def answer_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def never_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def begin_an_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    await asyncio.Event().wait()


@pytest.mark.parametrize(("app", "more"), [(begin_an_answer, False), (answer_at_once, True), (never_answer, True)])
def test_nonsense_after_a_request_is_refused_but_not_in_the_middle_of_an_answer(app: Any, more: bool) -> None:
    async def run() -> None:
        sent = Sent()
        asked = BoundedHead(Config(app, log_config=None), ServerState(), {})
        asked.connection_made(sent)  # type: ignore[arg-type]
        asked.data_received(WHOLE)
        for _ in range(9):
            await asyncio.sleep(0)
        asked.data_received(b"nonsense\r\n\r\n")
        assert (b" 400 " in b"".join(sent.writes)) is more
        assert sent.writes[-1] == b"closed"
        asked._timer.cancel()
        for task in asked.tasks:
            task.cancel()
        await asyncio.gather(*asked.tasks, return_exceptions=True)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("app", "reads", "closed"),
    [
        (answer_at_once, [], True),
        (answer_at_once, [b"POST /v1"], True),
        (answer_at_once, [WHOLE], False),
        (answer_at_once, [WHOLE + b"POST"], True),
        (never_answer, [WHOLE], False),
        (never_answer, [WHOLE + b"POST"], False),
        (never_answer, [WHOLE[:-1]], False),
    ],
)
def test_who_has_not_sent_a_whole_head_is_let_go_of(app: Any, reads: list[bytes], closed: bool) -> None:
    async def run() -> None:
        sent = Sent()
        asked = BoundedHead(Config(app, log_config=None), ServerState(), {})
        asked.connection_made(sent)  # type: ignore[arg-type]
        for read in reads:
            asked.data_received(read)
        for _ in range(9):
            await asyncio.sleep(0)
        asked._look_at_head(asked._heads)
        assert (b"closed" in sent.writes) is closed
        asked._timer.cancel()
        for task in asked.tasks:
            task.cancel()
        await asyncio.gather(*asked.tasks, return_exceptions=True)

    asyncio.run(run())
