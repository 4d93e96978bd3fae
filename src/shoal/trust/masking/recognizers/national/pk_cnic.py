"""Pakistan: computerised national identity card (CNIC, NICOP), 13 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

SOURCE = "National Database and Registration Authority Ordinance, 2000"
CONTEXT = ("cnic", "nicop", "nadra", "شناختی کارڈ", "قومی شناختی کارڈ", "national identity card", "id card", "nic")


def is_cnic(digits: str) -> bool:
    """Begins with a province, 1 to 7; the last digit tells the sex and is never 0."""
    return digits[0] in "1234567" and digits[12] != "0" and not all_same(digits[5:12])


PATTERNS = (
    Patterns(
        name="pk_cnic",
        type="PK_CNIC",
        country="pk",
        source=SOURCE,
        forms=("99999-9999999-9",),
        check=is_cnic,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="pk_cnic_plain",
        type="PK_CNIC",
        country="pk",
        source=SOURCE,
        forms=("9999999999999", "99999 9999999 9"),
        check=is_cnic,
        score=0.3,
        context=CONTEXT,
    ),
)
