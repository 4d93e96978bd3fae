"""What a router looks at: the human's last ask, as hashed n-grams and a dozen plain measures. It knows no model.

What a harness writes around the ask (reminders, environment dumps) is left out, and a short follow-up ("yes, do it")
is read together with what it follows, so that it inherits its conversation's difficulty. What asks is looked at,
wherever the agent loop has got to: tool results change nothing, so that there is one decision per user turn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.text.ngrams import PLACEHOLDER, Grams, NgramFeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.chat import Chat

    Doubles = NDArray[np.float64]

MOST_CHARS = 16_000
"""Of a longer ask the beginning and the end count."""
SHORT_WORDS = 6
MOST_FOLLOWED = 3
NEGATIONS = ("not", "except", "never", "nor")
_NEGATION = re.compile(rf"\b(?:{'|'.join(NEGATIONS)})\b")
# <system-reminder>...</system-reminder> and the like: names of two words, which no human types around an ask.
_HARNESS = re.compile(r"<([a-z]+(?:[-_][a-z]+)+)(?:\s[^<>]{0,200})?>.*?</\1>", re.DOTALL | re.IGNORECASE)
_BLANK = np.array([chr(byte).isspace() for byte in range(128)])
_ZERO = np.uint8(48)
_OPERATORS = b"=+*/^<>"
_LONG = re.compile(rf"\W*+(?:\w++\W++){{{SHORT_WORDS}}}\w")
SURFACE = (
    *("characters", "words", "word_length", "numbers", "operators", "lines", "questions", "capitals"),
    *("clauses", "sentences", "formulas", "negation", "beyond_ascii"),
)
"""The names of the plain measures, in the order of `surface`."""


@dataclass(frozen=True, slots=True)
class Asks:
    """N asks as numbers: `grams` their n-grams, `surface` (N, len(SURFACE)) their plain measures."""

    grams: Grams
    surface: Doubles = field(repr=False)

    def __len__(self) -> int:
        return len(self.surface)


class AskFeatures:
    """Turns asks into `Asks`. Holds tables, never a text."""

    def __init__(self) -> None:
        self._ngrams = NgramFeatures()

    def of(self, asks: Sequence[str]) -> Asks:
        """The features of each ask."""
        cut = [shortened(ask) for ask in asks]
        return Asks(self._ngrams.of(cut), np.array([surface(ask) for ask in cut]).reshape(len(cut), len(SURFACE)))


def ask_of(chat: Chat) -> str:
    """The human's last words without what a harness added; a short follow-up after what it follows."""
    said = [message.text for message in chat.messages if message.role == "user"]
    parts: list[str] = []
    for text in reversed(said[-MOST_FOLLOWED - 1 :]):
        own = without_harness(text)
        if own:
            parts.append(own)
        if _LONG.match(own):
            break
    return "\n".join(reversed(parts))


def without_harness(text: str) -> str:
    """The text without the blocks that a harness added; all of it where nothing else is left."""
    if "</" not in text:
        return text.strip()
    return _HARNESS.sub(" ", text).strip() or text.strip()


def shortened(ask: str) -> str:
    """At most MOST_CHARS characters: the halves at both ends."""
    half = MOST_CHARS // 2
    return ask if len(ask) <= MOST_CHARS else f"{ask[:half]}\n{ask[-half:]}"


def surface(ask: str) -> list[float]:
    """The plain measures, each of the order of one. What is masked counts as a word: the digits and signs of its
    placeholder, which differ from one conversation to the next, say nothing."""
    ask = PLACEHOLDER.sub(r"\1", ask) if "<" in ask else ask
    data = np.frombuffer(ask.encode("utf-8", "surrogatepass"), np.uint8)
    counts = np.bincount(data, minlength=256).tolist()
    size, words = max(len(data), 1), max(_words(ask, data), 1)
    digits = (data - _ZERO) < 10
    numbers = int(np.count_nonzero(digits[1:] > digits[:-1])) + int(len(digits) > 0 and digits[0])
    return [
        math.log1p(len(ask)),
        math.log1p(words),
        len(ask) / words,
        numbers / words,
        10 * sum(counts[sign] for sign in _OPERATORS) / size,
        5 * float(counts[10]) / words,
        float(counts[63]),
        5 * sum(counts[65:91]) / size,
        math.log1p(counts[44] + counts[59]),
        math.log1p(counts[46]),
        float(counts[36] > 0 or counts[92] > 0),
        float(_negates(ask)),
        10 * sum(counts[128:]) / size,
    ]


def _words(ask: str, data: NDArray[np.uint8]) -> int:
    """How many there are between blanks; `data` are the bytes of the ask. Blanks of ASCII are found at once."""
    if not ask.isascii():
        return len(ask.split())
    blank = _BLANK.take(data)
    return int(np.count_nonzero(blank[:-1] > blank[1:])) + int(len(blank) > 0 and not blank[0])


def _negates(ask: str) -> bool:
    small = ask.lower()
    # A search for any of four words costs ten times these.
    return any(word in small for word in NEGATIONS) and _NEGATION.search(small) is not None
