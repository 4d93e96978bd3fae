"""Identity numbers of mobile phones, 15 digits; with a software version 16."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns

_BODIES = ("01", "10", "30", "33", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99")
_WORDS = ("imei", "imei number", "imeisv", "handset", "device", "*#06#", "serial", "phone id", "stolen phone")
_SOURCE = "3GPP TS 23.003 section 6; GSMA TS.06, reporting bodies"
_LENGTH = 15


def is_imei(digits: str) -> bool:
    """A reporting body that gives out type codes, and Luhn; about one number in 60 passes by chance."""
    return digits[:2] in _BODIES and not all_same(digits) and luhn(digits[:_LENGTH])


PATTERNS = (
    Patterns(
        name="imei",
        type="IMEI",
        source=_SOURCE,
        forms=("99-999999-999999-9", "99 999999 999999 9", "99999999-999999-9"),
        check=is_imei,
        score=0.75,
        context=_WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="imei_plain",
        type="IMEI",
        source=_SOURCE,
        forms=("999999999999999",),
        check=is_imei,
        score=0.4,
        context=_WORDS,
        context_score=0.95,
    ),
)
