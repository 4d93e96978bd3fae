"""Taiwan: national identification number, and the numbers of residence certificates, 10 characters."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.patterns import Patterns

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
CHINESE = ("身分證", "身份證", "身分證字號", "統一證號", "taiwan id")


def is_national_id(value: str) -> bool:
    """A letter as 10 to 35, sex 1, 2, 8 or 9 (A to D on older certificates), a sum that is a multiple of 10; one
    in 25 passes by chance."""
    second = value[1]
    if second not in "1289ABCD" or len(set(value[1:])) == 1:
        return False
    sex = second if second.isdigit() else str(LETTERS.index(second) % 10)
    digits = f"{LETTERS.index(value[0]) + 10}{sex}{value[2:]}"
    return sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 10 == 0


def looks_like_national_id(value: str) -> bool:
    """A letter and a sex, whatever the sum."""
    return value[1] in "12"


CHECKED = Patterns(
    name="tw_national_id",
    type="TW_NATIONAL_ID",
    country="tw",
    source="戶籍法; Ministry of the Interior, rules on unified numbers (also for foreigners, 2021)",
    forms=("A999999999", "AA99999999"),
    check=is_national_id,
    score=0.4,
    context=(
        "身分證",
        "身份證",
        "身分證字號",
        "居留證",
        "統一證號",
        "national id",
        "taiwan id",
        "arc",
        "id card",
        "id number",
    ),
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED,
        name="tw_national_id_unchecked",
        check=looks_like_national_id,
        score=0.1,
        context=CHINESE,
        context_score=0.7,
    ),
)
