"""Cases for cz_birth_number: Czechia: rodné číslo, day of birth (women 50 more in the month) and three or four."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cz_birth_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Rodné číslo: 710319/2745", ("710319/2745",)),
    ("710319/2745", ("710319/2745",)),
    ("rč 7103192745", ("7103192745",)),
    ("r.č. 780123/3540", ("780123/3540",)),
    ("R. č. 535112/123, narozena 1953", ("535112/123",)),
    ("objednávka 7103192745", ()),
    ("710319/2746", ()),
    ("713319/2745", ()),
    ("rodné číslo 710319/27450", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cz_birth_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
