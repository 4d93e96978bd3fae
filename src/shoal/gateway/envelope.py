"""Errors and plain JSON on the wire: the one error form that every OpenAI client reads. It knows no endpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Send

from shoal.chat import Json
from shoal.errors import LimitError, MethodNotAllowed, ShoalError

Headers = list[tuple[bytes, bytes]]
JSON_TYPE = (b"content-type", b"application/json")


def error_wire(error: ShoalError) -> Json:
    """`{"error": {"message", "type", "param", "code"}}`."""
    message = f"{error.message} (the host said: {error.detail})" if error.detail else error.message
    return {"error": {"message": message, "type": error.type, "param": error.param, "code": error.code}}


def error_event(error: ShoalError) -> bytes:
    """A typed error as the last event of a stream."""
    return b"data: " + orjson.dumps(error_wire(error)) + b"\n\n"


def error_headers(error: ShoalError) -> Headers:
    """`Retry-After` in whole seconds where waiting helps; `x-should-retry: false` where a client's own rule would try
    again in vain."""
    headers: Headers = []
    if error.status in (429, 503) and (error.retryable or error.retry_after_s is not None):
        wait = max(1, math.ceil(error.retry_after_s or 1))
        headers.append((b"retry-after", str(wait).encode()))
    if not error.retryable and (error.status >= 500 or error.status in (408, 409, 429)):
        headers.append((b"x-should-retry", b"false"))
    if isinstance(error, LimitError):
        headers += standing_headers(error.standing)
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return headers


def standing_headers(standing: Mapping[str, str]) -> Headers:
    """What is left of the limits, as `LimitsStep` says it."""
    return [(name.encode(), ascii_header(value)) for name, value in standing.items()]


def ascii_header(text: str) -> bytes:
    """A header's value: what is not printable ASCII becomes '?'."""
    if text.isascii() and text.isprintable():
        return text.encode("ascii")
    return "".join(mark if " " <= mark <= "~" else "?" for mark in text).encode("ascii")


async def send_bytes(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """A whole answer; `headers` must name its content type."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: Any, headers: Headers | None = None) -> None:
    """A whole JSON answer."""
    await send_bytes(send, status, orjson.dumps(value), [JSON_TYPE, *(headers or ())])


async def send_error(send: Send, error: ShoalError, headers: Headers | None = None) -> None:
    """A whole error answer."""
    await send_json(send, error.status, error_wire(error), [*error_headers(error), *(headers or ())])
