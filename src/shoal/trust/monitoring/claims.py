"""Claims: what a sentence says that can be compared with a source: its words, its numbers and its names. It compares
nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shoal.models.specialists.words import STOP_WORDS, stem, words

_NUMBER = re.compile(r"\d+(?:[.,:'\u202f\u00a0]\d+)*")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*_[a-z2-7]{6,}(?:[.:][A-Za-z0-9]+)*>")
_NAME = re.compile(r"[^\W\d_][\w.’'-]*")
_CODE = re.compile(r"\w*(?:[a-z][A-Z]|_|\d[A-Za-z]|[A-Za-z]\d)\w*")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nothing|without|cannot|neither|nor|unless)\b|n['’]t\b", re.IGNORECASE)
_COUNTS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
"""
_VALUES = (*range(21), 30, 40, 50, 60, 70, 80, 90, 100, 1000, 10**6, 10**9)
NUMBER_WORDS = {name: str(value) for name, value in zip(_COUNTS.split(), _VALUES, strict=True)}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a sentence says: stems of its content words, its numbers in one form, its names in small letters."""

    stems: frozenset[str] = field(repr=False)
    numbers: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(repr=False)
    negated: bool = False

    @classmethod
    def of(cls, text: str) -> Claims:
        """Reads a sentence."""
        bare = _PLACEHOLDER.sub(" ", text)
        found = words(bare)
        content = frozenset(stem(word) for word in found if word not in STOP_WORDS and not word[0].isdigit())
        return cls(content, numbers(bare, found), names(text), _NEGATION.search(bare) is not None)

    @classmethod
    def of_source(cls, text: str) -> Claims:
        """Reads a source: every word of it may be a name that a sentence takes up."""
        claims = cls.of(text)
        spoken = {_plain_name(match[0].rstrip(".-'’")) for match in _NAME.finditer(_PLACEHOLDER.sub(" ", text))}
        return cls(claims.stems, claims.numbers, claims.names | spoken, claims.negated)

    def without(self, question: Claims) -> Claims:
        """What is left of a sentence's words and names where those of a question count for nothing."""
        return Claims(self.stems - question.stems, self.numbers, self.names - question.names, self.negated)

    @property
    def is_empty(self) -> bool:
        """Whether there is too little to compare."""
        return len(self.stems) < 2 and not self.numbers and not self.names


def numbers(text: str, found: Sequence[str]) -> frozenset[str]:
    """The numbers in one form: 1,000 and 1000 are the same, 2.50 and 2.5, three and 3."""
    said = {_plain_number(number) for number in _NUMBER.findall(text)}
    return frozenset(said | {NUMBER_WORDS[word] for word in found if word in NUMBER_WORDS and word != "one"})


def _plain_number(text: str) -> str:
    plain = re.sub(r"[,'\u202f\u00a0](?=\d{3}(?!\d))", "", text)
    if re.fullmatch(r"\d+\.\d+", plain):
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def names(text: str) -> frozenset[str]:
    """Placeholders, identifiers, and words with a capital that does not come from the start of the sentence."""
    said = set(_PLACEHOLDER.findall(text))
    bare = _PLACEHOLDER.sub(" ", text)
    begun = False
    for match in _NAME.finditer(bare):
        word = match[0].rstrip(".-'’")
        first = not begun or bare[: match.start()].rstrip(" *_\"'“([").endswith((".", ":", "!", "?", "|", "-", "•"))
        begun = True
        capital = word[:1].isupper() and len(word) > 1
        known = capital and (not first or word[1:].isupper()) and word.lower() not in STOP_WORDS
        if known or _CODE.fullmatch(word):
            said.add(_plain_name(word))
    return frozenset(said)


def _plain_name(word: str) -> str:
    return stem(re.sub(r"['’]s$", "", word).lower())
