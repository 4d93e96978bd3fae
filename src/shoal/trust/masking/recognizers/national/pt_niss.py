"""Portugal: número de identificação de segurança social, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

PRIMES = (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)


def is_niss(digits: str) -> bool:
    """1 (people) or 2 (bodies) first; 9 less the sum weighted by primes modulo 10. One in 50 passes by chance."""
    return digits[0] in "12" and int(digits[1:]) > 0 and 9 - weighted(digits[:10], PRIMES, 10) == int(digits[10])


PATTERNS = Patterns(
    name="pt_niss",
    type="PT_NISS",
    country="pt",
    source="https://www.seg-social.pt (Número de Identificação de Segurança Social)",
    forms=(*spread("9 999 999 999 9"), *spread("999 999 999 99")),
    check=is_niss,
    score=0.4,
    context=("niss", "segurança social", "n.º da segurança social", "social security"),
)
