"""Cases for gr_afm: Greece: AFM, the tax number, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gr_afm import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Ο ΑΦΜ μου είναι 094014201.", ("094014201",)),
    ("Α.Φ.Μ.: 094259216", ("094259216",)),
    ("afm 094259216", ("094259216",)),
    ("τηλέφωνο 094259216", ()),
    ("ΑΦΜ 094259217", ()),
    ("ΑΦΜ 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gr_afm(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
