"""Cases for imsi: Identity numbers of mobile subscribers, 15 digits that begin with a mobile country code."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.imsi import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("IMSI 310150123456789", ("310150123456789",)),
    ("310150123456789", ()),
    ("IMSI 110150123456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_imsi(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
