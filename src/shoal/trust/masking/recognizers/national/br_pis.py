"""Brazil: PIS/PASEP, NIS and NIT, the number of a worker or insured person, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
SOURCE = "Caixa Econômica Federal, cadastro NIS; Lei Complementar 7/1970"
CONTEXT = ("pis", "pasep", "pis/pasep", "nis", "nit", "inss", "programa de integração social", "bolsa família")


def is_pis(digits: str) -> bool:
    """The check digit modulo 11, a rest of 0 or 1 gives 0; one number in ten passes by chance."""
    rest = weighted(digits[:10], WEIGHTS, 11)
    return not all_same(digits) and int(digits[10]) == (0 if rest < 2 else 11 - rest)


PATTERNS = (
    Patterns(
        name="br_pis",
        type="BR_PIS",
        country="br",
        source=SOURCE,
        forms=("99999999999", "999 99999 99 9"),
        check=is_pis,
        score=0.3,
        context=CONTEXT,
    ),
    Patterns(
        name="br_pis_dotted",
        type="BR_PIS",
        country="br",
        source=SOURCE,
        forms=("999.99999.99-9", "999.9999.999-9"),
        check=is_pis,
        score=0.6,
        context=CONTEXT,
    ),
)
