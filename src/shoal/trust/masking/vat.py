"""Check digits of European VAT numbers that are no other number of their country. It knows nothing of prefixes.

Each takes the number without its country, letters in upper case. Sources: Council Directive 2006/112/EC, art. 214-215;
European Commission, VIES, structure of VAT numbers; the tax authority of each country.
"""

from __future__ import annotations

from collections.abc import Sequence

from shoal.trust.masking.checksums import luhn, mod97, plain_digits, weighted

_LV_WEIGHTS = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)
_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


def austria(body: str) -> bool:
    """U and eight digits: Luhn with 4 more in the sum."""
    digits = body[1:]
    doubled = sum(int(digit) * 2 // 10 + int(digit) * 2 % 10 for digit in digits[1:6:2])
    return body[0] == "U" and (sum(map(int, digits[:7:2])) + doubled + 4 + int(digits[7])) % 10 == 0


def britain(digits: str) -> bool:
    """Nine digits: the weighted sum of seven and the last two is a multiple of 97, or 55 short of one."""
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), digits, strict=False)) + int(digits[7:9])
    return int(digits[:7]) > 0 and total % 97 in (0, 42)


def bulgaria_other(digits: str) -> bool:
    """Ten digits of a foreigner or of another body, who have no EGN."""
    foreigner = weighted(digits[:9], (21, 19, 17, 13, 11, 9, 7, 3, 1), 10)
    other = -weighted(digits[:9], (4, 3, 2, 7, 6, 5, 4, 3, 2), 11) % 11 % 10
    return int(digits) > 0 and int(digits[9]) in (foreigner, other)


def estonia(digits: str) -> bool:
    """Nine digits, weights 3, 7, 1, modulo 10."""
    return digits.startswith("1") and weighted(digits, (3, 7, 1) * 3, 10) == 0


def france(body: str) -> bool:
    """Two characters and a SIREN; where they are digits, 12 and three times the SIREN modulo 97."""
    key, siren = body[:2], body[2:]
    if not luhn(siren) or int(siren) == 0:
        return False
    return not plain_digits(key) or int(key) == (12 + 3 * (int(siren) % 97)) % 97


def ireland_old(body: str) -> bool:
    """A digit, a letter, five digits and a check letter, as they were given until 2012."""
    digits = "0" + body[2:7] + body[0]
    return _LETTERS[weighted(digits, range(8, 1, -1), 23)] == body[7]


def lithuania(digits: str) -> bool:
    """Nine or twelve digits, the last but one a 1; weights by place modulo 11, again from 3 where that is 10."""
    rest = _by_place(digits[:-1], 1)
    rest = rest if rest < 10 else _by_place(digits[:-1], 3) % 10
    return digits[-2] == "1" and rest == int(digits[-1])


def _by_place(digits: str, first: int) -> int:
    """The sum weighted by place, where 9 is followed by 1, modulo 11."""
    weights: Sequence[int] = [(place + first - 1) % 9 + 1 for place in range(len(digits))]
    return weighted(digits, weights, 11)


def luxembourg(digits: str) -> bool:
    """Eight digits, the last two are the first six modulo 89."""
    return int(digits[:6]) > 0 and int(digits[:6]) % 89 == int(digits[6:])


def latvia(digits: str) -> bool:
    """Eleven digits of a firm, the first above 3; a weighted sum that leaves 3 modulo 11."""
    return digits[0] > "3" and weighted(digits, _LV_WEIGHTS, 11) == 3


def malta(digits: str) -> bool:
    """Eight digits, a weighted sum that is a multiple of 37."""
    total = sum(weight * int(digit) for weight, digit in zip((3, 4, 6, 7, 8, 9), digits, strict=False))
    return int(digits[:6]) > 0 and (total + int(digits[6:])) % 37 == 0


def netherlands(body: str) -> bool:
    """Nine digits, B and two digits (since 2020 of people): ISO 7064 MOD 97-10 over all, with NL before."""
    return body[9] == "B" and mod97("NL" + body)


def slovakia(digits: str) -> bool:
    """Ten digits, a multiple of 11, the first not 0 and the third not 0, 1, 5, 6."""
    return digits[0] != "0" and digits[2] in "234789" and int(digits) % 11 == 0


def sweden(digits: str) -> bool:
    """The ten digits of a firm or a person, which pass Luhn, and 01."""
    return luhn(digits[:10]) and int(digits[:10]) > 0 and digits[10:] == "01"
