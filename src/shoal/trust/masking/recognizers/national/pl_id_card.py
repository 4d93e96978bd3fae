"""Poland: dowód osobisty, three letters and six digits of which the first checks the rest."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 3, 1, 9, 7, 3, 1, 7, 3)


def is_card(value: str) -> bool:
    """The weighted sum, letters from A = 10, is a multiple of 10; one value in ten passes by chance."""
    return sum(weight * int(char, 36) for weight, char in zip(WEIGHTS, value, strict=True)) % 10 == 0


PATTERNS = Patterns(
    name="pl_id_card",
    type="PL_ID_CARD",
    country="pl",
    source="Ustawa o dowodach osobistych z 6 sierpnia 2010; rozporządzenie w sprawie wzoru dowodu osobistego",
    forms=("AAA999999", "AAA 999999", "AAA-999999"),
    check=is_card,
    score=0.4,
    context=(
        "dowód osobisty",
        "dowód",
        "dowodu",
        "dowodu osobistego",
        "dowodem",
        "dowodzie",
        "seria i numer",
        "legitymuje się",
        "identity card",
        "id card",
    ),
)
