"""Identity numbers of mobile subscribers, 15 digits that begin with a mobile country code; context only."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_FIRST, _LAST = 200, 799


def is_imsi(digits: str) -> bool:
    """The mobile country code is in the ranges that ITU-T E.212 gives to geographic areas."""
    return _FIRST <= int(digits[:3]) <= _LAST


PATTERNS = Patterns(
    name="imsi",
    type="IMSI",
    source="ITU-T E.212",
    forms=("999999999999999", "99999999999999", "999 99 9999999999", "999-99-9999999999"),
    check=is_imsi,
    score=0.1,
    context=("imsi", "subscriber identity", "international mobile subscriber", "hlr", "mcc", "supi"),
)
