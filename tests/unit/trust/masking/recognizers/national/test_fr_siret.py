"""Cases for fr_siret: France: SIRET, the 14 digits of one place of a company: its SIREN and 5 more."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_siret import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("SIRET 732 829 320 00074", ("732 829 320 00074",)),
    ("Facture de l'établissement 73282932000074", ("73282932000074",)),
    ("SIRET 35600000000048", ("35600000000048",)),
    ("SIRET 73282932000075", ()),
    ("La Poste, SIRET 35600000049837", ("35600000049837",)),
    ("SIRET 35600000000046", ()),
    ("732 829 320 00074", ("732 829 320 00074",)),
    ("horodatage 73282932000074", ()),
    ("SIRET 732829320000740", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_siret(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
