"""Cases for nl_driving_licence: Netherlands: rijbewijs, 10 digits; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.nl_driving_licence import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Rijbewijsnummer: 5231458796", ("5231458796",)),
    ("zijn rijbewijs 4012345678 is verlopen", ("4012345678",)),
    ("ordernummer 5231458796", ()),
    ("rijbewijs 0000000000", ()),
    ("rijbewijs 52314587961", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_nl_driving_licence(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
