"""Cases for lu_national_id: Luxembourg: matricule nationale, 13 digits: a day of birth, three digits and two."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.lu_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Matricule: 1893120105732", ("1893120105732",)),
    ("1893 12 01 057 32", ("1893 12 01 057 32",)),
    ("matricule 1893120105742", ()),
    ("matricule 1893120105733", ()),
    ("matricule 1893130105732", ()),
    ("18931201057321", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_lu_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
