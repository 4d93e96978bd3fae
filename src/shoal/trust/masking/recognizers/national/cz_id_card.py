"""Czechia: občanský průkaz and passport, nine digits or two letters and digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_card(value: str) -> bool:
    """Not one character repeated."""
    return not all_same(value)


PATTERNS = Patterns(
    name="cz_id_card",
    type="CZ_ID_CARD",
    country="cz",
    source="Zákon č. 269/2021 Sb., o občanských průkazech",
    forms=("999999999", "AA999999", "999999 AA 99"),
    check=is_card,
    score=0.3,
    context=(
        "občanský průkaz",
        "občanského průkazu",
        "číslo op",
        "č. op",
        "občanka",
        "cestovní pas",
        "číslo pasu",
        "občiansky preukaz",
        "číslo občianskeho preukazu",
    ),
)
