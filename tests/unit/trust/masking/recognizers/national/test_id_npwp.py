"""Cases for id_npwp: Indonesia: Nomor Pokok Wajib Pajak (tax number), 15 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.id_npwp import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NPWP 01.312.166.0-091.000", ("01.312.166.0-091.000",)),
    ("Perusahaan 02.123.456.7-012.000 di Jakarta", ("02.123.456.7-012.000",)),
    ("npwp 013121660091000", ("013121660091000",)),
    ("pesanan 013121660091000", ()),
    ("NPWP 013121661091000", ()),
    ("NPWP 01.312.166.0-091.0001", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_id_npwp(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
