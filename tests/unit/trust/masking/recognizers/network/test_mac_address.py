"""Cases for mac_address: Hardware addresses of network cards: six bytes in hexadecimal."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.mac_address import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("eth0 00:1A:2b:3c:4d:5e up", ("00:1A:2b:3c:4d:5e",)),
    ("00-1A-2b-3c-4d-5e.", ("00-1A-2b-3c-4d-5e",)),
    ("001a.2b3c.4d5e", ("001a.2b3c.4d5e",)),
    ("SHA1 ab:cd:ef:12:34:56:78:90:ab", ()),
    ("ff:ff:ff:ff:ff:ff", ()),
    ("00:1A-2b:3c:4d:5e", ()),
    ("12:30:45", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mac_address(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
