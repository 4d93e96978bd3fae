"""Cases for fr_passport: France: passport, two digits, two letters and five digits; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Passeport n° 12AB34567, valable dix ans", ("12AB34567",)),
    ("mon passeport est le 12 AB 34567", ("12 AB 34567",)),
    ("passeport 08cv98765", ("08cv98765",)),
    ("référence 12AB34567", ()),
    ("passeport 12AB345678", ()),
    ("passeport x12AB34567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
