"""Cases for de_social_security: Germany: Rentenversicherungsnummer (Sozialversicherungsnummer): area, day of."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_social_security import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Rentenversicherungsnummer: 15 070649 C 103", ("15 070649 C 103",)),
    ("15070649C103", ("15070649C103",)),
    ("sv-nummer 65170839j003", ("65170839j003",)),
    ("SV-Nummer 15070649C104", ()),
    ("SV-Nummer 15071349C103", ()),
    ("SV-Nummer 15070649C1033", ()),
    ("99 070649 C 103", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_social_security(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
