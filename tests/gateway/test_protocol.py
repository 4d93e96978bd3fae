"""What a request writes to: an answer's head waits for its body, and for nothing longer than a turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from shoal.gateway.protocol import Joined


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
