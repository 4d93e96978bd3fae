"""Placeholders: ids, canonical values, and what a text that looks like one is."""

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.placeholders import FORM, Scope, canonical, label, normal, render

KEY = bytes(range(32))


@pytest.mark.parametrize(("value", "again"), [("john roe", 0), ("jane doe", 1)])
def test_an_id_is_base32_of_the_hmac_of_type_and_value(value: str, again: int) -> None:
    digest = hmac.new(KEY, b"PERSON\0" + value.encode(), hashlib.sha256).digest()
    for _ in range(again):
        assert not re.search("[2-7]", base64.b32encode(digest).decode()[:8])
        digest = hmac.new(KEY, digest, hashlib.sha256).digest()
    expected = base64.b32encode(digest).decode().lower()[:8]
    assert re.search("[2-7]", expected)
    assert Scope(KEY).identifier("PERSON", value) == expected
    assert Scope(KEY).token("PERSON", value) == f"<PERSON_{expected}>"


@given(st.text(max_size=20), st.sampled_from([8, 13, 18, 48]))
def test_every_id_has_a_digit_and_longer_ones_begin_with_it(value: str, length: int) -> None:
    short, long = Scope(KEY).identifier("X", value), Scope(KEY).identifier("X", value, length)
    assert re.fullmatch(r"(?=[a-z]*[2-7])[a-z2-7]{8}", short)
    assert len(long) == length
    assert long.startswith(short)
    assert FORM.fullmatch(render("X", long))


def test_the_scope_and_the_type_change_the_id() -> None:
    ids = {Scope(key * 16).identifier(type, "jane doe") for key in (b"a", b"b") for type in ("PERSON", "TITLE")}
    assert len(ids) == 4


def test_a_short_key_is_refused_and_no_key_shows() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Scope(b"short")
    assert repr(Scope(KEY)) == "Scope()"


SAME = [
    ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
    ("CREDIT_CARD", "4111111111111111", "４１１１ 1111 1111 1111"),
    ("PHONE_NUMBER", "+1 (415) 555-0134", "+14155550134"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
    ("EMAIL_ADDRESS", "Jane@Example.com", "jane@example.COM"),
    ("PERSON", "Jane  Doe", "JANE DOE"),
    ("ORGANIZATION", "Straße & Co", "STRASSE & CO"),
    ("NL_BSN", "1112.22.333", "111222333"),
    ("CUSTOM_CODE", "AB-12", "ab12"),
]
DIFFERENT = [
    ("PHONE_NUMBER", "+14155550134", "14155550134"),
    ("AWS_SECRET_KEY", "aBcD", "abcd"),
    ("PASSWORD", "a b", "ab"),
    ("CRYPTO", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1boatslrhtknngkdxeeobr76b53lettpyt"),
    ("EMAIL_ADDRESS", "j.doe@x.com", "jdoe@x.com"),
    ("IP_ADDRESS", "192.0.2.11", "192.0.21.1"),
    ("PERSON", "Jane Doe", "JaneDoe"),
]


@pytest.mark.parametrize(("type", "one", "other"), SAME)
def test_two_ways_of_writing_one_value(type: str, one: str, other: str) -> None:
    assert canonical(type, one) == canonical(type, other)


@pytest.mark.parametrize(("type", "one", "other"), DIFFERENT)
def test_two_values(type: str, one: str, other: str) -> None:
    assert canonical(type, one) != canonical(type, other)


@pytest.mark.parametrize("type", ["PHONE_NUMBER", "PERSON", "US_SSN"])
def test_separators_alone_are_still_a_value(type: str) -> None:
    assert canonical(type, "--") == "--"


@pytest.mark.parametrize(
    ("type", "expected"),
    [("PERSON", "PERSON"), ("project-code", "PROJECT_CODE"), ("1st", "TYPE_1ST"), ("é", "TYPE"), ("a" * 90, "A" * 40)],
)
def test_labels(type: str, expected: str) -> None:
    assert label(type) == expected
    assert FORM.fullmatch(Scope(KEY).token(type, "x"))


LOOK_ALIKE = [
    "<PERSON_k7f3m2qa>",
    "<person_K7F3M2QA>",
    "<US_SSN_k7f3m2qa.first2>",
    "<PERSON_k7f3m2qa:f>",
    "<PERSON_k7f3m2qa.2:pl>",
    "\\<PERSON\\_k7f3m2qa\\>",
    "<US\\_SSN\\_k7f3m2qa>",
    "&lt;PERSON_k7f3m2qa&gt;",
    "&#60;PERSON_k7f3m2qa&#62;",
    "%3CPERSON_k7f3m2qa%3e",
    "\\u003cPERSON_k7f3m2qa\\u003e",
    "\\\\u003CPERSON_k7f3m2qa\\\\u003E",
]
UNLIKE = [
    "<user_question>",
    "<PERSON_abcdefgh>",
    "<PERSON_k7f3m2q>",
    "<PERSON k7f3m2qa>",
    "< PERSON_k7f3m2qa >",
    "<PERSON_k7f3m2q1>",
    "<k7f3m2qa>",
    "&lt;PERSON_k7f3m2qa>",
    "<PERSON_k7f3m2qa\\>",
    "<1_k7f3m2qa>",
]


@pytest.mark.parametrize("text", LOOK_ALIKE)
def test_what_looks_like_a_placeholder(text: str) -> None:
    found = FORM.fullmatch(text)
    assert found
    assert normal(found["body"]).startswith(("person_k7f3m2qa", "us_ssn_k7f3m2qa"))


@pytest.mark.parametrize("text", UNLIKE)
def test_what_does_not(text: str) -> None:
    assert not FORM.fullmatch(text)


def test_hostile_text_costs_little() -> None:
    for text in (
        "<" * 200_000,
        "<a_" * 100_000,
        "\\" * 300_000,
        "<" + "a" * 300_000,
        "<" + "_" * 300_000,
        "&lt;a_b" * 50_000,
    ):
        assert FORM.search(text) is None
