"""Cases for cr_cedula: Costa Rica: cédula of people and companies, and DIMEX of residents; no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cr_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cédula 1-0913-0259, San José", ("1-0913-0259",)),
    ("cédula jurídica 3-101-123456", ("3-101-123456",)),
    ("dimex 155812994816", ("155812994816",)),
    ("cédula 109130259", ("109130259",)),
    ("modelo 1-0913-0259", ()),
    ("cédula 0-0913-0259", ()),
    ("cédula 1-0913-02599", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cr_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
