"""Hardware addresses of network cards: six bytes in hexadecimal."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

# Longer chains of bytes (fingerprints of keys) are matched first and have no value.
_LONGER = r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){6,}"

PATTERNS = Patterns(
    name="mac_address",
    type="MAC_ADDRESS",
    source="IEEE 802-2014, clause 8: MAC-48 and EUI-48",
    regexes=(
        rf"(?i)\b{_LONGER}|\b(?P<value>[0-9a-f]{{2}}(?::[0-9a-f]{{2}}){{5}})\b",
        rf"(?i)\b{_LONGER}|\b(?P<value>[0-9a-f]{{2}}(?:-[0-9a-f]{{2}}){{5}})\b",
        r"(?i)\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b",
    ),
    check=lambda value: not all_same(value),
    score=0.8,
    context=("mac", "mac address", "hardware address", "ethernet", "hwaddr", "bssid", "physical address", "wifi"),
    context_score=0.95,
)
