"""Reads a small answer of a service whole, within a bound. It knows no service, and asks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import StreamReader


async def read_page(content: StreamReader, most: int) -> bytes | None:
    """All that comes, however many pieces it comes in; None where that is more than `most` bytes."""
    body = bytearray()
    async for part in content.iter_any():
        body += part
        if len(body) > most:
            return None
    return bytes(body)
