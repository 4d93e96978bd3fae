"""Cases for gr_id_card: Greece: identity card (one or two letters and six digits) and passport (two and seven)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gr_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Αριθμός ταυτότητας ΑΒ 123456", ("ΑΒ 123456",)),
    ("Α.Δ.Τ.: Σ-654321", ("Σ-654321",)),
    ("διαβατήριο ΑΕ1234567", ("ΑΕ1234567",)),
    ("παραγγελία ΑΒ 123456", ()),
    ("ταυτότητα ΑΒΓ123456", ()),
    ("ταυτότητα ΑΒ12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gr_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
