"""Cases for ee_personal_code: Estonia: isikukood, 11 digits: sex and century, day of birth, three digits and a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ee_personal_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Minu isikukood on 37605030299.", ("37605030299",)),
    ("37605030299", ("37605030299",)),
    ("isikukood 37605030298", ()),
    ("isikukood 37613030299", ()),
    ("isikukood 97605030299", ()),
    ("isikukood 376050302990", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ee_personal_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
