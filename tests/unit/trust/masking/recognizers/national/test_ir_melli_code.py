"""Cases for ir_melli_code: Iran: national code (code-e melli), 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ir_melli_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("کد ملی 0499370899", ("0499370899",)),
    ("شماره ملی: ۰۷۹۰۴۱۹۹۰۴", ("۰۷۹۰۴۱۹۹۰۴",)),
    ("melli code 049-937089-9", ("049-937089-9",)),
    ("سفارش 0499370899", ()),
    ("کد ملی 04993708999", ()),
    ("کد ملی 1234567890", ("1234567890",)),
    ("national code 1234567890", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ir_melli_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
