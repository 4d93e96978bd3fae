"""Worked cases of the check digits that many numbers share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking import checksums as c

DIGITS = st.text("0123456789", min_size=3, max_size=20)

VALID: list[tuple[Callable[[str], bool], str]] = [
    (c.luhn, "4111111111111111"),
    (c.luhn, "79927398713"),
    (c.mod97, "3704004405320130001314" + "89"),
    (c.mod97, "WEST12345698765432GB82"),
    (c.iso7064_mod11_2, "000000012095650X"),
    (c.iso7064_mod11_2, "11010519491231002X"),
    (c.iso7064_mod11_10, "86095742719"),
    (c.iso7064_mod11_10, "0794" + "5"),
    (c.verhoeff, "2363"),
    (c.verhoeff, "234123412346"),
]


@pytest.mark.parametrize(("check", "number"), VALID)
def test_valid(check: Callable[[str], bool], number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(("check", "number"), VALID)
def test_one_wrong_digit_fails(check: Callable[[str], bool], number: str) -> None:
    places = [place for place, char in enumerate(number) if char.isdigit()]
    for place in places:
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not check(wrong), wrong


@pytest.mark.parametrize("check", [c.luhn, c.mod97, c.iso7064_mod11_10, c.verhoeff])
def test_what_is_no_number_fails(check: Callable[[str], bool]) -> None:
    assert not check("")
    assert not check("12-34")


@pytest.mark.parametrize("check", [c.luhn, c.iso7064_mod11_10, c.verhoeff])
@given(digits=DIGITS)
def test_one_check_digit_fits(check: Callable[[str], bool], digits: str) -> None:
    assert sum(check(digits + digit) for digit in "0123456789") == 1


def test_weighted() -> None:
    assert c.weighted("123", (3, 2, 1), 11) == 10
    with pytest.raises(ValueError, match="shorter"):
        c.weighted("12", (3, 2, 1), 11)


def test_all_same() -> None:
    assert c.all_same("0000")
    assert not c.all_same("0001")
