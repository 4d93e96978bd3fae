"""Belgium: identity card, 12 digits of which the last two are a key."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

SOURCE = "https://www.ibz.rrn.fgov.be (eID, kaartnummer)"
CONTEXT = ("identiteitskaart", "carte d'identité", "kaartnummer", "eid", "id-kaart", "identity card", "personalausweis")


def is_card(digits: str) -> bool:
    """The last two are the first ten modulo 97, 97 where that is 0; one in a hundred passes by chance."""
    return int(digits[:10]) > 0 and int(digits[10:]) == (int(digits[:10]) % 97 or 97)


PATTERNS = (
    Patterns(
        name="be_id_card",
        type="BE_ID_CARD",
        country="be",
        source=SOURCE,
        forms=("999-9999999-99",),
        check=is_card,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="be_id_card_plain",
        type="BE_ID_CARD",
        country="be",
        source=SOURCE,
        forms=("999999999999", "999 9999999 99"),
        check=is_card,
        score=0.4,
        context=CONTEXT,
    ),
)
