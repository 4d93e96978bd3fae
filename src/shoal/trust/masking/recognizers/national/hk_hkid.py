"""Hong Kong: identity card, one or two letters, six digits and a check character."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.patterns import Patterns, anything

SOURCE = "Registration of Persons Regulations, Cap. 177A; Immigration Department"
CONTEXT = (
    "hkid",
    "hkid card",
    "hong kong id",
    "hong kong identity card",
    "identity card",
    "id card",
    "身份證",
    "身份证",
    "身分證",
    "香港身份證",
)


def is_hkid(value: str) -> bool:
    """The check character modulo 11, letters as 10 to 35, a missing first letter as 36; one in eleven passes."""
    letters = value[:-1].rstrip("0123456789")
    values = [36] * (2 - len(letters)) + [ord(char) - 55 for char in letters]
    values += [int(digit) for digit in value[len(letters) : -1]]
    total = sum(each * weight for each, weight in zip(values, range(9, 1, -1), strict=True))
    return value[-1] == "0123456789A"[-total % 11]


CHECKED = Patterns(
    name="hk_hkid",
    type="HK_HKID",
    country="hk",
    source=SOURCE,
    regexes=(r"(?i)\b[A-Z]{1,2}[0-9]{6} ?\([0-9A]\)",),
    check=is_hkid,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="hk_hkid_unchecked", check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="hk_hkid_plain",
        type="HK_HKID",
        country="hk",
        source=SOURCE,
        forms=("A999999X", "AA999999X", "A999999-X", "AA999999-X"),
        check=is_hkid,
        score=0.3,
        context=CONTEXT,
    ),
)
