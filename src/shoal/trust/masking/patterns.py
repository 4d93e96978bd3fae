"""How a recognizer of patterns is declared: forms or regular expressions, a check, context words.

One declaration, one file in `recognizers/`, one table of cases. It does not scan: `scan.py` looks for all of them at
once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str], bool]


def anything(value: str) -> bool:
    """The check of a recognizer that has none."""
    return True


def compact(value: str) -> str:
    """Letters and digits of `value` only, in upper case."""
    return "".join(filter(str.isalnum, value)).upper()


def as_written(value: str) -> str:
    """The value untouched, for checks that need case or separators."""
    return value


@dataclass(frozen=True, slots=True)
class Patterns:
    """What one recognizer looks for.

    `type` is the entity type, `country` an ISO 3166 code in lower case or "" where it belongs to none. `forms` are
    pictures (`forms.py`), `regexes` are RE2 expressions over folded text (ASCII; bounded repeats; a group named
    `value` narrows the entity). `check` gets what was found after `reading` (compact: letters and digits, upper case)
    and says whether it can be one. `score` (0..1) is how sure that is with nothing around it, `context_score` how sure
    where one of `context` stands near: lower-case words as their language writes them, which the scan folds. What
    chance lets a random number of the same form pass decides the score: see docs/concepts/masking.md. `source` cites
    the standard."""

    name: str
    type: str
    source: str
    country: str = ""
    forms: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    check: Check = anything
    reading: Callable[[str], str] = compact
    score: float = 0.5
    context: tuple[str, ...] = ()
    context_score: float = 0.9
