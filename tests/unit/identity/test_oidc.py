"""What an identity provider is asked: a document comes in as many pieces as the network makes of it, and has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import orjson
import pytest

from shoal.chat import Json
from shoal.errors import SignInFailed
from shoal.identity.oidc import MOST_BYTES, fetch_json
from tests.waiting import SOON_S

KEYS = {"keys": [{"kid": str(number)} for number in range(1000)]}


def fetched(*parts: bytes, status: str = "200 OK", length: int | None = None) -> Json:
    """What comes of an answer whose body is sent in these parts, each of them by itself."""
    said = sum(map(len, parts)) if length is None else length

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {said}\r\n\r\n".encode())
        for part in parts:
            writer.write(part)
            for _ in range(50):  # turns of the loop, in which what was sent is read
                await asyncio.sleep(0)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        closed.set()

    closed = asyncio.Event()

    async def ask() -> Json:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            try:
                return await fetch_json(f"http://127.0.0.1:{port}/jwks")
            finally:
                await asyncio.wait_for(closed.wait(), SOON_S)

    return asyncio.run(ask())


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_a_document_in_pieces_is_read_whole(pieces: int) -> None:
    body = orjson.dumps(KEYS)
    size = -(-len(body) // pieces)
    assert fetched(*(body[at : at + size] for at in range(0, len(body), size))) == KEYS


@pytest.mark.parametrize(
    ("parts", "status", "length"),
    [
        ([b'{"keys": ['], "200 OK", None),
        ([b'{"keys": ['], "200 OK", 100),
        ([b"[]"], "200 OK", None),
        ([b"{}"], "503 Away", None),
        ([b"{}"], "302 Found", None),
        ([b'{"a": "', b"x" * MOST_BYTES, b'"}'], "200 OK", None),
    ],
    ids=["cut", "shorter than said", "no object", "away", "redirect", "long"],
)
def test_what_is_no_document_is_refused(parts: Sequence[bytes], status: str, length: int | None) -> None:
    with pytest.raises(SignInFailed):
        fetched(*parts, status=status, length=length)
