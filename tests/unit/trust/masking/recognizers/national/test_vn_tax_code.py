"""Cases for vn_tax_code: Vietnam: tax code (mã số thuế), 10 digits, with a branch 13."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.vn_tax_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mã số thuế: 0100233488", ("0100233488",)),
    ("MST: 0314409058-002", ("0314409058-002",)),
    ("đơn hàng 0100233488", ()),
    ("MST: 0100233489", ()),
    ("MST: 01002334888", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_vn_tax_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
