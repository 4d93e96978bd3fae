"""Malaysia: national registration identity card (MyKad), 12 digits."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

UNUSED = frozenset((0, *range(17, 21), 69, 70, 73, 80, 81, *range(94, 98)))
SOURCE = "National Registration Regulations 1990; Jabatan Pendaftaran Negara, codes of states and countries"
CONTEXT = ("nric", "mykad", "kad pengenalan", "no. kp", "no kp", "k/p", "ic no", "ic number", "i/c", "ic")


def is_mykad(digits: str) -> bool:
    """A day of birth and a code of the place of birth; three numbers in a hundred pass by chance."""
    return is_day_of(*pairs(digits)) and int(digits[6:8]) not in UNUSED


PATTERNS = (
    Patterns(
        name="my_mykad",
        type="MY_MYKAD",
        country="my",
        source=SOURCE,
        forms=("999999-99-9999",),
        check=is_mykad,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="my_mykad_plain",
        type="MY_MYKAD",
        country="my",
        source=SOURCE,
        forms=("999999999999", "999999 99 9999"),
        check=is_mykad,
        score=0.4,
        context=CONTEXT,
    ),
)
