"""Singapore: unique entity number, 9 or 10 characters."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

_KINDS = (
    "CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HS LL LP MB MC MD MH MM MQ NB NR PA PB PF RF RP SM SS TC TU VH XL"
)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


def is_uen(number: str) -> bool:
    """Each of the three forms has its own weights and check letter."""
    if number[1:3].isdigit() and number[0].isalpha():
        return _is_other(number)
    if len(number) == len("53012345D"):
        return "XMKECAWLJDB"[weighted(number[:8], (10, 4, 9, 3, 8, 2, 7, 1), 11)] == number[8]
    return (
        _FIRST_YEAR <= int(number[:4]) <= _LAST_YEAR
        and "ZKCMDNERGWH"[weighted(number[:9], (10, 8, 6, 4, 9, 7, 5, 3, 1), 11)] == number[9]
    )


def _is_other(number: str) -> bool:
    if number[0] not in "RST" or number[3:5] not in _KINDS.split():
        return False
    weights = (4, 3, 5, 3, 10, 2, 2, 5, 7)
    total = sum(weight * _ALPHABET.find(char) for weight, char in zip(weights, number[:9], strict=True))
    return _ALPHABET[(total - 5) % 11] == number[9]


_WORDS = ("uen", "unique entity number", "acra", "business registration", "company registration", "roc", "gst")
_SOURCE = "ACRA, unique entity number; www.uen.gov.sg"

PATTERNS = Patterns(
    name="sg_uen",
    type="SG_UEN",
    country="sg",
    source=_SOURCE,
    forms=("99999999A", "999999999A", "A99AA9999A"),
    check=is_uen,
    score=0.6,
    context=_WORDS,
)
