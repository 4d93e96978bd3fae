"""Japan: individual number ("My Number"), 12 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns, anything

WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_my_number(digits: str) -> bool:
    """The check digit modulo 11, a rest of 0 or 1 gives 0; one number in ten passes by chance."""
    rest = weighted(digits[:11], WEIGHTS, 11)
    return int(digits[11]) == (11 - rest if rest > 1 else 0) and not all_same(digits)


CHECKED = Patterns(
    name="jp_my_number",
    type="JP_MY_NUMBER",
    country="jp",
    source="Ministerial ordinance 85 of 2014 (総務省令第85号), art. 5",
    forms=spread("9999 9999 9999"),
    check=is_my_number,
    score=0.3,
    context=("マイナンバー", "個人番号", "my number", "mynumber", "individual number"),
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED,
        name="jp_my_number_unchecked",
        check=anything,
        score=0.1,
        context=("マイナンバー", "個人番号", "my number"),
        context_score=0.7,
    ),
)
