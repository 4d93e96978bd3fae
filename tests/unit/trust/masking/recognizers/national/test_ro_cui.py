"""Cases for ro_cui: Romania: cod unic de înregistrare (CUI, CIF) of a firm, at most 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ro_cui import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CUI 18547290", ("18547290",)),
    ("cod fiscal: 361897", ("361897",)),
    ("comanda 18547290", ()),
    ("CUI 18547291", ()),
    ("CUI 08547290", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ro_cui(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
