"""Cases for eg_national_id: Egypt: national number, 14 digits: century, day of birth, governorate, number, check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.eg_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("الرقم القومي: 29001011234567", ("29001011234567",)),
    ("العميل ٢٩٠٠١٠١١٢٣٤٥٦٧ سجل", ("٢٩٠٠١٠١١٢٣٤٥٦٧",)),
    ("national id 30105150112345", ("30105150112345",)),
    ("الرقم القومي 29013011234567", ()),
    ("الرقم القومي 29001019934567", ()),
    ("stamp 20241231235959", ()),
    ("الرقم القومي 290010112345677", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_eg_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
