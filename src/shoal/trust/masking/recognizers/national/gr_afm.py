"""Greece: AFM, the tax number, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (256, 128, 64, 32, 16, 8, 4, 2)


def is_afm(digits: str) -> bool:
    """The sum weighted by powers of two modulo 11, 10 as 0; one number in ten passes by chance."""
    return int(digits) > 0 and weighted(digits[:8], WEIGHTS, 11) % 10 == int(digits[8])


PATTERNS = Patterns(
    name="gr_afm",
    type="GR_AFM",
    country="gr",
    source="Ν. 5104/2024; European Commission, TIN by country, Greece",
    forms=spread("999 999 999"),
    check=is_afm,
    score=0.3,
    context=("αφμ", "α.φ.μ", "afm", "αριθμός φορολογικού μητρώου", "φορολογικού μητρώου", "tax number"),
)
