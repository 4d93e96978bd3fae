"""The forms in which a text may lie somewhere: encodings, escapes, unkeyed digests, and what wraps or packs bytes.

It knows nothing of where is looked.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import hashlib
import lzma
import re
import zlib
from collections.abc import Iterator

DIGESTS = ("md5", "sha1", "sha256", "sha512", "blake2b")
# Looking inside of what is packed ends at this depth and size.
DEEPEST = 3
LARGEST_INNER = 32 << 20
_MOST_INNER = 2000
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|BZh[1-9]1AY&SY|\xfd7zXZ\x00")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{32,}={0,2}")
_HEX_RUN = re.compile(rb"(?:[0-9A-Fa-f]{2}){24,}")


def forms(text: str) -> Iterator[tuple[str, bytes]]:
    """Each form's name and bytes, for a text of ASCII. A search for these bytes finds it also in the middle of more."""
    plain = text.encode("ascii")
    yield "as it is", plain
    if text.upper() != text:
        yield "in capitals", text.upper().encode()
        yield "in capitals", text.capitalize().encode()
    # Without its last zeros this is a part of both byte orders.
    yield "UTF-16", text.encode("utf-16-le")[:-1]
    yield "UTF-32", text.encode("utf-32-le")[:-3]
    yield "reversed", plain[::-1]
    yield from _escapes(text)
    for shift in range(3):
        for alphabet in (b"+/", b"-_"):
            yield "base64", _base64_core(plain, shift, alphabet)
    for shift in range(5):
        coded = base64.b32encode(bytes(shift) + plain)
        yield "base32", coded[-(-shift * 8 // 5) : (shift + len(plain)) * 8 // 5]


def _escapes(text: str) -> Iterator[tuple[str, bytes]]:
    for name, before, after in (
        ("hexadecimal", "", ""),
        ("escaped for URLs", "%", ""),
        ("escaped as in JSON", "\\u00", ""),
        ("escaped as in Python", "\\x", ""),
        ("quoted-printable", "=", ""),
        ("escaped for HTML", "&#x", ";"),
    ):
        for style in ("02x", "02X"):
            yield name, "".join(f"{before}{ord(mark):{style}}{after}" for mark in text).encode()
    yield "escaped for HTML", "".join(f"&#{ord(mark)};" for mark in text).encode()
    yield "spaced hexadecimal", " ".join(f"{ord(mark):02x}" for mark in text).encode()


def _base64_core(plain: bytes, shift: int, alphabet: bytes) -> bytes:
    """The characters that come of these bytes alone, whatever stands around them, where they begin `shift` bytes after
    a multiple of three."""
    coded = base64.b64encode(bytes(shift) + plain, alphabet)
    first = -(-shift * 4 // 3)
    last = (shift + len(plain)) * 4 // 3
    return coded[first:last]


def digests(text: str) -> Iterator[tuple[str, bytes]]:
    """Digests without a key: whoever has the text, or guesses it, can prove that it was said."""
    for name in DIGESTS:
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield f"{name} without a key", digest
        yield f"{name} without a key", digest.hex().encode()
        yield f"{name} without a key", base64.b64encode(digest).rstrip(b"=")


def numbers(digits: str) -> Iterator[tuple[str, bytes]]:
    """A number as binary integers."""
    yield "binary integer", int(digits).to_bytes(8, "big")
    yield "binary integer", int(digits).to_bytes(8, "little")


def grouped(digits: str) -> Iterator[tuple[str, bytes]]:
    """Digits in groups of four, as cards are written."""
    for between in " -.":
        yield "in groups", between.join(digits[at : at + 4] for at in range(0, len(digits), 4)).encode()


def inside(data: bytes, depth: int = DEEPEST) -> Iterator[tuple[str, bytes]]:
    """What is packed (zlib, gzip, bzip2, xz) or written as base64 or hexadecimal in it, and what is in that, each with
    a name."""
    if depth == 0:
        return
    for name, inner in _unwrapped(data):
        yield name, inner
        for deeper, more in inside(inner, depth - 1):
            yield f"{deeper} in {name}", more


def _unwrapped(data: bytes) -> Iterator[tuple[str, bytes]]:
    for at, match in enumerate(_PACKED.finditer(data)):
        if at >= _MOST_INNER:
            break
        inner = _inflated(data, match.start())
        if len(inner) >= 16:
            yield "packed", inner
    for name, runs, decode in (("base64", _BASE64_RUN, _from_base64), ("hexadecimal", _HEX_RUN, bytes.fromhex)):
        for at, match in enumerate(runs.finditer(data)):
            if at >= _MOST_INNER:
                break
            try:
                yield name, decode(match[0].decode("ascii"))
            except (ValueError, binascii.Error):
                continue


def _inflated(data: bytes, at: int) -> bytes:
    """What can be inflated from there on; also of a file that was cut."""
    packed = data[at : at + LARGEST_INNER]
    try:
        if packed.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(packed, LARGEST_INNER)
        if packed.startswith(b"\xfd"):
            return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(packed, LARGEST_INNER)
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(packed, LARGEST_INNER)
    except (zlib.error, OSError, lzma.LZMAError):
        return b""


def _from_base64(run: str) -> bytes:
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain[: len(plain) // 4 * 4])
