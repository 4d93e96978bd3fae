"""Vietnam: tax code (mã số thuế), 10 digits, with a branch 13."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def is_tax_code(digits: str) -> bool:
    """The check digit is 10 less the sum modulo 11; one number in eleven passes by chance."""
    return int(digits[2:9]) > 0 and int(digits[9]) == 10 - weighted(digits[:9], WEIGHTS, 11)


PATTERNS = Patterns(
    name="vn_tax_code",
    type="VN_TAX_CODE",
    country="vn",
    source="Thông tư 105/2020/TT-BTC",
    forms=("9999999999", "9999999999-999"),
    check=is_tax_code,
    score=0.3,
    context=("mst:", "mst số", "mã số thuế", "mã thuế", "tax code", "tax id"),
)
