"""Cases for dk_cpr: Denmark: CPR number, day of birth and four digits. Numbers given since 2007 need not pass the."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.dk_cpr import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mit CPR-nummer er 070761-4285.", ("070761-4285",)),
    ("211062-5629", ("211062-5629",)),
    ("cpr 2110625629", ("2110625629",)),
    ("ordre 2110625629", ()),
    ("CPR 321062-5629", ()),
    ("CPR 290201-1234", ()),
    ("CPR 211062-56290", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_dk_cpr(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
