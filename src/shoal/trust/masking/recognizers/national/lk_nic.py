"""Sri Lanka: national identity card, 9 digits and V or X, or 12 digits since 2016."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

SOURCE = "Registration of Persons Act 32 of 1968, as amended 2016; Department for Registration of Persons"
CONTEXT = ("nic", "nic no", "national identity card", "national id", "identity card", "ජාතික හැඳුනුම්පත", "හැඳුනුම්පත")
WOMEN, LAST_DAY = 500, 366


def _is_day(number: int) -> bool:
    """The day of the year, for women plus 500."""
    return 1 <= (number - WOMEN if number > WOMEN else number) <= LAST_DAY


def is_old_nic(value: str) -> bool:
    """Year and day of birth, V or X; without the letter, seven numbers in ten pass by chance."""
    return value[9] in "VX" and _is_day(int(value[2:5]))


def is_new_nic(digits: str) -> bool:
    """Year 1900 to 2029 and day of birth; one number in a hundred passes by chance."""
    return 1900 <= int(digits[:4]) <= 2029 and _is_day(int(digits[4:7]))


PATTERNS = (
    Patterns(
        name="lk_nic",
        type="LK_NIC",
        country="lk",
        source=SOURCE,
        forms=("999999999A",),
        check=is_old_nic,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="lk_nic_new",
        type="LK_NIC",
        country="lk",
        source=SOURCE,
        forms=("999999999999", "9999 999 9999 9"),
        check=is_new_nic,
        score=0.4,
        context=CONTEXT,
    ),
)
