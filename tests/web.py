"""HTTP requests of tests: httpx, with as much patience as `tests.waiting`. By itself it waits for five seconds, which a
busy machine may stand still for."""

from __future__ import annotations

from functools import partial

import httpx2
from httpx2 import ConnectError, HTTPError, Response

from tests.waiting import SOON_S

__all__ = [
    "Client",
    "ConnectError",
    "HTTPError",
    "Response",
    "delete",
    "get",
    "head",
    "patch",
    "post",
    "put",
    "request",
]
__all__ += ["stream"]


class Client(httpx2.Client):
    """Keeps its connections; `base_url` comes before every path, `headers` go with every request."""

    def __init__(self, *, base_url: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(base_url=base_url, headers=headers, timeout=SOON_S)


request = partial(httpx2.request, timeout=SOON_S)
stream = partial(httpx2.stream, timeout=SOON_S)
get = partial(httpx2.get, timeout=SOON_S)
head = partial(httpx2.head, timeout=SOON_S)
post = partial(httpx2.post, timeout=SOON_S)
put = partial(httpx2.put, timeout=SOON_S)
patch = partial(httpx2.patch, timeout=SOON_S)
delete = partial(httpx2.delete, timeout=SOON_S)
