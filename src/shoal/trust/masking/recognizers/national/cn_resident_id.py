"""China: number of the resident identity card, 18 characters (15 on cards before 2000)."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import iso7064_mod11_2
from shoal.trust.masking.days import is_day, is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)
DIGITS = "0123456789X"
SOURCE = "GB 11643-1999; check character ISO/IEC 7064 MOD 11-2"
CONTEXT = (
    "身份证",
    "身份證",
    "身份号码",
    "身份证号",
    "公民身份号码",
    "证件号",
    "居住证",
    "shenfenzheng",
    "chinese id",
    "resident id",
    "resident identity card",
    "identity card",
    "id card",
    "id number",
)


def is_resident_id(value: str) -> bool:
    """A province, a day of birth from 1850 to 2049, the check character; none passes by chance."""
    year, (month, day) = int(value[6:10]), (int(value[10:12]), int(value[12:14]))
    return int(value[:2]) in PROVINCES and 1850 <= year <= 2049 and is_day(year, month, day) and iso7064_mod11_2(value)


def is_old_resident_id(digits: str) -> bool:
    """A province and a day of birth of the 1900s, no check digit; one number in eighty passes by chance."""
    return int(digits[:2]) in PROVINCES and is_day_of(*pairs(digits[6:]))


def looks_like_resident_id(value: str) -> bool:
    """A province and a day of birth, whatever the check character."""
    year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
    return int(value[:2]) in PROVINCES and 1850 <= year <= 2049 and is_day(year, month, day) and value[17] in DIGITS


CHECKED = Patterns(
    name="cn_resident_id",
    type="CN_RESIDENT_ID",
    country="cn",
    source=SOURCE,
    forms=("99999999999999999X", "999999 99999999 999X", "999999-99999999-999X", "999999 9999 9999 999X"),
    check=is_resident_id,
    score=0.85,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="cn_resident_id_unchecked", check=looks_like_resident_id, score=0.3, context_score=0.7),
    Patterns(
        name="cn_resident_id_old",
        type="CN_RESIDENT_ID",
        country="cn",
        source=SOURCE,
        forms=("999999999999999",),
        check=is_old_resident_id,
        score=0.3,
        context=CONTEXT,
    ),
)
