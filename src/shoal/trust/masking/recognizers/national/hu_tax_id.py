"""Hungary: adóazonosító jel of a person, 10 digits that begin with 8; the next five count days since 1867."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

LATEST = 60_000


def is_tax_id(digits: str) -> bool:
    """Born before 2031; the sum weighted by place modulo 11. One number in 180 passes by chance."""
    return digits[0] == "8" and int(digits[1:6]) < LATEST and weighted(digits[:9], range(1, 10), 11) == int(digits[9])


PATTERNS = Patterns(
    name="hu_tax_id",
    type="HU_TAX_ID",
    country="hu",
    source="1996. évi XX. törvény, melléklet; Nemzeti Adó- és Vámhivatal",
    forms=(*spread("9 999 999 999"), "9999 999 999"),
    check=is_tax_id,
    score=0.6,
    context=("adóazonosító", "adóazonosító jel", "adóazonosító jele", "adóazonosítója", "adójel", "tax id"),
)
