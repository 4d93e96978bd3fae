"""Surrogates: fakes of the same shape instead of placeholders, for tools that check formats.

A fake is derived from the scope's key and the value alone, never equals the value, and never stands in the exchange's
own text. A value without a known shape, and the values after the first MOST, get placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from shoal.trust.masking import surrogate_numbers as numbers
from shoal.trust.masking.placeholders import Scope, canonical

MOST = 1000
MOST_TEXT = 1_000_000
_TRIES = 8

_GIVEN = (
    *("Adrian", "Alma", "Anton", "Astrid", "Bruno", "Carla", "Celia", "Clara", "Conrad", "Dario", "Delia", "Edgar"),
    *("Elena", "Emil", "Fabian", "Felix", "Flora", "Gilda", "Gregor", "Hanna", "Hugo", "Ida", "Ingrid", "Iris"),
    *("Jonas", "Julia", "Karla", "Laurin", "Leonie", "Linus", "Lydia", "Magnus", "Marta", "Milan", "Nadia", "Nora"),
    *("Oscar", "Paula", "Robin", "Selma", "Silvan", "Tilda", "Ulrich", "Valentin", "Vera", "Viktor", "Wanda", "Xaver"),
)
_FAMILY = (
    *("Ahlberg", "Amsel", "Bachmann", "Barlow", "Birkin", "Calloway", "Castell", "Dahl", "Dorner", "Eklund", "Falk"),
    *("Ferris", "Garrick", "Gruber", "Hallam", "Harlow", "Ivers", "Jansson", "Kessler", "Kirby", "Landry", "Lindqvist"),
    *("Marlow", "Moreau", "Nyland", "Oakes", "Ortega", "Palmer", "Pereira", "Quist", "Rausch", "Redfern", "Salinas"),
    *("Sander", "Stroud", "Tamm", "Thorne", "Ulmer", "Vance", "Varga", "Wexler", "Winter", "Yorke", "Zeller"),
)


def email(original: str, seed: bytes) -> str | None:
    """An address of a domain for documentation (RFC 2606)."""
    given, family = _name(seed)
    return f"{given}.{family}{seed[2] % 90 + 10}@example.{('com', 'net', 'org')[seed[3] % 3]}".lower()


def person(original: str, seed: bytes) -> str | None:
    """A given and a family name; None for a single word, which is often no whole name."""
    if len(original.split()) < 2:
        return None
    said = " ".join(_name(seed))
    return said.upper() if original.isupper() else said


def _name(seed: bytes) -> tuple[str, str]:
    return _GIVEN[seed[0] % len(_GIVEN)], _FAMILY[seed[1] % len(_FAMILY)]


SHAPES: Mapping[str, Callable[[str, bytes], str | None]] = MappingProxyType(
    {
        "CREDIT_CARD": numbers.card,
        "DATE_TIME": numbers.shifted_date,
        "EMAIL_ADDRESS": email,
        "IBAN_CODE": numbers.iban,
        "IP_ADDRESS": numbers.ip_address,
        "PERSON": person,
        "PHONE_NUMBER": numbers.phone,
    }
)


class Surrogates:
    """The fakes of one exchange. `types` are those that get them; the ones that have no shape are ignored."""

    def __init__(self, scope: Scope, types: frozenset[str]) -> None:
        self._scope = scope
        self._types = types & SHAPES.keys()
        self._seen: list[str] = []
        self._size = 0
        self._made = 0

    def __repr__(self) -> str:
        return f"Surrogates({self._made})"

    def covers(self, type: str) -> bool:
        """Whether values of the type get fakes."""
        return type in self._types

    def note(self, text: str) -> None:
        """Text of the exchange: no fake may stand in it."""
        if self._types:
            self._size += len(text)
            self._seen.append(text)

    def make(self, type: str, value: str, take: Callable[[str], bool]) -> str | None:
        """A fake that `take` accepts; None where the value gets a placeholder."""
        if type not in self._types or self._made >= MOST or self._size > MOST_TEXT:
            return None
        plain = canonical(type, value)
        for attempt in range(_TRIES):
            fake = SHAPES[type](value, self._scope.digest("surrogate " + type, f"{attempt} {plain}"))
            if fake is None:
                return None
            if canonical(type, fake) != plain and not any(fake in text for text in self._seen) and take(fake):
                self._made += 1
                return fake
        return None
