"""Cases for rs_jmbg: Serbia, Bosnia, Montenegro, North Macedonia, Croatia: JMBG, 13 digits, day of birth, region."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.rs_jmbg import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("JMBG: 0101985711004", ("0101985711004",)),
    ("ЈМБГ 0101985711004", ("0101985711004",)),
    ("0101985711004", ("0101985711004",)),
    ("JMBG 0101006500006", ()),
    ("JMBG 0113985710000", ()),
    ("JMBG 01019857110040", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_rs_jmbg(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
