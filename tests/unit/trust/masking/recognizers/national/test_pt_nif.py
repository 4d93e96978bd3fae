"""Cases for pt_nif: Portugal: número de identificação fiscal, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pt_nif import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("O meu NIF é 501964843", ("501964843",)),
    ("contribuinte n.º 123 456 789", ("123 456 789",)),
    ("telefone 123456789", ()),
    ("NIF 123456788", ()),
    ("NIF 000000000", ()),
    ("NIF 1234567890", ()),
    ("NIF a123456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pt_nif(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
