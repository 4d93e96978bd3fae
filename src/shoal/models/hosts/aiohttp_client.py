"""The HTTP client that is used: aiohttp behind the seam of `http.py`. Imported when the first host is opened, since it
takes a third of a second; it knows no JSON and no dialect.

Connections, their pool, TLS and the reading of replies are aiohttp's; its session is left out, since what it works out
anew for every request costs more than all the rest of a request and is the same for every request to an address here:
no cookies, no redirects, no proxies, no uploads in parts.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import aiohttp
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from yarl import URL

from shoal.errors import HostCut, HostError, HostGarbled, HostMisconfigured, HostUnreachable
from shoal.models.hosts.http import HttpReply

KEEP_S = 30.0
GRACE_S = 0.05
# Headers that aiohttp would add by itself.
OURS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
FRAMING = frozenset({"content-length", "transfer-encoding"})


class AiohttpClient:
    """HttpClient on aiohttp. `connect_s` limits name lookup, TCP and TLS together, in seconds."""

    def __init__(self, host: str, connect_s: float) -> None:
        self.host = host
        self.connect_s = connect_s
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_s)
        self._connector: aiohttp.TCPConnector | None = None
        self._targets: dict[str, Target] = {}

    def post(self, url: str, headers: dict[str, str], body: bytes) -> AbstractAsyncContextManager[HttpReply]:
        return _Post(self, url, headers, body)

    def target(self, url: str, headers: dict[str, str]) -> Target:
        """Where such a request goes. Raises aiohttp's ClientErrors for an address that HTTP cannot reach."""
        found = self._targets.get(url)
        if found is None or found.given != headers:
            found = self._targets[url] = Target(url, headers)
        return found

    async def connect(self, target: Target) -> Connection:
        """A connection, used before or new. Raises aiohttp's ClientErrors and OSErrors."""
        connector = self._connector
        if connector is None:
            connector = self._connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_S)
        return await connector.connect(target.request, [], self._timeout)

    async def close(self) -> None:
        connector, self._connector = self._connector, None
        if connector is not None:
            await connector.close()


class Target:
    """An address with the headers that go there: `head` is all that a request says before the length of its body."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.given = dict(headers)
        address = URL(url)
        if address.scheme not in ("http", "https"):
            raise aiohttp.NonHttpUrlClientError(url)
        self.request = aiohttp.ClientRequest("POST", address, headers=headers, skip_auto_headers=OURS)
        said = (f"{name}: {value}" for name, value in self.request.headers.items() if name.lower() not in FRAMING)
        self.head = "\r\n".join((f"POST {address.raw_path_qs} HTTP/1.1", *said, "Content-Length: ")).encode()


class _Post:
    """One request: a context manager whose entry sends and whose exit lets go."""

    __slots__ = ("_body", "_client", "_connection", "_headers", "_url")

    def __init__(self, client: AiohttpClient, url: str, headers: dict[str, str], body: bytes) -> None:
        self._client = client
        self._url = url
        self._headers = headers
        self._body = body

    async def __aenter__(self) -> HttpReply:
        try:
            target = self._client.target(self._url, self._headers)
            connection = self._connection = await self._client.connect(target)
            try:
                return await self._ask(connection, target)
            except BaseException:
                connection.close()
                raise
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise self._fault(error) from None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.release()

    async def _ask(self, connection: Connection, target: Target) -> HttpReply:
        """Sends, and waits for the head. A connection whose reply was not read to its end is closed when it is let
        go."""
        protocol = connection.protocol
        if protocol is None or protocol.transport is None:
            raise aiohttp.ServerDisconnectedError
        protocol.set_response_params(read_until_eof=True)
        head = b"%b%d\r\n\r\n" % (target.head, len(self._body))
        protocol.transport.writelines((head, self._body))
        while True:
            message, content = await protocol.read()
            if message.code >= 200 or message.code == 101:
                return _AiohttpReply(self._client.host, message, content)

    def _fault(self, error: Exception) -> HostError:
        host = self._client.host
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return HostMisconfigured(
                f"host '{host}' has no TLS certificate that this machine trusts: check hosts.{host}.base_url, and the "
                "certificates of this machine",
                host=host,
            )
        if isinstance(error, HttpProcessingError):
            return HostGarbled(f"host '{host}' answered with something that is not HTTP", host=host)
        if isinstance(error, TimeoutError):
            return HostUnreachable(
                f"no connection to host '{host}' within {self._client.connect_s:g} s: see whether it runs, or raise "
                f"hosts.{host}.connect_s",
                host=host,
            )
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.NonHttpUrlClientError):
            return HostUnreachable(
                f"no connection to host '{host}': see whether it runs, and check hosts.{host}.base_url", host=host
            )
        return HostUnreachable(f"host '{host}' closed the connection before it answered: try again", host=host)


class _AiohttpReply:
    __slots__ = ("_content", "_headers", "_host", "status")

    def __init__(self, host: str, message: RawResponseMessage, content: aiohttp.StreamReader) -> None:
        self._host = host
        self._headers = message.headers
        self._content = content
        self.status = message.code

    def header(self, name: str) -> str:
        return self._headers.get(name, "")

    async def chunk(self) -> bytes:
        try:
            return await self._content.readany()
        except (aiohttp.ClientError, OSError):
            raise HostCut(f"host '{self._host}' ended in the middle of a reply: try again", host=self._host) from None

    async def finish(self) -> None:
        if self._content.at_eof():
            return
        try:
            async with asyncio.timeout(GRACE_S):
                await self._content.readany()
        except (TimeoutError, aiohttp.ClientError, OSError):
            return
