"""Cases for es_nif: Spain: NIF of a person (DNI), 8 digits and a letter, or K, L, M with seven digits and a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.es_nif import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi DNI es 12345678Z.", ("12345678Z",)),
    ("NIF: 12.345.678-Z", ("12.345.678-Z",)),
    ("54362315k", ("54362315k",)),
    ("con D.N.I. 54362315-K", ("54362315-K",)),
    ("DNI 12345678A", ()),
    ("DNI 00000000T", ()),
    ("DNI 123456789Z", ()),
    ("DNI 12345678ZZ", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_es_nif(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
