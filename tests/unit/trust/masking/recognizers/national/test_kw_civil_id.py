"""Cases for kw_civil_id: Kuwait: civil ID, 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kw_civil_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Civil ID 288020122596", ("288020122596",)),
    ("Civil ID 292091998298", ("292091998298",)),
    ("الرقم المدني 290010112346", ("290010112346",)),
    ("Kuwait: 285073012346", ("285073012346",)),
    ("الرقم المدني 290010112345", ()),
    ("الرقم المدني 291310112345", ()),
    ("الرقم المدني 490010112345", ()),
    ("الرقم المدني 2900101123455", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kw_civil_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
