"""Surrogates: fakes of the same shape."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking import surrogate_numbers as numbers
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.surrogates import MOST, SHAPES, Surrogates, email, person

SEEDS = st.binary(min_size=32, max_size=32)
SHAPED = [
    ("CREDIT_CARD", "4111 1111 1111 1111", r"4242 42\d\d \d{4} \d{4}"),
    ("CREDIT_CARD", "5500-0000-0000-0004", r"5555-55\d\d-\d{4}-\d{4}"),
    ("CREDIT_CARD", "340000000000009", r"378282\d{9}"),
    ("CREDIT_CARD", "9792 0300 0000 0000", r"9000 00\d\d \d{4} \d{4}"),
    ("PHONE_NUMBER", "+1 (415) 867-5309", r"\+1 \([2-9]{3}\) 555-01\d\d"),
    ("PHONE_NUMBER", "1-415-867-5309", r"1-[2-9]{3}-555-01\d\d"),
    ("PHONE_NUMBER", "867-5309", r"555-01\d\d"),
    ("PHONE_NUMBER", "+44 7911 123456", r"\+44 7700 900\d{3}"),
    ("PHONE_NUMBER", "0044 20 7946 0958", r"0044 77 0090 0\d{3}"),
    ("PHONE_NUMBER", "+49 30 901820", r"\+49 [2-9]5 5501\d\d"),
    ("PHONE_NUMBER", "+420 601 123 456", r"\+420 [2-9]{2}5 550 1\d\d"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", r"DE\d\d 0000 \d{4} \d{4} \d{4} \d\d"),
    ("IBAN_CODE", "gb29nwbk60161331926819", r"GB\d\dXXXX0000\d{10}"),
    ("IP_ADDRESS", "8.8.8.8", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.[12]\d\d"),
    ("IP_ADDRESS", "fe80::1", r"2001:db8::[0-9a-f]{4}:[0-9a-f]{4}"),
    ("DATE_TIME", "1984-05-31", r"19(82|83|85|86)-\d\d-\d\d"),
    ("DATE_TIME", "31.05.1984", r"\d\d\.\d\d\.19(82|83|85|86)"),
    ("DATE_TIME", "05/31/1984", r"\d\d/\d\d/19(82|83|85|86)"),
    ("EMAIL_ADDRESS", "Jane@x.com", r"[a-z]+\.[a-z]+\d\d@example\.(com|net|org)"),
    ("PERSON", "Jane Doe", r"[A-Z][a-z]+ [A-Z][a-z]+"),
    ("PERSON", "JANE DOE", r"[A-Z]+ [A-Z]+"),
]
SHAPELESS = [
    ("CREDIT_CARD", "1234"),
    ("PHONE_NUMBER", "112"),
    ("PHONE_NUMBER", "+49"),
    ("IBAN_CODE", "DE89"),
    ("IP_ADDRESS", "localhost"),
    ("DATE_TIME", "yesterday"),
    ("DATE_TIME", "0001-01-01"),
    ("PERSON", "Jane"),
]


@pytest.mark.parametrize(("type", "original", "pattern"), SHAPED)
@given(seed=SEEDS)
def test_shapes(type: str, original: str, pattern: str, seed: bytes) -> None:
    fake = SHAPES[type](original, seed)
    assert fake is not None
    assert re.fullmatch(pattern, fake)


@pytest.mark.parametrize(("type", "original"), SHAPELESS)
def test_what_has_no_shape(type: str, original: str) -> None:
    assert SHAPES[type](original, bytes(32)) is None


@pytest.mark.parametrize(
    ("body", "digit"), [("411111111111111", "1"), ("7992739871", "3"), ("37828224631000", "5"), ("", "0")]
)
def test_the_check_digit(body: str, digit: str) -> None:
    assert numbers.luhn_digit(body) == digit


@given(SEEDS)
def test_iban_and_card_are_valid(seed: bytes) -> None:
    iban = numbers.iban("GB29 NWBK 6016 1331 9268 19", seed)
    assert iban
    plain = iban.replace(" ", "")
    assert int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1
    card = numbers.card("4111111111111111", seed)
    assert card
    assert numbers.luhn_digit(card[:-1]) == card[-1]


def maker(*types: str) -> Surrogates:
    return Surrogates(Scope(b"k" * 16), frozenset(types))


def test_the_same_value_gets_the_same_fake() -> None:
    one, other = (maker("CREDIT_CARD").make("CREDIT_CARD", "4111 1111 1111 1111", lambda _: True) for _ in range(2))
    plain = maker("CREDIT_CARD").make("CREDIT_CARD", "4111111111111111", lambda _: True)
    assert one == other
    assert one
    assert one.replace(" ", "") == plain


def test_a_fake_that_is_taken_or_stands_in_the_text_is_not_given() -> None:
    first = maker("EMAIL_ADDRESS").make("EMAIL_ADDRESS", "jane@x.com", lambda _: True)
    assert first
    second = maker("EMAIL_ADDRESS").make("EMAIL_ADDRESS", "jane@x.com", lambda fake: fake != first)
    assert second
    assert second != first
    warned = maker("EMAIL_ADDRESS")
    warned.note(f"write to {first}")
    assert warned.make("EMAIL_ADDRESS", "jane@x.com", lambda _: True) == second
    assert warned.make("EMAIL_ADDRESS", first, lambda _: True) != first


def test_only_the_types_asked_for_get_fakes() -> None:
    made = maker("EMAIL_ADDRESS", "US_SSN")
    assert made.make("PERSON", "Jane Doe", lambda _: True) is None
    assert made.make("US_SSN", "536-22-1234", lambda _: True) is None
    assert made.make("EMAIL_ADDRESS", "jane@x.com", lambda _: False) is None
    assert (made.covers("EMAIL_ADDRESS"), made.covers("US_SSN")) == (True, False)


def test_there_is_a_most() -> None:
    made = maker("EMAIL_ADDRESS")
    fakes = [made.make("EMAIL_ADDRESS", f"{at}@x.com", lambda _: True) for at in range(MOST + 1)]
    assert fakes[-1] is None
    assert all(fakes[:-1])
    assert repr(made) == f"Surrogates({MOST})"
    long = maker("EMAIL_ADDRESS")
    long.note("x" * 2_000_000)
    assert long.make("EMAIL_ADDRESS", "jane@x.com", lambda _: True) is None


@given(SEEDS, SEEDS)
def test_names_and_addresses_never_begin_with_another(one: bytes, other: bytes) -> None:
    for make in (person, email):
        first, second = make("Jane Doe", one), make("Jane Doe", other)
        assert first
        assert second
        assert first == second or not second.startswith(first)
