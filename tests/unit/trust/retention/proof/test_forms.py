"""Forms: whatever a text is turned into by others, the search knows it again."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import json
import lzma
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.retention.proof.forms import digests, forms, grouped, inside, numbers

TEXT = "kavetumirolanesibo"

MADE: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "in capitals": lambda text: text.upper().encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-32": lambda text: text.encode("utf-32-be"),
    "reversed": lambda text: text[::-1].encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "escaped for URLs": lambda text: "".join(f"%{ord(each):02X}" for each in text).encode(),
    "escaped as in JSON": lambda text: "".join(f"\\u{ord(each):04x}" for each in text).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base32": lambda text: base64.b32encode(b"xy" + text.encode() + b"z"),
    "escaped for HTML": lambda text: "".join(f"&#{ord(each)};" for each in text).encode(),
}


def found(data: bytes, text: str = TEXT) -> set[str]:
    return {form for form, needle in forms(text) if needle in data}


@pytest.mark.parametrize("form", MADE)
def test_each_form_is_known_again_in_the_middle_of_more(form: str) -> None:
    assert form in found(b"\x00before " + MADE[form](f"so {TEXT} it was") + b" after")


def test_ordinary_escapes_leave_it_as_it_is() -> None:
    said = f'«{TEXT}» "quoted"'
    for made in (json.dumps(said), quote(said), repr(said)):
        assert "as it is" in found(made.encode())


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), url=st.booleans())
def test_base64_is_known_wherever_it_begins(before: bytes, after: bytes, url: bool) -> None:
    coded = (base64.urlsafe_b64encode if url else base64.b64encode)(before + TEXT.encode() + after)
    assert "base64" in found(coded)


@given(st.binary(max_size=60))
def test_other_bytes_are_no_form(data: bytes) -> None:
    assert not found(data)


@pytest.mark.parametrize(
    ("wrapping", "wrap"),
    [
        ("packed", gzip.compress),
        ("packed", bz2.compress),
        ("packed", lzma.compress),
        ("packed", lambda data: b"head" + zlib.compress(data)),
        ("base64", base64.b64encode),
        ("packed in base64", lambda data: base64.b64encode(zlib.compress(data))),
        ("packed in packed", lambda data: gzip.compress(b"x" + zlib.compress(data))),
        ("hexadecimal", lambda data: data.hex().encode()),
    ],
)
def test_what_is_wrapped_is_unwrapped(wrapping: str, wrap: Callable[[bytes], bytes]) -> None:
    data = f"a few words around {TEXT} so that there is something to pack, a few words around it".encode()
    assert any(name == wrapping and TEXT.encode() in inner for name, inner in inside(b"\x01" + wrap(data) + b"\x02"))


def test_what_was_cut_is_unwrapped_as_far_as_it_goes() -> None:
    cut = gzip.compress(TEXT.encode() + b"0123456789" * 900)[:-20]
    assert any(TEXT.encode() in inner for _, inner in inside(cut))


def test_unwrapping_ends() -> None:
    data = b"x" * 40
    for _ in range(12):
        data = gzip.compress(data)
    assert 3 <= len(list(inside(data))) < 40


def test_digests_without_a_key() -> None:
    made = hashlib.sha256(TEXT.encode())
    known = {needle for _, needle in digests(TEXT)}
    assert {made.digest(), made.hexdigest().encode()} <= known


def test_numbers() -> None:
    assert {needle for _, needle in numbers("4111")} == {b"\0" * 6 + b"\x10\x0f", b"\x0f\x10" + b"\0" * 6}
    assert ("in groups", b"4111-1111") in list(grouped("41111111"))
