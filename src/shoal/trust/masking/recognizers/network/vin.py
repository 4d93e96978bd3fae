"""Vehicle identification numbers, 17 characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK = 8
_FEWEST = 3
_WORDS = ("vin", "vin#", "vehicle identification", "chassis", "chassis number", "fahrgestellnummer", "fin", "bastidor")
_SOURCE = "ISO 3779:2009; 49 CFR 565.15 (check digit in North America)"


def is_vin(number: str) -> bool:
    """Letters and digits mixed, ending in four digits, with the check digit of North America; 1 text in 11 passes."""
    total = sum(weight * _VALUES[char] for weight, char in zip(_WEIGHTS, number, strict=True))
    return looks_like_vin(number) and "0123456789X"[total % 11] == number[_CHECK]


def looks_like_vin(number: str) -> bool:
    """At least three letters and three digits, the last four digits."""
    letters = sum(map(str.isalpha, number))
    return _FEWEST <= letters <= len(number) - _FEWEST and number[-4:].isdigit()


PATTERNS = (
    Patterns(
        name="vin",
        type="VIN",
        source=_SOURCE,
        regexes=(r"\b[A-HJ-NPR-Z0-9]{17}\b",),
        check=is_vin,
        score=0.6,
        context=_WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="vin_elsewhere",
        type="VIN",
        source=_SOURCE,
        regexes=(r"(?i)\b[A-HJ-NPR-Z0-9]{17}\b",),
        check=looks_like_vin,
        score=0.3,
        context=(*_WORDS, "car", "vehicle", "telaio", "châssis", "número de chasis"),
    ),
)
