"""Cases for imei: Identity numbers of mobile phones, 15 digits; with a software version 16."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.imei import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("49-015420-323751-8", ("49-015420-323751-8",)),
    ("IMEI 490154203237518", ("490154203237518",)),
    ("490154203237518", ()),
    ("IMEI 490154203237519", ()),
    ("IMEI 770154203237518", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_imei(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
