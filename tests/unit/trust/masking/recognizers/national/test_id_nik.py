"""Cases for id_nik: Indonesia: Nomor Induk Kependudukan of the KTP, 16 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.id_nik import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIK: 3171011708450001", ("3171011708450001",)),
    ("Nomor KTP saya 3171 0157 0845 0001", ("3171 0157 0845 0001",)),
    ("nomor induk kependudukan 3275024507900003", ("3275024507900003",)),
    ("pesanan 3171011708450001", ()),
    ("NIK 3171013208450001", ()),
    ("NIK 0171011708450001", ()),
    ("NIK 31710117084500011", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_id_nik(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
