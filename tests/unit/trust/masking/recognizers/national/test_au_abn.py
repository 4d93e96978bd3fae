"""Cases for au_abn: Australia: business number, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.au_abn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("51 824 753 556", ("51 824 753 556",)),
    ("ABN 51824753556", ("51824753556",)),
    ("51824753556", ()),
    ("ABN 52 824 753 556", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_au_abn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
