"""Addresses of the Internet Protocol, version 4 and 6; a port or prefix length after them stays."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address

from shoal.trust.masking.patterns import Patterns, as_written

_FEWEST_GROUPS = 3
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_NO_ONE = ("127.0.0.", "0.0.0.", "255.255.")
_SMALL = r"\d\.\d\.\d\.\d"
# What is no address is matched first and has no value: versions, longer chains of numbers.
_VERSION = r"\b(?:v|ver|vers|version|versions|release|rel|build|firmware|driver|chapter|section|kapitel|oid)[ .:=#\"']*"
_NOT = rf"{_VERSION}\d+(?:\.\d+)+|\d+(?:\.\d+){{4,}}"
_WORDS = (
    "ip",
    "ips",
    "ipv4",
    "ipv6",
    "address",
    "adresse",
    "server",
    "host",
    "client",
    "proxy",
    "dns",
    "gateway",
    "subnet",
)


def has_large_octet(address: str) -> bool:
    """Whether it is more than four single digits, which are as likely a heading or a version, and no
    address that every machine has (loopback, any, netmask)."""
    return len(address) > len("1.2.3.4") and not address.startswith(_NO_ONE)


def is_ipv6(address: str) -> bool:
    """RFC 4291, and so written that it is no name of code ("abc::def"), time or hardware address."""
    try:
        IPv6Address(address)
    except AddressValueError:
        return False
    groups = [group for group in address.split(":") if group]
    return len(groups) >= _FEWEST_GROUPS and any(char.isdigit() for char in address)


PATTERNS = (
    Patterns(
        name="ipv4",
        type="IP_ADDRESS",
        source="RFC 791, RFC 6943 section 3.1.1",
        regexes=(rf"(?i){_NOT}|\b(?P<value>{_OCTET}(?:\.{_OCTET}){{3}})\b",),
        check=has_large_octet,
        reading=as_written,
        score=0.85,
        context=_WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="ipv4_small",
        type="IP_ADDRESS",
        source="RFC 791",
        regexes=(rf"(?i){_NOT}|\b(?P<value>{_SMALL})\b",),
        reading=as_written,
        score=0.4,
        context=_WORDS,
    ),
    Patterns(
        name="ipv6",
        type="IP_ADDRESS",
        source="RFC 4291, RFC 5952",
        regexes=(
            r"(?i)(?:^|[^0-9a-z:._\xe9\xbf])(?P<value>[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d+\.\d+\.\d+)?)(?:$|[^0-9a-z:_])",
        ),
        check=is_ipv6,
        reading=as_written,
        score=0.85,
    ),
)
