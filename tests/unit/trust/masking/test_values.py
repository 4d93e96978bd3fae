"""Values: what a map of placeholders holds, and what it refuses."""

import json

import pytest

from shoal.errors import RequestError
from shoal.trust.masking.values import Stored, Values
from shoal.trust.sensitive import Sensitive


def filled() -> Values:
    values = Values()
    values.add("<PERSON_k7f3m2qa:f>", Stored("PERSON", Sensitive("Jane Doe")))
    values.add("<US_SSN_a2345672>", Stored("US_SSN", Sensitive("536-22-1234"), depth=1))
    values.add_surrogate("alma.falk12@example.com", Stored("EMAIL_ADDRESS", Sensitive("jane@x.com")))
    return values


def test_a_placeholder_is_known_with_and_without_its_hint() -> None:
    values = filled()
    assert values.get("person_k7f3m2qa:f") == values.get("person_k7f3m2qa") == Stored("PERSON", Sensitive("Jane Doe"))
    assert values.get("person_k7f3m2qb") is None
    assert values.may_become("us_s")
    assert values.may_become("")
    assert not values.may_become("us_x")


def test_growing_is_seen() -> None:
    values = filled()
    assert not values.may_become("loc")
    values.add("<LOCATION_a2345672>", Stored("LOCATION", Sensitive("Rome")))
    assert values.may_become("loc")


@pytest.mark.parametrize(
    ("said", "expected"),
    [("PERSON_K7F3", True), (" person_k7f3m2qa ", True), ("US SSN a2345672", True), ("PERSON", False), ("b", False)],
)
def test_what_was_meant_as_one_of_them(said: str, expected: bool) -> None:
    assert filled().resembles(said) is expected


def test_no_surrogate_begins_with_another() -> None:
    values, stored = filled(), Stored("EMAIL_ADDRESS", Sensitive("x@x.com"))
    for fake in ("alma.falk12@example.com", "alma.falk12@example.comm", "alma.falk12@example"):
        assert not values.add_surrogate(fake, stored)
    assert values.add_surrogate("alma.falk13@example.com", stored)
    text = "to alma.falk13@example.com, xalma.falk12@example.com"
    assert values.next_surrogate(text, 0) == (3, 26, stored)
    assert values.next_surrogate(text, 26) is None
    assert values.surrogate_may_be("alma.f")
    assert not values.surrogate_may_be("alma.falk13@example.com")


def test_a_map_is_read_as_it_was_written() -> None:
    wire = json.loads(json.dumps(filled().to_map()))
    again = Values.from_map(wire)
    assert again.to_map() == filled().to_map()
    assert again.get("us_ssn_a2345672") == Stored("US_SSN", Sensitive("536-22-1234"), depth=1)
    assert again.next_surrogate("alma.falk12@example.com", 0)


def test_nothing_of_a_value_shows() -> None:
    assert repr(filled()) == "Values(3)"
    assert "Jane" not in repr(filled().get("person_k7f3m2qa"))


GOOD = {"type": "PERSON", "text": "Jane"}
BAD: list[object] = [
    None,
    [],
    {},
    {"version": 2, "placeholders": {}, "surrogates": {}},
    {"version": 1, "placeholders": {}},
    {"version": 1, "placeholders": [], "surrogates": {}},
    {"version": 1, "placeholders": {"<PERSON_k7f3m2qa>": "Jane"}, "surrogates": {}},
    {"version": 1, "placeholders": {"<PERSON_k7f3m2qa>": {"type": "PERSON", "text": 1}}, "surrogates": {}},
    {"version": 1, "placeholders": {"PERSON_k7f3m2qa": GOOD}, "surrogates": {}},
    {"version": 1, "placeholders": {"": GOOD}, "surrogates": {}},
]


@pytest.mark.parametrize("wire", BAD)
def test_a_damaged_map_is_refused(wire: object) -> None:
    with pytest.raises(RequestError, match="--map") as refused:
        Values.from_map(wire)
    assert "Jane" not in str(refused.value)
