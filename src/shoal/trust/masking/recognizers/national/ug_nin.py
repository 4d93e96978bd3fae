"""Uganda: National Identification Number, 14 characters; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="ug_nin",
    type="UG_NIN",
    country="ug",
    source="Registration of Persons Act, 2015 (Uganda); NIRA",
    regexes=(r"(?i)\b[CA][MF][0-9]{8}[0-9A-Z]{4}\b",),
    score=0.4,
    context=("nin", "national id", "nira", "national identification number"),
)
