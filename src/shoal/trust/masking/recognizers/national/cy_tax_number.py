"""Cyprus: tax identification code, eight digits and a check letter."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

EVEN = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)


def is_tic(value: str) -> bool:
    """The first, third, ... digit by a table, the others as they are, modulo 26 from A; one value in 26 by chance."""
    digits = [int(digit) for digit in value[:8]]
    total = sum(EVEN[digit] for digit in digits[::2]) + sum(digits[1::2])
    return any(digits) and value[:2] != "12" and chr(65 + total % 26) == value[8]


PATTERNS = Patterns(
    name="cy_tax_number",
    type="CY_TAX_NUMBER",
    country="cy",
    source="European Commission, TIN by country, Cyprus; Τμήμα Φορολογίας",
    forms=("99999999A",),
    check=is_tic,
    score=0.4,
    context=("φορολογικής ταυτότητας", "αφτ", "α.φ.τ", "tic", "tax identification", "tin", "vat", "φπα"),
)
