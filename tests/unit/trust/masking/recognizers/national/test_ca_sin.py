"""Cases for ca_sin: Canada: social insurance number, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ca_sin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("SIN 046-454-286", ()),
    ("SIN 130 692 544", ("130 692 544",)),
    ("numéro d'assurance sociale : 130692544", ("130692544",)),
    ("130-692-544", ()),
    ("SIN 130-692-545", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ca_sin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
