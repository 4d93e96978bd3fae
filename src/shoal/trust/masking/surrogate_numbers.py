"""Fake numbers of the same shape: cards, telephone numbers, IBANs, IP addresses, dates. It knows no original's meaning.

Each function takes the original as written and random bytes, and returns a fake with the same separators in the same
places, or None where the original has no shape that it knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_DIGIT = re.compile(r"\d")
# The first digits of numbers that card schemes and payment services publish for testing, by the original's first digit.
_TEST_CARDS = {"2": "222300", "3": "378282", "4": "424242", "5": "555555", "6": "601111"}
_ONE_DIGIT_COUNTRIES = ("1", "7")
_THREE_DIGIT_COUNTRIES = re.compile(r"2[1-689]|3[578]|42|5[09]|6[7-9]|8[03578]|9[679]")
# RFC 5737 and RFC 3849: addresses for documentation.
_DOCUMENTATION = ("192.0.2", "198.51.100", "203.0.113")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{2})\2(\d{2})")
_YEAR_LAST = re.compile(r"(\d{2})([-/.])(\d{2})\2(\d{4})")


def card(original: str, seed: bytes) -> str | None:
    """A card number with a valid check digit (ISO/IEC 7812-1, Luhn), of a scheme's test range."""
    digits = "".join(_DIGIT.findall(original))
    if not 12 <= len(digits) <= 19:
        return None
    start = _TEST_CARDS.get(digits[0], "900000")
    body = (start + _digits(seed, len(digits)))[: len(digits) - 1]
    return _shaped(original, body + luhn_digit(body))


def luhn_digit(body: str) -> str:
    """The check digit that follows `body`."""
    total = 0
    for at, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if at % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def phone(original: str, seed: bytes) -> str | None:
    """A number that ends in 555-01xx, which North America keeps for fiction (ATIS-0300115); +44 gets Ofcom's
    7700 900xxx. A country code after "+" or "00" stays. Elsewhere nothing guarantees that nobody has the number."""
    digits = "".join(_DIGIT.findall(original))
    code = _country_code(original, digits)
    free = len(digits) - len(code)
    if not 7 <= free <= 13 or len(digits) > 17:
        return None
    if code.lstrip("0") == "44" and free >= 10:
        return _shaped(original, code + "0" * (free - 10) + "7700900" + _digits(seed, 3))
    area = "".join(str(2 + byte % 8) for byte in seed[8 : 8 + free - 7])
    return _shaped(original, code + area + "55501" + _digits(seed, 2))


def _country_code(original: str, digits: str) -> str:
    if original.lstrip(" (").startswith("+"):
        zeros = ""
    elif digits.startswith("00"):
        zeros = "00"
    else:
        return "1" if len(digits) == 11 and digits[0] == "1" else ""
    rest = digits[len(zeros) :]
    if rest.startswith(_ONE_DIGIT_COUNTRIES):
        return zeros + rest[:1]
    return zeros + rest[: 3 if _THREE_DIGIT_COUNTRIES.match(rest) else 2]


def iban(original: str, seed: bytes) -> str | None:
    """An IBAN of the same country and length with valid check digits (ISO 13616, ISO 7064 mod 97-10); its bank code is
    zeros. Check digits that some countries have inside the account number are not made valid."""
    plain = re.sub(r"[^0-9A-Za-z]", "", original).upper()
    if not re.fullmatch(r"[A-Z]{2}\d\d[0-9A-Z]{11,30}", plain):
        return None
    numbers = iter("0000" + _digits(seed, 40))
    account = "".join(next(numbers) if char.isdigit() else "X" for char in plain[4:])
    value = int("".join(str(int(char, 36)) for char in account + plain[:2] + "00"))
    return _shaped(original, f"{plain[:2]}{98 - value % 97:02d}{account}")


def ip_address(original: str, seed: bytes) -> str | None:
    """An address of the blocks for documentation; the last number of IPv4 always has three digits."""
    if ":" in original:
        return f"2001:db8::{seed[0] | 0x10:02x}{seed[1]:02x}:{seed[2] | 0x10:02x}{seed[3]:02x}"
    return f"{_DOCUMENTATION[seed[0] % 3]}.{100 + seed[1] % 155}" if original.count(".") == 3 else None


def shifted_date(original: str, seed: bytes) -> str | None:
    """A date in numbers up to two years away, valid whether the day or the month comes first."""
    found = _YEAR_FIRST.fullmatch(original) or _YEAR_LAST.fullmatch(original)
    if found is None:
        return None
    year_first = len(found[1]) == 4
    year = int(found[1] if year_first else found[4]) + (-2, -1, 1, 2)[seed[0] % 4]
    if not 1 <= year <= 9999:
        return None
    fake = date(year, 1 + seed[1] % 12, 1 + seed[2] % 12)
    return fake.strftime(f"%Y{found[2]}%m{found[2]}%d" if year_first else f"%d{found[2]}%m{found[2]}%Y")


def _digits(seed: bytes, count: int) -> str:
    return str(int.from_bytes(seed, "big")).zfill(count)[-count:]


def _shaped(original: str, symbols: str) -> str:
    """The symbols with the original's separators: where it has a letter or digit, the next symbol stands."""
    following: Iterator[str] = iter(symbols)
    return "".join(next(following, char) if char.isalnum() and char.isascii() else char for char in original)
