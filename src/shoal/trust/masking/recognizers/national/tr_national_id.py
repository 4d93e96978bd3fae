"""Turkey: T.C. kimlik numarası, 11 digits of which the last two are check digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_kimlik(digits: str) -> bool:
    """Not 0 first; seven times the odd places less the even is the tenth, the sum of ten the last. One in 110."""
    worth = [int(digit) for digit in digits]
    tenth = (7 * sum(worth[0:9:2]) - sum(worth[1:8:2])) % 10
    return worth[0] > 0 and tenth == worth[9] and sum(worth[:10]) % 10 == worth[10]


PATTERNS = Patterns(
    name="tr_national_id",
    type="TR_NATIONAL_ID",
    country="tr",
    source="Nüfus Hizmetleri Kanunu 5490; Nüfus ve Vatandaşlık İşleri Genel Müdürlüğü",
    forms=("99999999999", "999 999 999 99", "999 99 999 999"),
    check=is_kimlik,
    score=0.6,
    context=("t.c", "tc", "kimlik", "kimlik no", "kimlik numarası", "kimlik numaram", "tckn", "vatandaşlık", "tc no"),
)
