"""Cases for bg_egn: Bulgaria: EGN, 10 digits: day of birth (the century in the month), three digits and a check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.bg_egn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ЕГН: 7523169263", ("7523169263",)),
    ("с егн 7501020018", ("7501020018",)),
    ("EGN 7501020018", ("7501020018",)),
    ("поръчка 7501020018", ()),
    ("ЕГН 7501020019", ()),
    ("ЕГН 7513020018", ()),
    ("ЕГН 75010200180", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bg_egn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
