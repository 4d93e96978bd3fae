"""Errors of hosts: by status and type, never by words."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from shoal.errors import (
    HostError,
    HostFailed,
    HostGarbled,
    HostMisconfigured,
    HostRateLimited,
    HostRejected,
)
from shoal.models.hosts.faults import of_body, of_status, retry_after_s


def header(**values: str) -> Any:
    return lambda name: values.get(name.replace("-", "_"), "")


STATUSES = [
    (301, HostMisconfigured, 424),
    (400, HostRejected, 400),
    (401, HostMisconfigured, 424),
    (402, HostMisconfigured, 424),
    (403, HostMisconfigured, 424),
    (404, HostMisconfigured, 424),
    (408, HostRejected, 408),
    (413, HostRejected, 413),
    (422, HostRejected, 422),
    (429, HostRateLimited, 429),
    (500, HostFailed, 502),
    (503, HostFailed, 502),
    (529, HostFailed, 502),
    (204, HostGarbled, 502),
]


@pytest.mark.parametrize(("status", "kind", "ours"), STATUSES)
def test_status(status: int, kind: type[HostError], ours: int) -> None:
    error = of_status("h", status, None, header())
    assert type(error) is kind
    assert error.status == ours
    assert error.host == "h"
    assert "'h'" in error.message


BODIES: list[tuple[Any, type[HostError], int]] = [
    ({"error": {"type": "overloaded_error", "message": "x"}}, HostFailed, 502),
    ({"error": {"type": "rate_limit_error", "message": "x"}}, HostRateLimited, 429),
    ({"error": {"type": "invalid_request_error", "message": "x"}}, HostRejected, 400),
    ({"error": {"type": "request_too_large", "message": "x"}}, HostRejected, 413),
    ({"error": {"type": "authentication_error", "message": "x"}}, HostMisconfigured, 424),
    ({"error": {"code": 503, "message": "x"}}, HostFailed, 502),
    ({"error": {"code": "400", "message": "x"}}, HostRejected, 400),
    ({"object": "error", "type": "BadRequestError", "code": 400, "message": "x"}, HostRejected, 400),
    ({"error": "x"}, HostFailed, 502),
    ({"error": {"type": ["odd"], "code": {}, "message": 7}}, HostFailed, 502),
]


@pytest.mark.parametrize(("wire", "kind", "ours"), BODIES)
def test_error_inside_a_reply(wire: Any, kind: type[HostError], ours: int) -> None:
    error = of_body("h", wire)
    assert type(error) is kind
    assert error.status == ours


def test_the_hosts_words_are_in_detail_alone() -> None:
    error = of_status("h", 400, {"error": {"message": "bad: SECRET", "param": "messages"}}, header())
    assert error.detail == "bad: SECRET"
    assert error.param == "messages"
    assert "SECRET" not in str(error)
    assert "SECRET" not in repr(error)


@pytest.mark.parametrize(
    ("wire", "detail", "param"),
    [
        ({"detail": [{"loc": ["body", "temperature"], "msg": "x"}]}, None, "temperature"),
        ({"message": {"detail": [{"loc": ["body", "store"]}]}}, None, "store"),
        ({"message": "m", "detail": "d"}, "m", None),
        ({"error": {"message": "m", "param": None}}, "m", None),
        ({"detail": "d"}, "d", None),
        ("text", "text", None),
        (None, None, None),
        ([1], None, None),
    ],
)
def test_words_of_lesser_hosts(wire: Any, detail: str | None, param: str | None) -> None:
    error = of_status("h", 422, wire, header())
    assert (error.detail, error.param) == (detail, param)


@pytest.mark.parametrize("field", ["type", "code"])
def test_no_credit_is_not_a_rate_limit(field: str) -> None:
    error = of_status("h", 429, {"error": {field: "insufficient_quota", "message": "x"}}, header())
    assert isinstance(error, HostMisconfigured)
    assert not error.retryable


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after_ms": "250", "retry_after": "7"}, 0.25),
        ({"retry_after_ms": "soon", "retry_after": "7"}, 7.0),
        ({"retry_after": "-3"}, 0.0),
        ({"retry_after": "1e30"}, 86_400.0),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "tomorrow"}, None),
        ({}, None),
    ],
)
def test_retry_after(values: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(header(**values)) == seconds


def test_retry_after_as_a_date() -> None:
    then = (datetime.now(UTC) + timedelta(seconds=60)).replace(microsecond=0)
    longest = (then - datetime.now(UTC)).total_seconds()
    found = retry_after_s(header(retry_after=format_datetime(then, usegmt=True)))
    shortest = (then - datetime.now(UTC)).total_seconds()
    assert found is not None
    assert max(shortest, 0) <= found <= longest
    error = of_status("h", 429, None, header(retry_after="7"))
    assert error.retry_after_s == 7.0
