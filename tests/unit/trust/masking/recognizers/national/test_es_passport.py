"""Cases for es_passport: Spain: passport, two or three letters and six digits; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.es_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Número de pasaporte: AAB123456", ("AAB123456",)),
    ("pasaporte pad 123456", ("pad 123456",)),
    ("expediente AAB123456", ()),
    ("pasaporte AAB1234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_es_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
