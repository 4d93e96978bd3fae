"""Cases for sg_uen: Singapore: unique entity number, 9 or 10 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sg_uen import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("UEN 00192200M", ("00192200M",)),
    ("197401143C", ("197401143C",)),
    ("S16FC0121D", ("S16FC0121D",)),
    ("T01FC6132D", ("T01FC6132D",)),
    ("UEN 00192200X", ()),
    ("UEN S16XX0121D", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sg_uen(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
