"""Worked cases of the check digits of VAT numbers."""

from __future__ import annotations

import pytest

from shoal.trust.masking import vat
from shoal.trust.masking.patterns import Check

CASES: list[tuple[Check, str, str]] = [
    (vat.austria, "U13585627", "U13585626"),
    (vat.britain, "980780684", "980780685"),
    (vat.bulgaria_other, "7111042925", "7111042922"),
    (vat.estonia, "100931558", "100931559"),
    (vat.france, "40303265045", "41303265045"),
    (vat.ireland_old, "8D79739I", "8D79739J"),
    (vat.lithuania, "119511515", "119511514"),
    (vat.lithuania, "100001919017", "100001919018"),
    (vat.luxembourg, "15027442", "15027443"),
    (vat.latvia, "40003521600", "40003521601"),
    (vat.malta, "11679112", "11679113"),
    (vat.netherlands, "123456789B13", "123456789B12"),
    (vat.slovakia, "2022749619", "2022749618"),
    (vat.sweden, "123456789701", "123456789101"),
]


@pytest.mark.parametrize(("check", "right", "wrong"), CASES)
def test_a_number_passes_and_its_neighbour_does_not(check: Check, right: str, wrong: str) -> None:
    assert check(right)
    assert not check(wrong)


@pytest.mark.parametrize(
    "check", [vat.britain, vat.bulgaria_other, vat.luxembourg, vat.malta, vat.slovakia, vat.sweden]
)
def test_zeros_are_no_number(check: Check) -> None:
    assert not check("0" * 12 if check is vat.sweden else "0" * 10 if check is vat.bulgaria_other else "0" * 9)
