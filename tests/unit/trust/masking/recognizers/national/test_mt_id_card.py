"""Cases for mt_id_card: Malta: identity card, up to seven digits and a letter; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mt_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Karta tal-Identità 0123489M", ("0123489M",)),
    ("Maltese ID card: 123489m", ("123489m",)),
    ("part 0123489M", ()),
    ("ID card 0123489X", ()),
    ("ID card 01234899M", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mt_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
