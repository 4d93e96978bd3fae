"""Turns a host's error replies into typed errors, by status and type, never by the words of a message. Both dialects
wrap errors alike: `{"error": {"message", "type", "code", "param"}}`; shapes of lesser hosts are understood too.

The host's own words go into `detail` alone: they may quote the request.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from shoal.errors import HostError, HostFailed, HostGarbled, HostMisconfigured, HostRateLimited, HostRejected

LONGEST_DETAIL = 2000
LONGEST_PARAM = 200
LONGEST_WAIT_S = 86_400.0
STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "NotFoundError": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "InternalServerError": 500,
    "overloaded_error": 529,
}
NO_CREDIT = "insufficient_quota"
MEND = {
    401: "refused its key: check hosts.{host}.key",
    402: "has no credit left: top up its account",
    403: "forbids this: check what the key in hosts.{host}.key may do",
    404: "knows no such model or address: check the model's `upstream` and hosts.{host}.base_url",
}


class Words:
    """What an error reply says: `status` is one named inside the body, `kinds` its `type` and `code`."""

    __slots__ = ("detail", "kinds", "param", "status")

    def __init__(self, wire: Any) -> None:
        fault = wire.get("error", wire) if isinstance(wire, dict) else wire
        fields = fault if isinstance(fault, dict) else {"message": fault}
        message = fields.get("message") or fields.get("detail")
        self.detail = message[:LONGEST_DETAIL] if isinstance(message, str) else None
        self.param = _param(fields.get("param"), fields.get("detail"), message)
        self.kinds = {str(fields[name]) for name in ("type", "code") if fields.get(name) is not None}
        self.status = next((int(kind) for kind in self.kinds if kind.isdecimal() and 400 <= int(kind) < 600), None)


def _param(param: Any, *details: Any) -> str | None:
    """The field that the host complains of; some name it as a path: `[{"loc": ["body", "temperature"]}]`."""
    if isinstance(param, str):
        return param[:LONGEST_PARAM]
    for detail in details:
        faults = detail.get("detail") if isinstance(detail, dict) else detail
        first = faults[0] if isinstance(faults, list) and faults else None
        path = first.get("loc") if isinstance(first, dict) else None
        if isinstance(path, list):
            return ".".join(str(step) for step in path if step != "body")[:LONGEST_PARAM] or None
    return None


def of_status(host: str, status: int, wire: Any, header: Callable[[str], str]) -> HostError:
    """The error for a reply with this status. `wire` is its parsed body, None where it is not JSON."""
    return _of(host, status, Words(wire), retry_after_s(header))


def of_body(host: str, wire: Any) -> HostError:
    """The error for an error object inside a good reply, or inside a stream."""
    words = Words(wire)
    by_type = (STATUS_OF_TYPE[kind] for kind in sorted(words.kinds) if kind in STATUS_OF_TYPE)
    return _of(host, words.status or next(by_type, 500), words, None)


def _of(host: str, status: int, words: Words, wait_s: float | None) -> HostError:
    detail = words.detail
    if NO_CREDIT in words.kinds:
        status = 402
    if status in MEND:
        return HostMisconfigured(f"host '{host}' {MEND[status].format(host=host)}", host=host, detail=detail)
    if status == 429:
        when = f"wait {wait_s:g} s" if wait_s is not None else "wait a little"
        return HostRateLimited(
            f"host '{host}' limits the rate: {when} and try again", host=host, detail=detail, retry_after_s=wait_s
        )
    if status >= 500:
        return HostFailed(f"host '{host}' failed (status {status}): try again later", host=host, detail=detail)
    if status >= 400:
        return HostRejected(
            f"host '{host}' refused the request (status {status}): mend the request as its own words say",
            host=host,
            status=status,
            param=words.param,
            detail=detail,
        )
    if status >= 300:
        return HostMisconfigured(
            f"host '{host}' redirects, which is never followed: set hosts.{host}.base_url to the final address",
            host=host,
        )
    return HostGarbled(f"host '{host}' answered with status {status}, which is none for a reply", host=host)


def retry_after_s(header: Callable[[str], str]) -> float | None:
    """The seconds to wait that the headers name, as milliseconds, seconds or a date; None where they do not."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = header(name)
        if not value:
            continue
        try:
            seconds = float(value) * scale
        except ValueError:
            seconds = _until(value)
        if math.isfinite(seconds):
            return min(max(0.0, seconds), LONGEST_WAIT_S)
    return None


def _until(date: str) -> float:
    """Seconds until an HTTP date; NaN for anything else."""
    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
