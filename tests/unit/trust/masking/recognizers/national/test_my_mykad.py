"""Cases for my_mykad: Malaysia: national registration identity card (MyKad), 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.my_mykad import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("No. kad pengenalan saya 770305-02-1234.", ("770305-02-1234",)),
    ("Encik Ahmad (890316-07-9012) hadir", ("890316-07-9012",)),
    ("IC number: 770305021234", ("770305021234",)),
    ("pesanan 770305021234", ()),
    ("NRIC 771305-02-1234", ()),
    ("NRIC 770305-17-1234", ()),
    ("NRIC 770305-02-12345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_my_mykad(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
