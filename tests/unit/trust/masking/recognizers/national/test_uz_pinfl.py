"""Cases for uz_pinfl: Uzbekistan: personal identification number (PINFL, JShShIR), 14 digits; its check digit is."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.uz_pinfl import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("JSHSHIR: 31207851234567", ("31207851234567",)),
    ("ПИНФЛ 41507901234567", ("41507901234567",)),
    ("buyurtma 31207851234567", ()),
    ("ПИНФЛ 31213851234567", ()),
    ("ПИНФЛ 91207851234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_uz_pinfl(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
