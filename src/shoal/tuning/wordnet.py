"""Reads WordNet 3.0's database files: which words share a meaning, and their definitions. Knows nothing of training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# How near a word of a related synset is to the word itself, by WordNet's pointer symbol.
NEARNESS = {"@": 0.5, "~": 0.45, "&": 0.65, "$": 0.6, "*": 0.4, "\\": 0.7, "<": 0.6}
DERIVED = "+"
DERIVED_NEARNESS = 0.9
SAME_NEARNESS = 0.9
SMOOTHING = 1.0


@dataclass(slots=True)
class Synset:
    """One meaning: its words, pointers (symbol, synset, word number here, word number there; 0 for all), definition."""

    words: list[str]
    pointers: list[tuple[str, str, int, int]]
    gloss: str = field(repr=False)


def read_synsets(folder: Path) -> dict[str, Synset]:
    """All synsets by part of speech and offset, such as "n00001740"."""
    found: dict[str, Synset] = {}
    for short, name in FILES.items():
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                found[short + line[:8]] = _synset(line)
    return found


def _synset(line: str) -> Synset:
    data, _, gloss = line.partition(" | ")
    fields = data.split()
    count = int(fields[3], 16)
    words = [fields[4 + 2 * at].lower().partition("(")[0] for at in range(count)]
    at = 4 + 2 * count
    pointers = []
    for number in range(int(fields[at])):
        symbol, offset, pos, ends = fields[at + 1 + 4 * number : at + 5 + 4 * number]
        pointers.append((symbol, pos.replace("s", "a") + offset, int(ends[:2], 16), int(ends[2:], 16)))
    return Synset(words, pointers, gloss.strip())


def read_senses(folder: Path) -> dict[str, dict[str, float]]:
    """For each word its synsets with a weight (0..1): the commonest meaning 1, rarer ones less, by the counts of the
    tagged texts over all parts of speech, and by rank within one."""
    counts = _sense_counts(folder)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for short, name in FILES.items():
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split()
            word = fields[0]
            most = max(counts[word].values(), default=0) + SMOOTHING
            for rank, offset in enumerate(fields[-int(fields[2]) :], 1):
                share = (counts[word].get((short, rank), 0) + SMOOTHING) / most
                found[word][short + offset] = max(share**0.5, 0.5 * share**0.25) * rank**-0.25
    return found


def _sense_counts(folder: Path) -> dict[str, dict[tuple[str, int], int]]:
    """For each word how often each sense (part of speech, rank) was met in the tagged texts."""
    found: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for line in (folder / "cntlist.rev").read_text(encoding="latin-1").splitlines():
        key, rank, count = line.split()
        word, _, rest = key.partition("%")
        found[word]["nvara"[int(rest[0]) - 1], int(rank)] = int(count)
    return found


def read_exceptions(folder: Path) -> dict[str, str]:
    """Irregular forms and their base, such as went -> go."""
    found: dict[str, str] = {}
    for name in FILES.values():
        for line in (folder / f"{name}.exc").read_text(encoding="latin-1").splitlines():
            irregular, base = line.split()[:2]
            found.setdefault(irregular, base)
    return found


def related(synsets: dict[str, Synset], senses: dict[str, dict[str, float]]) -> Iterator[tuple[str, str, float]]:
    """Pairs of words with how near they are (0..1): synonyms, derived forms, broader and narrower terms."""
    for word, weights in senses.items():
        for name, weight in weights.items():
            here = synsets[name]
            for other in here.words:
                yield word, other, SAME_NEARNESS * _both(weight, senses, other, name)
            for symbol, target, source_number, target_number in here.pointers:
                if source_number and here.words[source_number - 1] != word:
                    continue
                there = synsets[target]
                others = [there.words[target_number - 1]] if target_number else there.words
                for other in others:
                    if symbol == DERIVED:
                        yield word, other, DERIVED_NEARNESS * weight**0.5
                    elif symbol in NEARNESS:
                        yield word, other, NEARNESS[symbol] * _both(weight, senses, other, target)


def _both(weight: float, senses: dict[str, dict[str, float]], other: str, name: str) -> float:
    return weight * senses.get(other, {}).get(name, 0.3)
