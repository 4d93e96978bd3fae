"""Ireland: Personal Public Service number, seven digits, a check letter and at times one more letter."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
SECOND = "WABCDEFGHI"


def is_pps(value: str) -> bool:
    """The weighted sum, the second letter weighing 9, modulo 23 in a table; one value in 26 passes by chance."""
    number, letter, more = value[:7], value[7], value[8:]
    if int(number) == 0 or (more and more not in SECOND):
        return False
    rest = weighted(number, range(8, 1, -1), 23) + (9 * SECOND.index(more) if more else 0)
    return LETTERS[rest % 23] == letter


PATTERNS = Patterns(
    name="ie_pps",
    type="IE_PPS",
    country="ie",
    source="Social Welfare Consolidation Act 2005 s. 262; Revenue, PPS number check character",
    forms=("9999999A", "9999999AA", "9999999 A", "9999999 AA"),
    check=is_pps,
    score=0.4,
    context=("pps", "ppsn", "pps number", "pps no", "personal public service", "rsi number", "uimhir psp"),
)
