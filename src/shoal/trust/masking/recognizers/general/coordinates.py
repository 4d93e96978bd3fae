"""Places on the globe as latitude and longitude, in decimal degrees or degrees, minutes and seconds."""

from __future__ import annotations

import re

from shoal.trust.masking.patterns import Patterns, as_written

_NUMBER = re.compile(r"-?\d+\.\d+")
_DECIMAL = r"-?\d{1,3}\.\d{4,}"


def is_place(value: str) -> bool:
    """Latitude within 90 and longitude within 180 degrees."""
    latitude, longitude = (float(number) for number in _NUMBER.findall(value)[:2])
    return abs(latitude) <= 90 and abs(longitude) <= 180


PATTERNS = (
    Patterns(
        name="coordinates_decimal",
        type="COORDINATES",
        source="ISO 6709:2022",
        regexes=(
            rf"(?:^|[^0-9A-Za-z.-])(?P<value>{_DECIMAL}\xa0?[NS]?, ?{_DECIMAL}\xa0?[EW]?)(?:$|[^0-9.,]|[.,](?:$|\D))",
        ),
        check=is_place,
        reading=as_written,
        score=0.6,
        context=(
            "lat",
            "latitude",
            "lon",
            "long",
            "longitude",
            "gps",
            "coordinates",
            "coords",
            "location",
            "koordinaten",
        ),
        context_score=0.9,
    ),
    Patterns(
        name="coordinates_named",
        type="COORDINATES",
        source="ISO 6709:2022; RFC 7946",
        regexes=(r"(?i)\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng)[\"']? ?[:=] ?(?P<value>-?\d{1,3}\.\d+)",),
        score=0.85,
    ),
    Patterns(
        name="coordinates_minutes",
        type="COORDINATES",
        source="ISO 6709:2022 annex D",
        regexes=(
            r"\b\d{1,3}\xa0 ?\d{1,2}['\xa0] ?(?:\d{1,2}(?:\.\d+)?(?:\"|''|\xa0)? ?)?[NSEWO]\b"
            r"(?:,? ?\d{1,3}\xa0 ?\d{1,2}['\xa0] ?(?:\d{1,2}(?:\.\d+)?(?:\"|''|\xa0)? ?)?[NSEWO]\b)?",
        ),
        score=0.85,
    ),
)
