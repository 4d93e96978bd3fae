"""Pictures of numbers: what stands by itself is found, nothing else."""

from __future__ import annotations

import pytest

from shoal.trust.masking.forms import Forms, spread

FORMS = Forms(
    [
        *((form, "ssn") for form in spread("999 99 9999")),
        *((form, "nino") for form in spread("AA 99 99 99 A", " ")),
        ("999.999.999-99", "cpf"),
        ("9999999X", "check"),
    ]
)
CASES: list[tuple[bytes, list[tuple[str, str]]]] = [
    (b"is 123-45-6789.", [("123-45-6789", "ssn")]),
    (b"123456789", [("123456789", "ssn")]),
    (b"123 45 6789 123 45 6789", [("123 45 6789", "ssn"), ("123 45 6789", "ssn")]),
    (b"x123456789", []),
    (b"\xe9123456789", []),
    (b"\xbf123456789", [("123456789", "ssn")]),
    (b"1-123-45-6789", []),
    (b"123-45-6789-1", []),
    (b"123-45 6789", []),
    (b"v1.123456789", []),
    (b"123456789.", [("123456789", "ssn")]),
    (b"ab 12 34 56 c", [("ab 12 34 56 c", "nino")]),
    (b"AB123456C", [("AB123456C", "nino")]),
    (b"123.456.789-09", [("123.456.789-09", "cpf")]),
    (b"1234567K 12345678", [("1234567K", "check"), ("12345678", "check")]),
    (b"no digits here", []),
    (b"", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_finds_what_stands_alone(text: bytes, expected: list[tuple[str, str]]) -> None:
    found = [(text[start:end].decode("latin-1"), what) for start, end, what in FORMS.find(text)]
    assert found == expected


def test_spread_writes_separators_out() -> None:
    assert spread("99 99", " -") == ("99 99", "99-99", "9999")


def test_a_form_with_too_many_choices_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 4 X"):
        Forms([("XXXXX", 1)])


def test_the_work_grows_with_the_text_only() -> None:
    """Each run of digits is looked up a bounded number of times, however many follow."""
    assert sum(1 for _ in FORMS.find(b"123 45 6789 " * 5000)) == 5000
