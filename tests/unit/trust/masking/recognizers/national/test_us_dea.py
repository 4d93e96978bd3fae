"""Cases for us_dea: United States: medical licence numbers of the Drug Enforcement Administration, two letters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_dea import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("DEA number BB1388568", ("BB1388568",)),
    ("his medical license is K91388568", ("K91388568",)),
    ("BB1388568", ()),
    ("DEA number BB1388569", ()),
    ("DEA number K81388568", ()),
    ("DEA number IB1388568", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_dea(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
