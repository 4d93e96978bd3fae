"""United Kingdom: vehicle registration marks since 2001 and the styles before; mostly by context."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_WORDS = (
    *(
        "registration",
        "reg",
        "reg.",
        "number plate",
        "licence plate",
        "license plate",
        "plate",
        "vrm",
        "vehicle",
        "car",
    ),
    *("dvla", "mot", "parked", "van"),
)
_SOURCE = "DVLA, INF 104: vehicle registration numbers and number plates"

PATTERNS = (
    Patterns(
        name="gb_license_plate",
        type="GB_LICENSE_PLATE",
        country="gb",
        source=_SOURCE,
        regexes=(r"\b[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[1-7]\d) ?[A-HJ-PR-Z]{3}\b",),
        reading=as_written,
        score=0.4,
        context=_WORDS,
    ),
    Patterns(
        name="gb_license_plate_old",
        type="GB_LICENSE_PLATE",
        country="gb",
        source=_SOURCE,
        regexes=(r"\b[A-HJ-NPR-Y]\d{1,3} ?[A-HJ-PR-Y]{3}\b", r"\b[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-Y]\b"),
        reading=as_written,
        score=0.2,
        context=_WORDS,
        context_score=0.7,
    ),
)
