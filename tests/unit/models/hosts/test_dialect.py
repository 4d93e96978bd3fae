"""JSON in and out, and token counts."""

from typing import Any

import pytest

from shoal.chat import Usage
from shoal.errors import HostGarbled, RequestError
from shoal.models.hosts.dialect import count, dump, load, usage_of


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_a_deep_request_is_the_callers_fault() -> None:
    assert dump({"a": nested(100)}).startswith(b'{"a":[[')
    with pytest.raises(RequestError, match="flatten it"):
        dump({"a": nested(2000)})


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"[]", b"7", b'"x"', b"\xff{}", b'{"a":' + b"[" * 300 + b"]" * 300 + b"}", b"[" * 100_000],
)
def test_what_is_no_object_is_garbled(data: bytes) -> None:
    with pytest.raises(HostGarbled, match="'h'"):
        load(data, "h")


def test_many_brackets_are_not_deep() -> None:
    data = b'{"a":[' + b"[],{}," * 300 + b"[]]}"
    assert len(load(data, "h")["a"]) == 601


@pytest.mark.parametrize(
    ("value", "tokens"), [(3, 3), (3.0, 3), (-1, 0), (None, 0), ("3", 0), (float("nan"), 0), (1e99, 0)]
)
def test_count(value: Any, tokens: int) -> None:
    assert count(value) == tokens


def test_usage() -> None:
    wire = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
        "theirs": 1,
    }
    assert usage_of(wire) == Usage(10, 5, 4, 2, wire=wire)
    mended = {"prompt_tokens": 10, "prompt_cache_hit_tokens": 6, "completion_tokens": 0, "total_tokens": 10}
    assert usage_of({"prompt_tokens": 10, "prompt_cache_hit_tokens": 6}) == Usage(10, 0, 6, wire=mended)
    assert usage_of(None) is None
    odd = {"prompt_tokens_details": [], "completion_tokens_details": 3}
    none = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    assert usage_of(odd) == Usage(wire={**odd, **none})
    assert usage_of({"prompt_tokens": None, "completion_tokens": -5, "total_tokens": 1e23}) == Usage(wire=none)
