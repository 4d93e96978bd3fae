"""Cases for sk_birth_number: Slovakia: rodné číslo, which is built as Czechia's."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sk_birth_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Moje rodné číslo je 710319/2745.", ("710319/2745",)),
    ("s rodným číslom 7103192745", ("7103192745",)),
    ("objednávka 7103192745", ()),
    ("rodné číslo 710319/2746", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sk_birth_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
