"""Cases for ua_edrpou: Ukraine: EDRPOU, the number of a firm, 8 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ua_edrpou import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Код ЄДРПОУ 32855961", ("32855961",)),
    ("ЄДРПОУ: 14360570", ("14360570",)),
    ("телефон 32855961", ()),
    ("ЄДРПОУ 32855962", ()),
    ("ЄДРПОУ 00000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ua_edrpou(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
