"""GET over aiohttp for services of grid data: small pages, a few seconds, no redirects. It knows no service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from shoal.errors import HostError, HostFailed, HostGarbled, HostMisconfigured, HostTimeout, HostUnreachable
from shoal.metering.live import Fetch
from shoal.models.hosts.page import read_page

TIMEOUT_S = 20.0
LARGEST = 1_000_000
REFUSED = (401, 402, 403, 404)


@asynccontextmanager
async def open_fetch() -> AsyncIterator[Fetch]:
    """A client for as long as the context lasts."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def fetch(url: str, headers: Mapping[str, str]) -> bytes:
            host = urlsplit(url).hostname or ""
            try:
                async with session.get(url, headers=headers, allow_redirects=False) as answer:
                    if answer.status != 200:
                        raise _refusal(answer.status, host)
                    body = await read_page(answer.content, LARGEST)
            except TimeoutError:
                raise HostTimeout(f"{host} was too slow: the yearly value is used", host=host) from None
            except (aiohttp.ClientError, OSError) as error:
                cause = type(error).__name__
                raise HostUnreachable(
                    f"{host} cannot be reached ({cause}): the yearly value is used", host=host
                ) from None
            if body is None:
                raise HostGarbled(f"{host} answered more than {LARGEST} bytes: the yearly value is used", host=host)
            return body

        yield fetch


def _refusal(status: int, host: str) -> HostError:
    if status in REFUSED:
        return HostMisconfigured(f"{host} answered {status}: mend metering.live.key and metering.live.zones", host=host)
    return HostFailed(f"{host} answered {status}: the yearly value is used", host=host)
