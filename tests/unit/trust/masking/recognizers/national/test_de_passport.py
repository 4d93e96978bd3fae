"""Cases for de_passport: Germany: Reisepass, nine consonants and digits, often with a check digit; only beside a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Reisepass C01X0006H", ("C01X0006H",)),
    ("Passnummer: C01X00T478", ("C01X00T478",)),
    ("passport c01x00t478", ("c01x00t478",)),
    ("Reisepass C01X00T479", ()),
    ("Gerät C01X0006H", ()),
    ("Reisepass A01X0006H", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
