"""Uzbekistan: personal identification number (PINFL, JShShIR), 14 digits; its check digit is not published."""

from __future__ import annotations

from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns


def is_pinfl(digits: str) -> bool:
    """Century and sex 1 to 6, a day of birth; one number in fifty passes by chance."""
    kind = int(digits[0])
    day, month, year = pairs(digits[1:])
    return 1 <= kind <= 6 and is_day(1800 + (kind - 1) // 2 * 100 + year, month, day)


PATTERNS = Patterns(
    name="uz_pinfl",
    type="UZ_PINFL",
    country="uz",
    source="Resolution 285 of the Cabinet of Ministers of Uzbekistan (personal identification number)",
    forms=("99999999999999",),
    check=is_pinfl,
    score=0.4,
    context=("pinfl", "jshshir", "jshir", "пинфл", "жшшир", "шахсий рақам", "shaxsiy raqam"),
)
