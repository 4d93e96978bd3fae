"""Cases for fr_id_card: France: carte nationale d'identité, 12 digits (until 2021) or 9 consonants and digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Carte nationale d'identité n° 880692310285", ("880692310285",)),
    ("ma CNI est la X4RTBPFW4", ("X4RTBPFW4",)),
    ("pièce d’identité : D2H6862M2", ("D2H6862M2",)),
    ("CNI 881392310285", ()),
    ("CNI 888888888888", ()),
    ("commande 880692310285", ()),
    ("CNI XRTBPFWXX", ()),
    ("CNI X4RTBPFW44", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
