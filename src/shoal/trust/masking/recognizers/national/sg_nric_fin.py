"""Singapore: NRIC and FIN, a letter, 7 digits and a check letter."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
LETTERS = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
OFFSETS = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}
_WORDS = ("nric", "fin", "ic", "nric number", "fin number", "identity card", "singapore", "work permit", "s pass")


def is_nric(number: str) -> bool:
    """The weighted sum modulo 11 names the last letter; one number in 100 of all letters passes by chance."""
    kind, digits, last = number[0], number[1:8], number[8]
    if kind not in LETTERS:
        return False
    rest = (weighted(digits, WEIGHTS, 11) + OFFSETS[kind]) % 11
    return LETTERS[kind][rest] == last


PATTERNS = Patterns(
    name="sg_nric_fin",
    type="SG_NRIC_FIN",
    country="sg",
    source="Immigration & Checkpoints Authority, National Registration Act; M series of 2022",
    forms=("A9999999A",),
    check=is_nric,
    score=0.8,
    context=_WORDS,
    context_score=1.0,
)
