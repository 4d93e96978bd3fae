"""Advertising and device identifiers of phones and computers; context only."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="device_id",
    type="DEVICE_ID",
    source="RFC 9562; Apple AdSupport, Android advertising ID",
    regexes=(
        r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        r"(?i)\b(?:[0-9a-f]{16}|[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f]{16})\b",
    ),
    check=lambda value: not all_same(value) and any(map(str.isdigit, value)),
    score=0.2,
    context=(
        *(
            "idfa",
            "aaid",
            "gaid",
            "idfv",
            "advertising id",
            "advertising identifier",
            "android id",
            "android_id",
            "udid",
        ),
        *(
            "device id",
            "device_id",
            "deviceid",
            "device identifier",
            "hardware id",
            "hwid",
            "machine id",
            "machineguid",
        ),
        *("client id", "visitor id", "fingerprint id"),
    ),
    context_score=0.8,
)
