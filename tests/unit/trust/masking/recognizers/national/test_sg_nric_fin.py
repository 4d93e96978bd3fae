"""Cases for sg_nric_fin: Singapore: NRIC and FIN, a letter, 7 digits and a check letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sg_nric_fin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NRIC S1234567D", ("S1234567D",)),
    ("s1234567d", ("s1234567d",)),
    ("T0000001E", ("T0000001E",)),
    ("F1234567N", ("F1234567N",)),
    ("M1234567K", ("M1234567K",)),
    ("S1234567A", ()),
    ("X1234567D", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sg_nric_fin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
