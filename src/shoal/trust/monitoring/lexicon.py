"""Words that are harmful by themselves, found in one pass (Aho-Corasick); it knows nothing of who says them, or why.

A term counts as a whole word only, however it is dressed up: capitals, accents, look-alike letters, digits for letters
("4" for "a"), letters said three times and more, and single letters with blanks or signs between.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ahocorasick  # type: ignore[import-not-found]
import re2  # type: ignore[import-untyped]

from shoal.errors import WeightsError
from shoal.text.normalise import Normaliser
from shoal.trust.monitoring.categories import CATEGORIES

if TYPE_CHECKING:
    from shoal.config.monitoring import Category

LEXICON_FILE = "lexicon.tsv.gz"
MILD, STRONG, SEVERE = 1, 2, 3
_SIGN = "[0-9@$!|+]"
_GLUE = r"[\s.\-_*/]{1,2}"
_ODD = "|".join(
    (
        f"(?i)[a-z]{_SIGN}|{_SIGN}[a-z]",
        *(3 * letter for letter in "abcdefghijklmnopqrstuvwxyz"),
        rf"(?:^|\W)[a-z0-9@$!]{_GLUE}[a-z0-9@$!]{_GLUE}[a-z0-9@$!](?:\W|$)",
    )
)
"""What a dressed-up or spelt term has somewhere: most texts have not, and need no closer look."""
_PERHAPS_SPELT = rf"(?i)(?:^|[^a-z0-9])[a-z0-9@$!]{_GLUE}[a-z0-9@$!]{_GLUE}[a-z0-9@$!](?:[^a-z0-9]|$)"
"""What every match of _SPELT has."""
_PERHAPS_REPEATED = "|".join(3 * letter for letter in "abcdefghijklmnopqrstuvwxyz")
"""What every match of _REPEATED in ASCII has."""
_PLAIN = str.maketrans("0134578@$!|+", "oieastba" + "si" + "it")
_BLANKS = {9: " ", 10: " ", 13: " "}
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_SPELT = re.compile(rf"(?<!\w)(?:[a-z0-9@$!]{_GLUE}){{2,40}}[a-z0-9@$!](?!\w)")
_SPELT_END = re.compile(rf"(?<!\w)(?:[a-z0-9@$!]{_GLUE}){{1,40}}[a-z0-9@$!]?\Z")
_WORD_START = re.compile(r"(?<!\w)[\w@$!]")
_SIGNS = re.compile(r"[\s.\-_*/]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase in folded small letters, the categories that it is a sign of, and how severe it is (1..3)."""

    text: str
    categories: tuple[Category, ...]
    severity: int

    def __repr__(self) -> str:
        return f"Term({len(self.text)} characters, {self.categories}, {self.severity})"


class Lexicon:
    """Finds terms in texts. Linear in the text; holds no text."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._normaliser = Normaliser()
        self._odd: Any = re2.compile(_ODD.encode())
        self._perhaps_spelt: Any = re2.compile(_PERHAPS_SPELT.encode())
        self._perhaps_repeated: Any = re2.compile(_PERHAPS_REPEATED.encode())
        self._automaton: Any = ahocorasick.Automaton()
        self._longest = 0
        for term in terms:
            plain = " ".join(self._normaliser.fold(term.text).lower.split())
            if plain:
                self._automaton.add_word(plain, (len(plain), term))
                self._longest = max(self._longest, len(plain))
        self._automaton.make_automaton()

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Reads the terms of a model's folder. Raises WeightsError where they are missing or damaged."""
        try:
            lines = gzip.decompress((folder / LEXICON_FILE).read_bytes()).decode().splitlines()
            if not lines:
                raise ValueError("no terms")
            return cls(_term(line) for line in lines)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise WeightsError(
                f"the lexicon in '{folder.name}' is missing or damaged ({type(error).__name__}): install Shoal again"
            ) from error

    def __len__(self) -> int:
        return len(self._automaton)

    def severities(self, text: str) -> Mapping[Category, int]:
        """The highest severity found of each category; those without a term are absent."""
        found: dict[Category, int] = {}
        for term in self.find(text):
            for category in term.categories:
                found[category] = max(found.get(category, 0), term.severity)
        return found

    def find(self, text: str) -> Iterator[Term]:
        """The terms in a text as it is written, then those that only show when it is undressed."""
        if text.isascii() and "%" not in text:
            folded, latin = text.lower(), text.encode("ascii")
        else:
            found = self._normaliser.fold(text)
            folded, latin = found.lower, found.latin
        lower = _blank(folded)
        yield from self._plain(lower)
        if not self._odd.search(latin):
            return
        undressed = self._undressed(lower)
        if undressed != lower:
            yield from self._plain(undressed)
        if self._perhaps_spelt.search(latin):
            for spelt in _SPELT.finditer(lower):
                yield from self._plain(self._undressed(_SIGNS.sub("", spelt[0])))

    def _plain(self, lower: str) -> Iterator[Term]:
        for last, (length, term) in self._automaton.iter(lower):
            if not _within_word(lower, last + 1 - length, last + 1):
                yield term

    def held(self, text: str) -> int:
        """How many characters at the end may still become (part of) a term, so that a stream must not show them."""
        if not text:
            return 0
        folded = self._normaliser.fold(text[-2 * self._longest :])
        lower = _blank(folded.lower)
        start = self._open(lower)
        if start is None:
            return 0
        begin = folded.starts[start] if folded.starts is not None else start
        return min(len(text), folded.length - begin)

    def _open(self, lower: str) -> int | None:
        """Where the earliest open term begins."""
        nearest = max(0, len(lower) - self._longest - 1)
        tail = lower[nearest:]
        dressed = self._undressed(tail) != tail
        spelt = _SPELT_END.search(lower, nearest)
        begins = self._automaton.match
        for found in _WORD_START.finditer(lower, nearest):
            start = found.start()
            rest = lower[start:]
            if begins(rest) or (dressed and begins(self._undressed(rest))):
                return start
            if spelt and start == spelt.start() and begins(self._undressed(_SIGNS.sub("", rest))):
                return start
        return None

    def _undressed(self, lower: str) -> str:
        """Signs and digits as the letters that they stand for, letters that are repeated once."""
        plain = lower.translate(_PLAIN)
        if plain.isascii() and not self._perhaps_repeated.search(plain.encode("ascii")):
            return plain
        return _REPEATED.sub(r"\1", plain)


def _blank(lower: str) -> str:
    """Every blank as a space. The test is quicker than the work."""
    return lower.translate(_BLANKS) if "\n" in lower or "\t" in lower or "\r" in lower else lower


def _within_word(lower: str, start: int, end: int) -> bool:
    before, after = lower[start - 1 : start], lower[end : end + 1]
    return before.isalnum() or after.isalnum()


def _term(line: str) -> Term:
    text, categories, severity = line.split("\t")
    known = tuple(name for name in CATEGORIES if name in categories.split(","))
    if not known:
        raise ValueError("a term without a category")
    return Term(text, known, int(severity))
