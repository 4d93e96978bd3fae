"""Cases for pl_passport: Poland: passport, two letters and seven digits of which the first checks the rest."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pl_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Paszport nr ZS0000177", ("ZS0000177",)),
    ("numer paszportu: zs 0000177", ("zs 0000177",)),
    ("karta ZS0000177", ()),
    ("paszport ZS0000178", ()),
    ("paszport ZS00001770", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pl_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
