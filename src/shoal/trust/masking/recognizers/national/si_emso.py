"""Slovenia: EMŠO, 13 digits, a JMBG of the regions 50 to 59."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.rs_jmbg import SLOVENIA, is_jmbg


def is_emso(digits: str) -> bool:
    """One number in 10,000 passes by chance."""
    return int(digits[7:9]) in SLOVENIA and is_jmbg(digits)


PATTERNS = Patterns(
    name="si_emso",
    type="SI_EMSO",
    country="si",
    source="Zakon o centralnem registru prebivalstva (ZCRP), čl. 10-12",
    forms=("9999999999999", "9999999 999999", "9999999-999999"),
    check=is_emso,
    score=0.85,
    context=("emšo", "enotna matična številka", "matična številka občana"),
)
