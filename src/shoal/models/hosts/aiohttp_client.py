"""The HTTP client that is used: aiohttp behind the seam of `http.py`. Imported when the first host is opened, since it
takes a third of a second; it knows no JSON and no dialect."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import aiohttp
from yarl import URL

from shoal.errors import HostCut, HostError, HostGarbled, HostMisconfigured, HostUnreachable
from shoal.models.hosts.http import HttpReply

KEEP_S = 30.0
GRACE_S = 0.05


class AiohttpClient:
    """HttpClient on aiohttp. `connect_s` limits name lookup, TCP and TLS together, in seconds."""

    def __init__(self, host: str, connect_s: float) -> None:
        self._host = host
        self._connect_s = connect_s
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    def post(self, url: str, headers: dict[str, str], body: bytes) -> AbstractAsyncContextManager[HttpReply]:
        session = self._session
        if session is None:
            session = self._session = self._open()
        target = self._urls.get(url)
        if target is None:
            target = self._urls[url] = URL(url)
        return _Post(self._host, self._connect_s, session, target, headers, body)

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_S),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            trust_env=False,
        )

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class _Post:
    """One request: a context manager whose entry sends and whose exit lets go."""

    __slots__ = ("_answer", "_body", "_connect_s", "_headers", "_host", "_session", "_url")

    def __init__(
        self,
        host: str,
        connect_s: float,
        session: aiohttp.ClientSession,
        url: URL,
        headers: dict[str, str],
        body: bytes,
    ) -> None:
        self._host = host
        self._connect_s = connect_s
        self._session = session
        self._url = url
        self._headers = headers
        self._body = body

    async def __aenter__(self) -> HttpReply:
        try:
            self._answer = await self._session.post(
                self._url, data=self._body, headers=self._headers, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError) as error:
            raise self._fault(error) from None
        return _AiohttpReply(self._host, self._answer)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._answer.release()

    def _fault(self, error: Exception) -> HostError:
        host = self._host
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return HostMisconfigured(
                f"host '{host}' has no TLS certificate that this machine trusts: check hosts.{host}.base_url, and the "
                "certificates of this machine",
                host=host,
            )
        if isinstance(error, aiohttp.ClientResponseError):
            return HostGarbled(f"host '{host}' answered with something that is not HTTP", host=host)
        if isinstance(error, TimeoutError):
            return HostUnreachable(
                f"no connection to host '{host}' within {self._connect_s:g} s: see whether it runs, or raise "
                f"hosts.{host}.connect_s",
                host=host,
            )
        if isinstance(error, aiohttp.ClientConnectorError):
            return HostUnreachable(
                f"no connection to host '{host}': see whether it runs, and check hosts.{host}.base_url", host=host
            )
        return HostUnreachable(f"host '{host}' closed the connection before it answered: try again", host=host)


class _AiohttpReply:
    __slots__ = ("_answer", "_content", "_host", "status")

    def __init__(self, host: str, answer: aiohttp.ClientResponse) -> None:
        self._host = host
        self._answer = answer
        self._content = answer.content
        self.status = answer.status

    def header(self, name: str) -> str:
        return self._answer.headers.get(name, "")

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
