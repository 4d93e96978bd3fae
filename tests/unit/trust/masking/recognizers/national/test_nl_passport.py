"""Cases for nl_passport: Netherlands: passport and identity card, two letters, six letters or digits and a digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.nl_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mijn paspoortnummer is NWR4BDJ50.", ("NWR4BDJ50",)),
    ("identiteitskaart IXRK84567 afgegeven te Utrecht", ("IXRK84567",)),
    ("artikel NWR4BDJ50", ()),
    ("paspoort NOR4BDJ50", ()),
    ("paspoort vernieuwd2", ()),
    ("paspoort NWR4BDJ501", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_nl_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
