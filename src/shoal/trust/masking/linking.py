"""Linking: which ways of writing a name mean one person. It knows names as words, and neither keys nor placeholders.

"Jane Doe", "Doe, Jane" and "Ms Jane Doe" are one canonical name. "Jane", "Ms Doe" and "J. Doe" are parts of it. What is
linked depends only on what was said before, so that a longer conversation never renames what a shorter one named.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MASCULINE = _words("mr mister sir herr herrn monsieur señor signor dhr meneer pan senhor herra")
_FEMININE = _words(
    "mrs ms miss madam lady frau fräulein madame mme mlle señora señorita signora mevr mevrouw pani rouva"
)
_NEUTRAL = _words("mx dr prof professor doctor rev don sr sra srta sig fru dra ing dipl.-ing")
_TITLES = _MASCULINE | _FEMININE | _NEUTRAL
_SUFFIXES = _words("jr sr ii iii iv phd md esq")
_PLURAL = _words("family familie famille familia famiglia rodzina")
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """A name in words. `words` are as written, titles and suffixes left out; `hint` is "m", "f", "pl" or ""."""

    words: tuple[str, ...]
    hint: str

    @property
    def canonical(self) -> str:
        return " ".join(word.casefold() for word in self.words)


def read_name(text: str) -> Name:
    """Takes a name apart; a text of titles alone keeps them as its words."""
    plain = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", text).strip())
    family, comma, given = plain.partition(",")
    if comma and given.strip() and "," not in given and not _is_suffix(given):
        plain = f"{given} {family}"
    words = plain.replace(",", " ").split()
    kept, hint = _without_titles(words)
    while len(kept) > 1 and _is_suffix(kept[-1]):
        kept = kept[:-1]
    return Name(tuple(kept or words), hint)


def _is_suffix(word: str) -> bool:
    return _bare(word) in _SUFFIXES


def _bare(word: str) -> str:
    return word.strip().rstrip(".").casefold()


def _without_titles(words: list[str]) -> tuple[list[str], str]:
    """The words after the titles, and the grammatical hint that the titles give: it tells nothing of the name."""
    at, hint = 0, ""
    while at < len(words) and (_bare(words[at]) in _TITLES or _bare(words[at]) in _PLURAL):
        hint = hint or gender(words[at])
        at += 1
    return words[at:], hint


def gender(title: str) -> str:
    """The hint of a title: "f", "m", "pl", or "" where it does not tell."""
    word = _bare(title)
    if word in _PLURAL:
        return "pl"
    return "f" if word in _FEMININE else "m" if word in _MASCULINE else ""


class Names:
    """The full names of one exchange, and what their parts would be. It has no memory of single texts."""

    def __init__(self) -> None:
        self._full: set[str] = set()
        # Part -> (full name, role); None where it fits two.
        self._parts: dict[str, tuple[str, str] | None] = {}

    def __repr__(self) -> str:
        return f"Names({len(self._full)} full)"

    def add(self, name: Name) -> None:
        """Takes a name of two words or more as a full name, unless it is a part of one full name already known."""
        full = name.canonical
        if len(name.words) < 2 or full in self._full or self.whole_of(name):
            return
        self._full.add(full)
        for part, role in _parts(full.split(" ")).items():
            known = self._parts.get(part, (full, role))
            self._parts[part] = known if known and known[0] == full else None

    def whole_of(self, name: Name) -> tuple[str, str] | None:
        """(full name, role) where this is a part of exactly one full name; None for a full name and what fits two."""
        part = name.canonical
        return None if part in self._full else self._parts.get(part)


def _parts(words: list[str]) -> dict[str, str]:
    """Every part of a full name and its role, the plainest role first."""
    first, last = words[0], words[-1]
    found = {first: "first", last: "last"}
    if len(words) > 2:
        found.setdefault(f"{first} {last}", "short")
    for initial in (first[0], first[0] + "."):
        found.setdefault(f"{initial} {last}", "initial")
    if len(words) <= _MOST_WORDS:
        for size in range(1, len(words)):
            for at in range(len(words) - size + 1):
                found.setdefault(" ".join(words[at : at + size]), "middle" if size == 1 else "part")
    found.pop(" ".join(words), None)
    return found
