"""Malta: identity card, up to seven digits and a letter; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

KINDS = frozenset("MGAPLHBZ")


def is_card(value: str) -> bool:
    """One of the eight letters of the registers, one in three of all."""
    return value[-1] in KINDS and int(value[:-1]) > 0


PATTERNS = Patterns(
    name="mt_id_card",
    type="MT_ID_CARD",
    country="mt",
    source="Identity Card and other Identity Documents Act, cap. 258",
    forms=("9999999A", "999999A", "99999A", "9999A", "999999 A", "99999 A", "9999999 A"),
    check=is_card,
    score=0.3,
    context=("karta tal-identità", "karta tal-identita", "maltese id", "malta id", "identity card", "id card", "id no"),
    context_score=0.7,
)
