"""Mexico: Número de Seguridad Social of the IMSS, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns


def is_nss(digits: str) -> bool:
    """Luhn over all eleven; one number in ten passes by chance."""
    return luhn(digits) and not all_same(digits)


PATTERNS = Patterns(
    name="mx_nss",
    type="MX_NSS",
    country="mx",
    source="IMSS, Acuerdo ACDO.SA1.HCT.280813/238.P.DIR",
    forms=spread("99 99 99 9999 9"),
    check=is_nss,
    score=0.3,
    context=("nss", "n.s.s.", "imss", "número de seguridad social", "seguro social", "número de afiliación"),
)
