"""India: vehicle registration mark, state, district, series and number."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_STATES = (
    "AN|AP|AR|AS|BR|CH|CG|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TG|TN|TR|TS|UA"
    "|UK|UP|WB"
)
_WORDS = ("vehicle", "car", "bike", "registration", "number plate", "rc", "plate", "rto", "vahan", "scooter", "truck")
_SOURCE = "Central Motor Vehicles Rules 1989, rule 50; Bharat series of 2021"

PATTERNS = (
    Patterns(
        name="in_vehicle_registration",
        type="IN_VEHICLE_REGISTRATION",
        country="in",
        source=_SOURCE,
        regexes=(
            rf"\b(?:{_STATES})[ -]?\d{{2}}[ -]?[A-Z]{{1,3}}[ -]?\d{{4}}\b",
            r"\b2\d ?BH ?\d{4} ?[A-HJ-NP-Z]{1,2}\b",
        ),
        reading=as_written,
        score=0.6,
        context=_WORDS,
    ),
    Patterns(
        name="in_vehicle_registration_other",
        type="IN_VEHICLE_REGISTRATION",
        country="in",
        source=_SOURCE,
        regexes=(rf"(?i)\b(?:{_STATES})[ -]?\d{{1,2}}[ -]?[A-Z]{{0,3}}[ -]?\d{{1,4}}\b",),
        reading=as_written,
        score=0.2,
        context=_WORDS,
        context_score=0.7,
    ),
)
