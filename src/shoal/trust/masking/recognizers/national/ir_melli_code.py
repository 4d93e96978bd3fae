"""Iran: national code (code-e melli), 10 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns, anything

PERSIAN = ("کد ملی", "كد ملي", "کدملی", "شماره ملی", "شمارهٔ ملی", "code melli", "melli code")


def is_melli_code(digits: str) -> bool:
    """The check digit modulo 11, a rest below 2 stands for itself; one number in eleven passes by chance."""
    rest = weighted(digits[:9], range(10, 1, -1), 11)
    return not all_same(digits) and int(digits[9]) == (rest if rest < 2 else 11 - rest)


CHECKED = Patterns(
    name="ir_melli_code",
    type="IR_NATIONAL_CODE",
    country="ir",
    source="National Organization for Civil Registration, national number regulation of 1376 (1997)",
    forms=("9999999999", "999-999999-9", "999 999999 9"),
    check=is_melli_code,
    score=0.3,
    context=(
        "کد ملی",
        "كد ملي",
        "کدملی",
        "شماره ملی",
        "شمارهٔ ملی",
        "کارت ملی",
        "code melli",
        "melli code",
        "kart-e melli",
        "iranian national",
        "national code",
    ),
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="ir_melli_code_unchecked", check=anything, score=0.1, context=PERSIAN, context_score=0.7),
)
