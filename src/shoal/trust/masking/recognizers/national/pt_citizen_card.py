"""Portugal: cartão de cidadão, 8 digits, a check digit, two letters of the version and a check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_card(value: str) -> bool:
    """Every second character from the first doubled (9 less where above 9), letters from A = 10, modulo 10."""
    if not value[9].isalpha():
        return False
    total = 0
    for at, char in enumerate(value):
        worth = int(char, 36)
        if at % 2 == 0:
            worth = worth * 2 - (9 if worth * 2 > 9 else 0)
        total += worth
    return total % 10 == 0


SOURCE = "Lei 7/2007; https://www.autenticacao.gov.pt (validação de número de documento do cartão de cidadão)"
CONTEXT = ("cartão de cidadão", "cartão do cidadão", "documento de identificação", "cc", "citizen card")
PATTERNS = (
    Patterns(
        name="pt_citizen_card",
        type="PT_CITIZEN_CARD",
        country="pt",
        source=SOURCE,
        forms=("99999999 9 AX9", "99999999-9-AX9", "99999999 9AX9"),
        check=is_card,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="pt_citizen_card_plain",
        type="PT_CITIZEN_CARD",
        country="pt",
        source=SOURCE,
        forms=("999999999AX9", "999999999 AX9"),
        check=is_card,
        score=0.4,
        context=CONTEXT,
    ),
)
