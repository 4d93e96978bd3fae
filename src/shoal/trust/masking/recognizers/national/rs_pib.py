"""Serbia: PIB, the tax number of a firm, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import iso7064_mod11_10
from shoal.trust.masking.patterns import Patterns


def is_pib(digits: str) -> bool:
    """Begins with 1 and passes ISO 7064 MOD 11,10; one number in 100 passes by chance."""
    return digits[0] == "1" and iso7064_mod11_10(digits)


PATTERNS = Patterns(
    name="rs_pib",
    type="RS_PIB",
    country="rs",
    source="Zakon o poreskom postupku i poreskoj administraciji, čl. 26; Poreska uprava",
    forms=("999999999",),
    check=is_pib,
    score=0.4,
    context=("pib", "пиб", "poreski identifikacioni broj", "порески идентификациони број", "poreski broj"),
)
