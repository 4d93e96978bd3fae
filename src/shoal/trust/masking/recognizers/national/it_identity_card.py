"""Italy: carta d'identità, on paper, electronic of the second and of the third kind; with context."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

PATTERNS = Patterns(
    name="it_identity_card",
    type="IT_IDENTITY_CARD",
    country="it",
    source="Decreto ministeriale 23 dicembre 2015; https://www.cartaidentita.interno.gov.it",
    forms=("AA9999999", "AA 9999999", "9999999AA", "AA99999AA", "AA 99999 AA"),
    score=0.3,
    context=(
        "carta d'identità",
        "carta di identità",
        "carta identità",
        "c.i",
        "cie",
        "documento d'identità",
        "documento di identità",
        "identity card",
        "id card",
    ),
)
