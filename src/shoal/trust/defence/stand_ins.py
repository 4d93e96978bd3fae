"""Stand-ins: what classifiers read in the place of placeholders. It sees no value.

Masking runs first, and a placeholder is a word that no attack of the training data has: an order that names a person or
an e-mail address would be taken for a harmless letter. So one common value is read instead; other types change little.
"""

from __future__ import annotations

from shoal.trust.masking.placeholders import FORM

STAND_INS = {"person": "John", "email_address": "mail@example.com"}


def spoken(text: str) -> str:
    """The text as a classifier reads it."""
    if "_" not in text:
        return text
    return FORM.sub(lambda found: STAND_INS.get(_type(found["body"]), found[0]), text)


def _type(body: str) -> str:
    return body.replace("\\", "").rsplit("_", 1)[0].lower()
