"""Refusals: counted by second and code, so that a flood fills no disk, and no stranger's text gets in."""

from __future__ import annotations

from shoal.chat import Json
from shoal.trust.audit.refusals import MOST_CODES, MOST_KEYS, Refusals


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def due(refusals: Refusals) -> list[Json]:
    facts = [dict(each.facts) for each in refusals.due()]
    assert all(fact["count"] > 0 for fact in facts)
    return facts


def test_the_first_is_due_at_once_and_the_rest_a_second_later() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    refusals.add("invalid_api_key")
    assert due(refusals) == [{"code": "invalid_api_key", "count": 1, "keys": {}}]
    for _ in range(10_000):
        refusals.add("invalid_api_key")
    assert due(refusals) == []
    clock.now += 0.9
    assert due(refusals) == []
    clock.now += 0.1
    assert due(refusals) == [{"code": "invalid_api_key", "count": 10_000, "keys": {}}]
    assert due(refusals) == []


def test_codes_are_counted_apart() -> None:
    refusals = Refusals(Clock())
    for code in ("invalid_api_key", "rate_limited", "invalid_api_key"):
        refusals.add(code)
    assert {fact["code"]: fact["count"] for fact in due(refusals)} == {"invalid_api_key": 2, "rate_limited": 1}


def test_known_keys_are_named_the_first_of_them() -> None:
    refusals = Refusals(Clock())
    for number in range(100):
        refusals.add("rate_limited", f"key{number}")
        refusals.add("rate_limited", "key0")
    (fact,) = due(refusals)
    assert fact["count"] == 200
    assert fact["keys"]["key0"] == 101
    assert len(fact["keys"]) <= MOST_KEYS + 1
    assert sum(fact["keys"].values()) == 200


def test_what_is_no_id_and_no_code_gets_in_nowhere() -> None:
    refusals = Refusals(Clock())
    refusals.add("My name is Jane", "Jane Doe\n")
    refusals.add("x" * 1000)
    assert due(refusals) == [{"code": "other", "count": 2, "keys": {}}]


def test_codes_do_not_grow_without_end() -> None:
    refusals = Refusals(Clock())
    for number in range(1000):
        refusals.add(f"code_{number}")
    assert len(due(refusals)) <= MOST_CODES + 1


def test_at_the_end_all_is_due() -> None:
    refusals = Refusals(Clock())
    refusals.add("draining")
    due(refusals)
    refusals.add("draining")
    refusals.close()
    assert due(refusals) == [{"code": "draining", "count": 1, "keys": {}}]
