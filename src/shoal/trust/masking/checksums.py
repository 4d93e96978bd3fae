"""Check digits that the numbers of many countries share. It knows nothing of any one number.

Everything takes plain digits (some also capital letters) without separators. Sources: ISO/IEC 7812-1 annex B (Luhn);
ISO/IEC 7064 (MOD 11-2, 11-10, 97-10); J. Verhoeff, Error Detecting Decimal Codes, 1969.
"""

from __future__ import annotations

from collections.abc import Sequence

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_SHUFFLE = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def plain_digits(text: str) -> bool:
    """Whether `text` is one or more of 0-9 and nothing else."""
    return text.isascii() and text.isdigit()


def all_same(text: str) -> bool:
    """Whether one character is repeated throughout: such numbers pass many checks and are never issued."""
    return len(set(text)) <= 1


def luhn(digits: str) -> bool:
    """Luhn: from the right every second digit doubled, digits of the products summed, a multiple of 10."""
    if not plain_digits(digits):
        return False
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def weighted(digits: str, weights: Sequence[int], modulus: int) -> int:
    """The weighted sum of `digits` modulo `modulus`; ValueError unless there is one weight for each digit."""
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % modulus


def mod97(text: str) -> bool:
    """ISO 7064 MOD 97-10 with letters as 10..35: the number modulo 97 is 1. IBANs move their first four to the end."""
    try:
        return int("".join([str(_VALUES[char]) for char in text])) % 97 == 1
    except (KeyError, ValueError):
        return False


def iso7064_mod11_2(text: str) -> bool:
    """ISO 7064 MOD 11-2: digits whose last may be X for 10 (ISNI, China's resident identity number)."""
    if not plain_digits(text[:-1]) or text[-1] not in "0123456789X":
        return False
    rest = 0
    for digit in text[:-1]:
        rest = (rest + int(digit)) * 2 % 11
    return (rest + (10 if text[-1] == "X" else int(text[-1]))) % 11 == 1


def iso7064_mod11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10: Germany's tax number, Croatia's OIB."""
    return plain_digits(digits) and _hybrid(digits, 10)


def _hybrid(text: str, size: int) -> bool:
    rest = size
    for char in text[:-1]:
        rest = ((rest + _VALUES[char]) % size or size) * 2 % (size + 1)
    return (rest + _VALUES[text[-1]]) % size == 1


def verhoeff(digits: str) -> bool:
    """Verhoeff: permuted by place and multiplied in the dihedral group of ten, the result is 0."""
    if not plain_digits(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _SHUFFLE[value]
        total = _dihedral(total, value)
    return total == 0


def _dihedral(left: int, right: int) -> int:
    """The product of two of the ten symmetries of a pentagon: 0-4 turn it, 5-9 also turn it over."""
    turn = (left + right) % 5 if left < 5 else (left - right) % 5
    return turn + 5 * ((left < 5) == (right >= 5))
