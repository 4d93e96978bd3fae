"""Cases for de_health_insurance: Germany: Krankenversichertennummer, the part of the card that never changes: a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_health_insurance import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Versichertennummer A123456780 bei der AOK", ("A123456780",)),
    ("kvnr: a123456780", ("a123456780",)),
    ("Teil A123456780", ()),
    ("KVNR A123456781", ()),
    ("KVNR A000000002", ()),
    ("KVNR AA123456780", ()),
    ("KVNR A1234567801", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_health_insurance(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
