"""Cases for fr_nir: France: numéro d'inscription au répertoire (numéro de sécurité sociale), 13 characters and a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_nir import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mon numéro de sécurité sociale est le 2 55 08 14 168 025 38.", ("2 55 08 14 168 025 38",)),
    ("255081416802538", ("255081416802538",)),
    ("NIR : 1 85 05 2A 006 084 35, né à Ajaccio", ("1 85 05 2A 006 084 35",)),
    ("nir 185052b00608462", ("185052b00608462",)),
    ("carte vitale 2.55.08.14.168.025.38", ("2.55.08.14.168.025.38",)),
    ("N° de sécu 2 55 08 14 168 025", ("2 55 08 14 168 025",)),
    ("commande 2 55 08 14 168 025", ()),
    ("NIR 2 55 08 14 168 025 39", ()),
    ("NIR 2 55 13 14 168 025 38", ()),
    ("NIR 5 55 08 14 168 025 38", ()),
    ("NIR 2550814168025381", ()),
    ("x255081416802538", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_nir(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
