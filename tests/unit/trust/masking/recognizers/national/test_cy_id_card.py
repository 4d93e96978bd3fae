"""Cases for cy_id_card: Cyprus: identity card, six to ten digits; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cy_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Αρ. ταυτότητας 0001234567", ("0001234567",)),
    ("δελτίο ταυτότητας: 912345", ("912345",)),
    ("Cypriot ID 912345", ("912345",)),
    ("παραγγελία 912345", ()),
    ("Cypriot ID 111111", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cy_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
