"""Turkey: vergi kimlik numarası, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_tax_number(digits: str) -> bool:
    """Each of nine digits and its distance from the end, times a power of two modulo 9; one in ten by chance."""
    total = 0
    for left, digit in zip(range(9, 0, -1), digits, strict=False):
        worth = (int(digit) + left) % 10
        total += worth if worth == 9 else worth * 2**left % 9
    return int(digits) > 0 and -total % 10 == int(digits[9])


PATTERNS = Patterns(
    name="tr_tax_number",
    type="TR_TAX_NUMBER",
    country="tr",
    source="Vergi Usul Kanunu 213; Gelir İdaresi Başkanlığı",
    forms=("9999999999", "999 999 9999", "999 999 99 99"),
    check=is_tax_number,
    score=0.3,
    context=(
        "vergi no",
        "vergi numarası",
        "vergi kimlik",
        "vkn",
        "vergi dairesi",
        "vergi",
        "tax number",
        "tax id",
    ),
)
