"""The seam to the HTTP client: POST bytes, get a status, headers and chunks. It knows no JSON and no dialect.

How long a host may take is the inner ring's affair (`Watch`); only connecting has a limit of its own here. Leaving the
`async with`, by cancellation too, closes a connection whose reply was not read to its end. Redirects are not followed,
and proxies from the environment (HTTPS_PROXY and the like) are not used: only the configured address is ever called.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from shoal.errors import HostGarbled

LARGEST_REPLY = 64 * 1024 * 1024


class HttpReply(Protocol):
    """A reply under way."""

    status: int

    def header(self, name: str) -> str:
        """The header's value; "" where it is missing."""

    async def chunk(self) -> bytes:
        """The next bytes of the body, however many came; b"" at its end. Raises HostCut."""

    async def finish(self) -> None:
        """Waits a moment for the body's end, so that the connection can be used again."""


class HttpClient(Protocol):
    """One host's connections."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> AbstractAsyncContextManager[HttpReply]:
        """Sends; entering waits for the reply's head. Raises HostUnreachable, HostMisconfigured, HostGarbled."""

    async def close(self) -> None:
        """Closes all connections."""


async def read_whole(reply: HttpReply, host: str) -> bytes:
    """The whole body. Raises HostCut, and HostGarbled above LARGEST_REPLY bytes."""
    parts = []
    size = 0
    while part := await reply.chunk():
        parts.append(part)
        size += len(part)
        if size > LARGEST_REPLY:
            raise HostGarbled(f"host '{host}' sent more than {LARGEST_REPLY >> 20} MB: ask for less", host=host)
    return b"".join(parts)
