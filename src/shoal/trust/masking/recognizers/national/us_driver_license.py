"""United States: driver licence numbers of the states; context only."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

_DIGITS = tuple("9" * length for length in range(7, 13))
_FORMS = (
    *_DIGITS,
    *("A" + "9" * length for length in (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18)),
    *("AA" + "9" * length for length in (5, 6, 7)),
    *(
        "A999-9999-9999",
        "A999-999-99-999-9",
        "A999-9999-9999-99",
        "A999 9999 9999",
        "A999 999 999 999",
        "A-999-999-999-999",
    ),
    *(
        "A99-99-9999",
        "A999-9999-9999-9",
        "A9999-99999-99999",
        "99AAA99999",
        "99-999-9999",
        "999-99-9999",
        "999 999 999",
    ),
    *(
        "999-999-999",
        "AA-99-9999",
        "AAA-99-9999",
        "99AA99999",
        "A9999-9999-9999",
        "9999999A",
        "999999999A",
        "99999999A",
    ),
    *("999AA9999", "AA999999A", "AAA999999", "AAAA999A999A", "A999A999"),
)

PATTERNS = Patterns(
    name="us_driver_license",
    type="US_DRIVER_LICENSE",
    country="us",
    source="AAMVA DL/ID Card Design Standard; the states' published formats",
    forms=_FORMS,
    check=lambda number: not all_same(number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
    score=0.1,
    context=(
        *("driver license", "driver's license", "drivers license", "driver licence", "driver's licence", "dl", "dl#"),
        *("drivers licence", "driving license", "license number", "license no", "lic#", "lic.", "dln", "dmv", "cdl"),
        *("license is", "permit number", "state id"),
    ),
    context_score=0.7,
)
