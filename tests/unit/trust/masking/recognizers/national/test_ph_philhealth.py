"""Cases for ph_philhealth: Philippines: PhilHealth identification number, 12 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ph_philhealth import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("PhilHealth No. 12-345678901-2", ("12-345678901-2",)),
    ("PHIC 123456789012", ("123456789012",)),
    ("model 12-345678901-2", ()),
    ("PhilHealth 12-3456789012-2", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ph_philhealth(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
