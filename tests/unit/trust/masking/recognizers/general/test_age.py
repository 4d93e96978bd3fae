"""Cases for age: Ages of people: a number with the words that make it one."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.age import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("a 79 year old man", ("79",)),
    ("a 34-year-old", ("34",)),
    ("she is aged 34.", ("34",)),
    ("Age: 7", ("7",)),
    ("he's 34 and tall", ("34",)),
    ("ein 34-jähriger Mann", ("34",)),
    ("34 Jahre alt", ("34",)),
    ("il a 34 ans", ("34",)),
    ("tiene 34 años", ("34",)),
    ("34 años de edad", ("34",)),
    ("ha 34 anni", ("34",)),
    ("34 jaar oud", ("34",)),
    ("34 år gammal", ("34",)),
    ("for 5 years", ()),
    ("a 200 year old house", ()),
    ("page 34", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_age(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
