"""Cases for sa_national_id: Saudi Arabia: national identity number (first digit 1) and residence permit, iqama."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sa_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("رقم الهوية 1012345672", ("1012345672",)),
    ("رقم الإقامة: 2345678900", ("2345678900",)),
    ("رقم هويتي 1012345672", ("1012345672",)),
    ("Iqama no. 2123456780", ("2123456780",)),
    ("رقم الهوية ١٠١٢٣٤٥٦٧٢", ("١٠١٢٣٤٥٦٧٢",)),
    ("order 1012345672", ()),
    ("رقم الهوية 3012345670", ()),
    ("رقم الهوية 10123456722", ()),
    ("رقم الهوية 1012345673", ("1012345673",)),
    ("national id 1012345673", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sa_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
