"""New Zealand: Inland Revenue number, 8 or 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

FIRST, SECOND = (3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)
_LOWEST, _HIGHEST = 10_000_000, 200_000_000


def is_ird(digits: str) -> bool:
    """In the range issued; weights modulo 11, others where those give 10; one number in eleven passes by chance."""
    if not _LOWEST < int(digits) < _HIGHEST:
        return False
    body, last = digits[:-1].zfill(8), int(digits[-1])
    check = -weighted(body, FIRST, 11) % 11
    if check == 10:
        check = -weighted(body, SECOND, 11) % 11
    return check == last


PATTERNS = Patterns(
    name="nz_ird",
    type="NZ_IRD",
    country="nz",
    source="Inland Revenue New Zealand, RWT and NRWT certificate filing specification: IRD number validation",
    forms=(*spread("99 999 999"), *spread("999 999 999")),
    check=is_ird,
    score=0.3,
    context=("ird", "ird number", "inland revenue", "tax number", "ird no", "gst number"),
)
