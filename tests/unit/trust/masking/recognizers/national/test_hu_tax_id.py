"""Cases for hu_tax_id: Hungary: adóazonosító jel of a person, 10 digits that begin with 8; the next five count."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hu_tax_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Adóazonosító jele: 8071592153", ("8071592153",)),
    ("8071592153", ("8071592153",)),
    ("adóazonosító jel 8071592154", ()),
    ("adóazonosító jel 9071592153", ()),
    ("adóazonosító jel 80715921530", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hu_tax_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
