"""Reading an answer whole: in however many pieces it comes, and no more than the bound."""

from __future__ import annotations

import asyncio
from unittest import mock

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol

from shoal.models.hosts.page import read_page


@pytest.mark.parametrize(
    ("pieces", "most", "read"),
    [
        ([b"a page"], 6, b"a page"),
        ([b"a ", b"pa", b"ge"], 6, b"a page"),
        ([], 6, b""),
        ([b"a page!"], 6, None),
        ([b"a pa", b"ge!"], 6, None),
    ],
    ids=["at once", "in pieces", "nothing", "too long", "too long with its last piece"],
)
def test_all_that_comes_within_the_bound(pieces: list[bytes], most: int, read: bytes | None) -> None:
    async def come() -> bytes | None:
        loop = asyncio.get_running_loop()
        protocol = BaseProtocol(loop)
        protocol.transport = mock.Mock(spec=asyncio.Transport)
        content = aiohttp.StreamReader(protocol, limit=1 << 16, loop=loop)
        reading = asyncio.create_task(read_page(content, most))
        for piece in pieces:
            content.feed_data(piece)
            await asyncio.sleep(0)
        content.feed_eof()
        return await reading

    assert asyncio.run(come()) == read
