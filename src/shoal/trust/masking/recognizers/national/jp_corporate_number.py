"""Japan: corporate number, 13 digits; with T before it the number of an issuer of qualified invoices."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_corporate_number(value: str) -> bool:
    """The first digit is the check digit modulo 9; one number in ten passes by chance."""
    digits = value[-13:]
    if value[:-13] not in ("", "T"):
        return False
    total = sum(int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits[1:])))
    return int(digits[0]) == 9 - total % 9


PATTERNS = Patterns(
    name="jp_corporate_number",
    type="JP_CORPORATE_NUMBER",
    country="jp",
    source="Ministerial ordinance 70 of 2014 (財務省令第70号), art. 2; National Tax Agency",
    forms=("9999999999999", "A9999999999999", "9-9999-9999-9999"),
    check=is_corporate_number,
    score=0.3,
    context=("法人番号", "登録番号", "インボイス", "適格請求書", "corporate number", "invoice registration number"),
)
