"""Luxembourg: matricule nationale, 13 digits: a day of birth, three digits and two check digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn, verhoeff
from shoal.trust.masking.days import is_day
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns


def is_matricule(digits: str) -> bool:
    """Luhn over the first twelve and Verhoeff over the first eleven with the last."""
    born = is_day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return born and luhn(digits[:12]) and verhoeff(digits[:11] + digits[12])


PATTERNS = Patterns(
    name="lu_national_id",
    type="LU_NATIONAL_ID",
    country="lu",
    source="Loi du 19 juin 2013 relative à l'identification des personnes physiques, art. 2; European Commission, TIN",
    forms=(*spread("9999 99 99 999 99"), *spread("9999 99 99 99999"), "99999999 99999", "9999 9999 99999"),
    check=is_matricule,
    score=0.85,
    context=("matricule", "numéro national", "cns", "sozialversicherungsnummer", "matrikel", "identification number"),
)
