"""Cases for be_id_card: Belgium: identity card, 12 digits of which the last two are a key."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.be_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("identiteitskaart 591-0123456-63", ()),
    ("identiteitskaart 591-1234567-53", ("591-1234567-53",)),
    ("carte d'identité 591123456753", ("591123456753",)),
    ("bestelling 591123456753", ()),
    ("000-0000000-97", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_be_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
