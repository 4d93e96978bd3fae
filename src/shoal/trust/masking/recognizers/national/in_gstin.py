"""India: goods and services tax identification number, 15 characters with a PAN inside."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STATES = frozenset((*range(1, 39), 97, 99))


def is_gstin(number: str) -> bool:
    """A state's code and the check character modulo 36 (factors 1 and 2, digits of the products summed)."""
    total = 0
    for place, char in enumerate(number[:-1]):
        product = _ALPHABET.index(char) * (1 + place % 2)
        total += product // 36 + product % 36
    return int(number[:2]) in _STATES and _ALPHABET[-total % 36] == number[-1]


PATTERNS = Patterns(
    name="in_gstin",
    type="IN_GSTIN",
    country="in",
    source="Goods and Services Tax Network, GSTIN structure and check character",
    regexes=(r"(?i)\b\d\d[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]\b",),
    check=is_gstin,
    score=0.9,
)
