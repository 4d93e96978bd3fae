"""Italy: patente di guida, two letters, seven digits and a letter, or U1 and eight more; with context."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="it_driver_license",
    type="IT_DRIVER_LICENSE",
    country="it",
    source="https://www.consilium.europa.eu/prado/en/ITA-FO-03001/index.html",
    forms=("AA9999999A", "AA 9999999 A"),
    regexes=(r"(?i)\bU1[B-DF-HJ-NPR-UWY-Z0-9]{7}[A-Z]\b",),
    score=0.3,
    context=("patente", "patente di guida", "driving licence", "driver license", "driver's license"),
)
