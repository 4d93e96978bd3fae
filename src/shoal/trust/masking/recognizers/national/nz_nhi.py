"""New Zealand: National Health Index number, 7 characters."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_WEIGHTS = (7, 6, 5, 4, 3, 2)


def is_nhi(number: str) -> bool:
    """Letters count by their place without I and O; the last is modulo 11 (a digit) or 24 (a letter)."""
    if any(char.isalpha() and char not in _LETTERS for char in number):
        return False
    values = [_LETTERS.index(char) + 1 if char.isalpha() else int(char) for char in number]
    total = sum(weight * value for weight, value in zip(_WEIGHTS, values[:6], strict=True))
    if number[6].isalpha():
        return _LETTERS[23 - total % 24] == number[6]
    return total % 11 != 0 and (11 - total % 11) % 10 == values[6]


PATTERNS = Patterns(
    name="nz_nhi",
    type="NZ_NHI",
    country="nz",
    source="Health Information Standards Organisation, HISO 10046 Consumer Health Identity Standard",
    forms=("AAA9999", "AAA99AA"),
    check=is_nhi,
    score=0.4,
    context=("nhi", "nhi number", "national health index", "patient", "hospital", "dhb"),
)
