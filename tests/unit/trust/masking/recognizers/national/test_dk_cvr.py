"""Cases for dk_cvr: Denmark: CVR number of a company, 8 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.dk_cvr import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CVR-nr. 13585628", ("13585628",)),
    ("virksomhedens CVR: 13 58 56 28", ("13 58 56 28",)),
    ("telefon 13585628", ()),
    ("CVR 13585629", ()),
    ("CVR 00000000", ()),
    ("CVR 135856280", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_dk_cvr(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
