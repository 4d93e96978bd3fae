"""Cases for at_social_security: Austria: Sozialversicherungsnummer, 10 digits: three, a check digit and the day."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.at_social_security import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Meine SVNR ist 1237 010180.", ("1237 010180",)),
    ("1237010180", ("1237010180",)),
    ("SV-Nr. 1237 01 01 80", ("1237 01 01 80",)),
    ("SVNR 1238 010180", ()),
    ("SVNR 1237 011980", ()),
    ("SVNR 0237 010180", ()),
    ("12370101801", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_at_social_security(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
