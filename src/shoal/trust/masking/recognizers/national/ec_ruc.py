"""Ecuador: Registro Único de Contribuyentes, 13 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn, weighted
from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset(range(1, 25)) | {30}
COMPANY, PUBLIC = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), (3, 2, 7, 6, 5, 4, 3, 2, 1)


def is_ruc(digits: str) -> bool:
    """Person (cédula), company (third digit 9) or public body (6), then the branch 001 to 009; one number in ten
    thousand passes by chance."""
    if int(digits[:2]) not in PROVINCES or digits[10:12] != "00" or digits[12] == "0":
        return False
    if digits[2] == "9":
        return weighted(digits[:10], COMPANY, 11) == 0
    if digits[2] == "6" and weighted(digits[:9], PUBLIC, 11) == 0:
        return True
    return digits[2] <= "6" and luhn(digits[:10])


PATTERNS = Patterns(
    name="ec_ruc",
    type="EC_RUC",
    country="ec",
    source="Servicio de Rentas Internas, Ley del RUC",
    forms=("9999999999999", "9999999999-999"),
    check=is_ruc,
    score=0.85,
    context=("ruc", "r.u.c.", "registro único de contribuyentes", "sri"),
)
