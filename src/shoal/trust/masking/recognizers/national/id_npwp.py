"""Indonesia: Nomor Pokok Wajib Pajak (tax number), 15 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns

SOURCE = "Direktorat Jenderal Pajak, PER-04/PJ/2020"
CONTEXT = ("npwp", "nomor pokok wajib pajak", "wajib pajak", "tax id")


def is_npwp(digits: str) -> bool:
    """Luhn over the first nine digits; one number in ten passes by chance."""
    return luhn(digits[:9]) and int(digits[:8]) > 0


PATTERNS = (
    Patterns(
        name="id_npwp",
        type="ID_NPWP",
        country="id",
        source=SOURCE,
        forms=("99.999.999.9-999.999",),
        score=0.85,
        context=CONTEXT,
    ),
    Patterns(
        name="id_npwp_plain",
        type="ID_NPWP",
        country="id",
        source=SOURCE,
        forms=("999999999999999", "99 999 999 9 999 999"),
        check=is_npwp,
        score=0.3,
        context=CONTEXT,
    ),
)
