"""Cases for si_emso: Slovenia: EMŠO, 13 digits, a JMBG of the regions 50 to 59."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.si_emso import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Moj EMŠO je 0101006500006.", ("0101006500006",)),
    ("0101006500006", ("0101006500006",)),
    ("EMSO 0101006500007", ()),
    ("EMSO 0113006500006", ()),
    ("EMSO 01010065000060", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_si_emso(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
