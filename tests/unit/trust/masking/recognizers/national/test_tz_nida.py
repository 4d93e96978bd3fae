"""Cases for tz_nida: Tanzania: national identification number (NIDA), 20 digits: day of birth, postcode, number."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tz_nida import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIDA 19850112-12345-00001-23", ("19850112-12345-00001-23",)),
    ("namba 19900730-14101-00002-11 ya Asha", ("19900730-14101-00002-11",)),
    ("NIDA 19850112123450000123", ("19850112123450000123",)),
    ("stamp 20241231235959123456", ()),
    ("NIDA 19851312-12345-00001-23", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tz_nida(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
