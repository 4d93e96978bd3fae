"""The lexicon: how rare a word is, and how near two words are in meaning; it knows single words, not sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from shoal.errors import WeightsError
from shoal.models.specialists.words import STOP_WORDS, stem, words

Floats = NDArray[np.float32]

# Cosines of the vectors below the first count as unrelated, above the second as fully related.
COSINE_FROM, COSINE_TO = 0.35, 0.85
# What a word of the same meaning counts that was mistyped, and a word that only the vectors relate, at most.
TYPO_NEARNESS, VECTOR_NEARNESS = 0.85, 0.6
LEAST_TYPO_LENGTH = 5
LONGEST_ENDING = 5
UNKNOWN_IDF = 10.5
NUMBER_IDF = 6.0
RUN = re.compile(r"[^\W_]+")


class Lexicon:
    """Read-only tables over V stems: `idf` (V,) natural log, `vectors` (V, D) int8 unit rows times 127, and for each
    stem its near stems with a nearness of 0..1."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        known = arrays["words"].tobytes().decode().split("\n")
        self._index = {word: at for at, word in enumerate(known)}
        forms = arrays["forms"].tobytes().decode().split("\n")
        self._known = known
        self._stems: dict[str, str] = {}
        self._forms = dict(line.split(" ") for line in forms if line)
        self._phrases = _phrases(arrays["phrases"].tobytes().decode())
        self._idf = arrays["idf"].astype(np.float32)
        self._vectors = arrays["vectors"]
        self._starts = arrays["near_starts"]
        self._near_words = arrays["near_words"]
        self._near_values = arrays["near_values"]

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Raises WeightsError where the file is missing or damaged."""
        try:
            return cls(load_file(path))
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise WeightsError(
                f"{path.name} is missing or damaged ({type(error).__name__}): install Shoal again"
            ) from None

    def stems(self, text: str) -> list[str]:
        """The stems of all words of `text`; irregular forms at their base."""
        return [self._stem(word) for word in words(text)]

    def content(self, text: str) -> list[str]:
        """The stems of the words that carry a topic, and after them the word for each phrase in it."""
        found = words(text)
        said = [word for at in range(len(found)) for word in self._phrase(found, at)[:1]]
        return [self._stem(word) for word in (*found, *said) if word not in STOP_WORDS]

    def bag(self, text: str) -> set[str]:
        """The stems of the words that carry a topic, read more coarsely and in a third of the time: no phrases, no
        humps, and a number in its parts."""
        return {self._stem(word) for word in set(RUN.findall(text.lower())) - STOP_WORDS}

    def asked(self, question: str) -> list[str]:
        """The stems of the words that a question is about, each once: the word for a phrase stands in its place."""
        found, at, plain = words(question), 0, list[str]()
        while at < len(found):
            word, *rest = self._phrase(found, at) or (found[at],)
            plain.append(word)
            at += 1 + len(rest)
        content = [self._stem(word) for word in plain if word not in STOP_WORDS]
        return list(dict.fromkeys(content or map(self._stem, plain)))

    def _phrase(self, found: list[str], at: int) -> tuple[str, ...]:
        """The word for the longest phrase that begins at that place, with the phrase's further words; else nothing."""
        for rest, word in self._phrases.get(found[at], ()):
            if tuple(found[at + 1 : at + 1 + len(rest)]) == rest:
                return (word, *rest)
        return ()

    def _stem(self, word: str) -> str:
        """Words with a stem of the lexicon are remembered, since stemming takes long; others never, since they are
        what somebody said."""
        found = self._stems.get(word)
        if found is None:
            found = stem(self._forms.get(word, word))
            if found in self._index and len(word) <= len(found) + LONGEST_ENDING:
                self._stems[word] = found
        return found

    def idf(self, stems: Sequence[str]) -> Floats:
        """How rare each stem is; an unknown one counts as very rare, a number as fairly rare."""
        return np.array([self._rarity(word) for word in stems], np.float32)

    def _rarity(self, word: str) -> float:
        at = self._index.get(word)
        if at is not None:
            return float(self._idf[at])
        return NUMBER_IDF if word[:1].isdigit() else UNKNOWN_IDF

    def knows(self, word: str) -> bool:
        """Whether the stem is in the lexicon."""
        return word in self._index

    def vectors(self, stems: Sequence[str]) -> Floats:
        """(len(stems), D) unit rows; zeros for an unknown stem."""
        found = np.zeros((len(stems), self._vectors.shape[1]), np.float32)
        at = [self._index.get(word, -1) for word in stems]
        known = [row for row, where in enumerate(at) if where >= 0]
        found[known] = self._vectors[[at[row] for row in known]].astype(np.float32) / 127
        return found

    def nearness(self, asked: Sequence[str], said: Sequence[str]) -> Floats:
        """(len(asked), len(said)), each word once: 1 for the same stem, less for near, mistyped and related ones."""
        cosine = self.vectors(asked) @ self.vectors(said).T
        found: Floats = np.clip((cosine - COSINE_FROM) / (COSINE_TO - COSINE_FROM), 0, 1) * VECTOR_NEARNESS
        column = {word: at for at, word in enumerate(said)}
        for row, word in enumerate(asked):
            for other, nearness in self._near(word):
                at = column.get(self._known[other])
                if at is not None:
                    found[row, at] = max(found[row, at], nearness)
            if word in column:
                found[row, column[word]] = 1.0
            elif word not in self._index and len(word) >= LEAST_TYPO_LENGTH:
                found[row, [at for at, other in enumerate(said) if one_slip(word, other)]] = TYPO_NEARNESS
        return found

    def near(self, stem: str, least: float) -> list[str]:
        """The near stems of a stem, of `least` nearness or more, nearest first."""
        return [self._known[other] for other, nearness in self._near(stem) if nearness >= least]

    def _near(self, word: str) -> list[tuple[int, float]]:
        """The places of the near stems of a stem, with a nearness of 0..1, nearest first."""
        at = self._index.get(word)
        if at is None:
            return []
        span = slice(int(self._starts[at]), int(self._starts[at + 1]))
        return [
            (int(other), float(value) / 255)
            for other, value in zip(self._near_words[span], self._near_values[span], strict=True)
        ]


def _phrases(lines: str) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """For a phrase's first word its further words and the word for it, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, word in (line.split(" = ") for line in lines.split("\n")):
        first, *rest = phrase.split()
        found.setdefault(first, []).append((tuple(rest), word))
    return {first: sorted(each, key=lambda one: -len(one[0])) for first, each in found.items()}


def one_slip(one: str, other: str) -> bool:
    """Whether two words of five letters or more differ by one letter added, left out, changed or swapped."""
    if min(len(one), len(other)) < LEAST_TYPO_LENGTH or abs(len(one) - len(other)) > 1 or one[0].isdigit():
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[at + 1 : at + 2] == other[at : at + 1] and one[at : at + 1] == other[at + 1 : at + 2]
        return one[at + 1 :] == other[at + 1 :] or (swapped and one[at + 2 :] == other[at + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]
