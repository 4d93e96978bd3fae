"""Canaries: random texts that nobody can guess, planted in requests and replies to be searched for afterwards.

All of one run begin alike (`run` for words and e-mail addresses, `digits` for card numbers), so that one search finds
them all; how they go on says which route and which place they were planted in. They know nothing of searching.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_RUN_SYLLABLES, _MARK_SYLLABLES = 9, 4
_RUN_DIGITS, _MARK_DIGITS = 11, 4
MASKED = ("mail", "card")


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted text. `kind` is "text" (free text), "mail", "card" (both are personal data, for masking to take out)
    or "said" (what the host says); the value never stands in a report."""

    route: str
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Planted:
    """The canaries of one route."""

    text: Canary
    mail: Canary
    card: Canary
    said: Canary

    @property
    def prompt(self) -> str:
        """A request that holds the first three, in plain English, so that it passes what looks for attacks. The free
        text stands at both ends: a log that cuts long texts short would show one of them. It stands in the place of a
        verb, where hardly an invented word is taken for a name, and often enough that it is never masked throughout."""
        return (
            f"Please do not {self.text.value} the soup. Please write a short and friendly note to {self.mail.value}, "
            f"who paid with the card {self.card.value}, about how I {self.text.value} when I am knitting, "
            f"and how to {self.text.value}"
        )

    def __iter__(self) -> Iterator[Canary]:
        return iter((self.text, self.mail, self.card, self.said))


class Canaries:
    """All canaries of one run."""

    def __init__(self) -> None:
        self.run = _syllables(_RUN_SYLLABLES)
        self.digits = "4" + "".join(secrets.choice("0123456789") for _ in range(_RUN_DIGITS - 1))
        self._routes: dict[str, Planted] = {}

    def of(self, route: str) -> Planted:
        """The canaries of a route, always the same."""
        if route not in self._routes:
            number = f"{len(self._routes):0{_MARK_DIGITS}}"
            card = self.digits + number
            values = {
                "text": self._word(),
                "mail": f"{self._word()}@example.org",
                "card": card + luhn_digit(card),
                "said": self._word(),
            }
            self._routes[route] = Planted(*(Canary(route, kind, value) for kind, value in values.items()))
        return self._routes[route]

    def __iter__(self) -> Iterator[Canary]:
        for planted in self._routes.values():
            yield from planted

    def _word(self) -> str:
        return self.run + _syllables(_MARK_SYLLABLES)


def luhn_digit(digits: str) -> str:
    """The check digit that belongs behind these digits (ISO/IEC 7812-1, annex B)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 - at % 2)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def _syllables(count: int) -> str:
    """About 6 bits each; they read like words, so that no recognizer takes them for a secret."""
    return "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(count))
