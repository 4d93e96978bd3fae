"""Cases for ip_address: Addresses of the Internet Protocol, version 4 and 6; a port or prefix length after them."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.ip_address import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("from 192.168.1.20:8080 to 10.20.0.0/16.", ("192.168.1.20", "10.20.0.0")),
    ("server 1.2.3.4 is down", ("1.2.3.4",)),
    ("http://203.0.113.7/x", ("203.0.113.7",)),
    ("2001:db8::8a2e:370:7334 is up", ("2001:db8::8a2e:370:7334",)),
    ("[2001:0DB8:85a3:0000:0000:8a2e:0370:7334]:443", ("2001:0DB8:85a3:0000:0000:8a2e:0370:7334",)),
    ("fe80::1ff:fe23:4567:890a%eth2", ("fe80::1ff:fe23:4567:890a",)),
    ("::ffff:192.0.2.128", ("192.0.2.128",)),
    ("version 10.2.30.4", ()),
    ("v10.2.30.4 and Release: 11.0.2.1", ()),
    ("see 1.2.3.4", ()),
    ("1.3.6.1.4.1.311", ()),
    ("256.300.1.1", ()),
    ("std::vector abc::def ad::cafe", ()),
    ("at 12:30:45", ()),
    ("00:1a:2b:3c:4d:5e", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ip_address(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values


@pytest.mark.parametrize("text", ["127.0.0.1", "0.0.0.0", "255.255.255.0"])
def test_addresses_of_every_machine(text: str) -> None:
    assert found(PATTERNS, text) == ()
