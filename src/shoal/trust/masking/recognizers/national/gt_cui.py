"""Guatemala: Código Único de Identificación of the DPI, 13 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns

MUNICIPALITIES = (17, 8, 16, 16, 14, 14, 19, 8, 24, 21, 9, 30, 33, 21, 8, 17, 14, 5, 11, 11, 7, 17)


def is_cui(digits: str) -> bool:
    """Eight digits, a check digit modulo 11, a department, a municipality of it; three in a thousand pass by chance."""
    department, municipality = int(digits[9:11]), int(digits[11:])
    if not 1 <= department <= len(MUNICIPALITIES) or all_same(digits[:8]):
        return False
    known = 1 <= municipality <= MUNICIPALITIES[department - 1]
    return known and weighted(digits[:8], range(2, 10), 11) == int(digits[8])


PATTERNS = Patterns(
    name="gt_cui",
    type="GT_CUI",
    country="gt",
    source="Registro Nacional de las Personas, Decreto 90-2005, art. 61",
    forms=("9999 99999 9999", "9999-99999-9999", "9999999999999"),
    check=is_cui,
    score=0.6,
    context=("dpi", "cui", "código único de identificación", "documento personal de identificación"),
)
