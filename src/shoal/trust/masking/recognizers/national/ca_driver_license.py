"""Canada: driver licences of Ontario and Quebec, a letter and 14 or 12 digits."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns

_FEMALE = 50


def is_ontario(number: str) -> bool:
    """Its last six digits are a date of birth, the month raised by 50 for women."""
    return is_day_of(int(number[9:11]), int(number[11:13]) % _FEMALE, int(number[13:15]))


_WORDS = ("driver", "drivers", "driver's", "licence", "license", "dl", "permis de conduire", "permis")

PATTERNS = (
    Patterns(
        name="ca_driver_license",
        type="CA_DRIVER_LICENSE",
        country="ca",
        source="Ontario Ministry of Transportation, driver's licence number",
        forms=("A9999-99999-99999", "A9999 99999 99999", "A99999999999999"),
        check=is_ontario,
        score=0.6,
        context=_WORDS,
    ),
    Patterns(
        name="ca_driver_license_quebec",
        type="CA_DRIVER_LICENSE",
        country="ca",
        source="Société de l'assurance automobile du Québec, numéro de permis",
        forms=("A9999-999999-99", "A9999 999999 99", "A999999999999"),
        score=0.3,
        context=_WORDS,
    ),
)
