"""Cases for pl_nip: Poland: NIP, the tax number of firms, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pl_nip import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIP 526-000-12-46", ("526-000-12-46",)),
    ("nip: 1060000062", ("1060000062",)),
    ("tel. 1060000062", ()),
    ("NIP 1060000063", ()),
    ("NIP 0000000000", ()),
    ("NIP 10600000620", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pl_nip(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
