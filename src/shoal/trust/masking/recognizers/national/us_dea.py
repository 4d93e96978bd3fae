"""United States: medical licence numbers of the Drug Enforcement Administration, two letters and 7 digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_KINDS = frozenset("ABCDEFGHJKLMPRSTUX")


def is_dea(number: str) -> bool:
    """A registrant's kind, and digits 1, 3, 5 plus twice 2, 4, 6 end in the seventh; 1 in 14 passes by chance."""
    digits = [int(digit) for digit in number[2:]]
    return _is_registrant(number[:2]) and (sum(digits[:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def _is_registrant(code: str) -> bool:
    """A kind, then the initial of the name or 9 for a business."""
    return code[0] in _KINDS and (code[1].isalpha() or code[1] == "9")


PATTERNS = Patterns(
    name="us_dea",
    type="MEDICAL_LICENSE",
    country="us",
    source="21 CFR 1301; Drug Enforcement Administration, Practitioner's Manual",
    forms=("AA9999999", "A99999999"),
    check=is_dea,
    score=0.4,
    context=(
        "dea",
        "dea number",
        "dea#",
        "medical license",
        "medical licence",
        "certificate",
        "prescriber",
        "physician",
    ),
)
