"""Salience: numbers that say how well each sentence of a text stands for it, or for what is asked about it; it does not
weigh them. Linear in the length of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shoal.models.specialists.lexicon import Lexicon
from shoal.models.specialists.sentences import spans

Floats = NDArray[np.float32]

FEATURES = (
    *("central", "central_vector", "rarity", "content_share", "distinct"),
    *("length", "tiny", "long", "start", "end", "opens", "question", "fillers", "first_person", "numbers", "cue"),
    *("asked", "asked_own", "asked_near", "asked_wide", "asked_vector", "asked_vector_near"),
)
# Sentences before and after that count as the surroundings; fewer in short texts.
NEAR, WIDE = 4, 20
MOST_TERMS = 24
_SPEAKER = re.compile(r"^\s*([A-Z][\w .'’-]{0,40}?)\s*:\s+(?=\S)")
_NOISE = re.compile(r"\{[a-z]+\}|\[[a-z ]+\]|<[a-z]+>")
_FILLER = re.compile(
    r"\b(?:uh|um|hmm|mm|yeah|yep|okay|ok|huh|hm|mm-hmm|well|er|ah|oh|right|sort of|kind of|you know|i mean)\b", re.I
)
_FIRST = re.compile(r"\b(?:i|me|my|you|your)\b", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:decid\w+|agree\w*|important\w*|therefore|conclu\w+|summar\w+|result\w*|because|should|need to|will|plan\w*|"
    r"problem\w*|main|propos\w+|suggest\w*|first(?:ly)?|finally|however|must|found|shows?|means?|goal|purpose)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: where it stands in its text, who says it ("" in prose)."""

    start: int
    end: int
    text: str = field(repr=False)
    speaker: str = field(default="", repr=False)


def lines(text: str) -> list[Line]:
    """The sentences of a text or a dialogue, in order; a dialogue has a speaker's name and a colon at the beginning of
    at least half its lines."""
    rows = [row for row in text.split("\n") if row.strip()]
    is_dialogue = len(rows) > 3 and sum(_SPEAKER.match(row) is not None for row in rows) >= len(rows) / 2
    if not is_dialogue:
        return [Line(start, end, text[start:end]) for start, end in spans(text)]
    found: list[Line] = []
    at, speaker = 0, ""
    for row in text.split("\n"):
        named = _SPEAKER.match(row)
        speaker = named[1] if named else speaker
        inside = named.end() if named else 0
        found += [
            Line(at + inside + start, at + inside + end, row[inside + start : inside + end], speaker)
            for start, end in spans(row[inside:])
        ]
        at += len(row) + 1
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read once: its sentences' content stems, and what does not depend on the question."""

    lines: list[Line] = field(repr=False)
    stems: list[list[str]] = field(repr=False)
    vectors: Floats = field(repr=False)
    plain: Floats = field(repr=False)


def read(found: list[Line], lexicon: Lexicon) -> Reading:
    """Prepares the sentences (at least one)."""
    stems = [lexicon.content(_NOISE.sub(" ", line.text)) for line in found]
    vocabulary = list(dict.fromkeys(word for words in stems for word in words)) or ["the"]
    index = {word: at for at, word in enumerate(vocabulary)}
    rarity = lexicon.idf(vocabulary)
    table = lexicon.vectors(vocabulary) * rarity[:, None]
    counts = np.zeros(len(vocabulary), np.float32)
    for words in stems:
        for word in words:
            counts[index[word]] += 1
    ids = [[index[word] for word in dict.fromkeys(words)] for words in stems]
    vectors = _unit_rows(np.stack([table[each].sum(0) for each in ids]))
    weights = np.log1p(counts) * rarity
    centre = weights / max(float(np.linalg.norm(weights)), 1e-6)
    central = [float(centre[each] @ rarity[each]) / max(float(np.linalg.norm(rarity[each])), 1e-6) for each in ids]
    mean = vectors.mean(0) / max(float(np.linalg.norm(vectors.mean(0))), 1e-6)
    rows = [_surface(line, words, at, len(found)) for at, (line, words) in enumerate(zip(found, stems, strict=True))]
    rare = [float(rarity[each].mean()) / 10 if each else 0.0 for each in ids]
    plain = np.column_stack([central, vectors @ mean, rare, np.array(rows)]).astype(np.float32)
    return Reading(found, stems, vectors, plain)


def _surface(line: Line, stems: list[str], at: int, total: int) -> tuple[float, ...]:
    words = max(len(line.text.split()), 1)
    return (
        len(stems) / words,
        len(set(stems)) / 20,
        np.log1p(words) / 4,
        words < 6,
        words > 45,
        1 / (1 + at),
        (at + 1) / total,
        at == 0,
        line.text.rstrip().endswith("?"),
        len(_FILLER.findall(line.text)) / words,
        len(_FIRST.findall(line.text)) / words,
        min(sum(mark.isdigit() for mark in line.text), 4) / 4,
        min(len(_CUE.findall(line.text)), 2) / 2,
    )


def features(reading: Reading, about: str, lexicon: Lexicon) -> Floats:
    """(sentences, len(FEATURES)); the last six are 0 where nothing is asked."""
    wanted = list(dict.fromkeys(lexicon.content(about)))[:MOST_TERMS]
    if not wanted:
        return np.column_stack([reading.plain, np.zeros((len(reading.lines), 6), np.float32)])
    vocabulary = list(dict.fromkeys(word for words in reading.stems for word in words)) or ["the"]
    index = {word: at for at, word in enumerate(vocabulary)}
    weights = lexicon.idf(wanted)
    near = lexicon.nearness(wanted, vocabulary)
    per_line = np.stack(
        [near[:, [index[word] for word in words]].max(1) if words else near[:, 0] * 0 for words in reading.stems]
    )
    share = (weights / weights.sum()).astype(np.float32)
    own = per_line @ share
    wide = _smooth(per_line, min(WIDE, len(own) // 20)) @ share
    vector = reading.vectors @ _unit_rows((weights @ lexicon.vectors(wanted))[None])[0]
    asked = np.ones(len(own), np.float32)
    reach = min(NEAR, len(own) // 60)
    near_by = _smooth(per_line, reach) @ share
    smooth = _smooth(vector[:, None], reach)[:, 0]
    return np.column_stack([reading.plain, asked, own, near_by, wide, vector, smooth]).astype(np.float32)


def _smooth(rows: Floats, reach: int) -> Floats:
    """The mean of the rows up to `reach` before and after each."""
    total = np.vstack([np.zeros((1, rows.shape[1]), rows.dtype), np.cumsum(rows, 0)])
    at = np.arange(len(rows))
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(rows))
    found: Floats = (total[high] - total[low]) / (high - low)[:, None]
    return found


def _unit_rows(rows: Floats) -> Floats:
    found: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return found
