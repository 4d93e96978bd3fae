"""Japan: basic pension number, 4 and 6 digits, no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_pension(digits: str) -> bool:
    """Any ten digits but one repeated."""
    return not all_same(digits)


PATTERNS = Patterns(
    name="jp_pension",
    type="JP_PENSION_NUMBER",
    country="jp",
    source="国民年金法 (National Pension Act), art. 14; Japan Pension Service",
    forms=("9999-999999", "9999999999", "9999 999999"),
    check=is_pension,
    score=0.1,
    context_score=0.8,
    context=("基礎年金番号", "年金番号", "年金手帳", "basic pension number", "pension number"),
)
