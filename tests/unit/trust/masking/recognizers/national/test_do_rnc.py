"""Cases for do_rnc: Dominican Republic: Registro Nacional del Contribuyente, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.do_rnc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RNC 101-85004-3", ("101-85004-3",)),
    ("rnc: 1-01-85004-3", ("1-01-85004-3",)),
    ("RNC 101850043", ("101850043",)),
    ("folio 101850043", ()),
    ("RNC 101-85004-4", ()),
    ("RNC 101-85004-33", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_do_rnc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
