"""Cases for ch_ahv: Switzerland: AHV/AVS number, 13 digits that begin with 756."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ch_ahv import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("AHV-Nr. 756.9217.0769.85", ("756.9217.0769.85",)),
    ("numéro AVS 7569217076985", ("7569217076985",)),
    ("756 9217 0769 85", ("756 9217 0769 85",)),
    ("756.9217.0769.84", ()),
    ("AHV 755.9217.0769.85", ()),
    ("75692170769851", ()),
    ("x7569217076985", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ch_ahv(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
