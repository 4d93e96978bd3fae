"""Czechia and Slovakia: IČO of a firm, 8 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns


def is_company(digits: str) -> bool:
    """11 less the weighted sum modulo 11, modulo 10; one number in ten passes by chance."""
    return int(digits) > 0 and int(digits[7]) == (11 - weighted(digits[:7], range(8, 1, -1), 11)) % 10


PATTERNS = Patterns(
    name="cz_company_number",
    type="CZ_ICO",
    country="cz",
    source="Zákon č. 111/2009 Sb., o základních registrech; Český statistický úřad",
    forms=("99999999", "999 99 999", "99 99 99 99"),
    check=is_company,
    score=0.3,
    context=("ičo", "ič", "ič.", "identifikační číslo", "identifikačné číslo", "company id"),
)
