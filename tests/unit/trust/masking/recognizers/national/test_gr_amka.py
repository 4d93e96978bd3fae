"""Cases for gr_amka: Greece: AMKA, the social security number, 11 digits: day of birth, four digits and a check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gr_amka import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ΑΜΚΑ: 01013099997", ("01013099997",)),
    ("01013099997", ("01013099997",)),
    ("ΑΜΚΑ 01013099996", ()),
    ("ΑΜΚΑ 01133099997", ()),
    ("ΑΜΚΑ 010130999970", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gr_amka(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
