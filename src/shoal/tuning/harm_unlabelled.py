"""Reads texts for word vectors, without their labels: what the harm models learn from and more; nothing moderated."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shoal.tuning.harm_benign import read_benign
from shoal.tuning.harm_data import MADLIBS, MAX_CHARS, read_harm
from shoal.tuning.harm_set import MODERATION, SEED

MADLIBS_TAKEN = 2000
SHARED = 0.5
FEW = 6
"""Word trigrams: a text that shares half of its own, and six or more, with the moderation set is left out."""
_WORD = re.compile(r"\w+")
_TURN = re.compile(r"\n\n(?:Human|Assistant): ?")


def read_posts(data: Path) -> Iterator[str]:
    """Comments of the toxic-spans authors, most of them the labelled ones."""
    path = data / "trust/ipavlopoulos+toxic_spans/data/comments.csv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from (row["comment_text"] for row in csv.DictReader(file))


def read_dialogues(data: Path) -> Iterator[str]:
    """The turns of hh-rlhf's dialogues."""
    path = data / "trust/anthropics+hh-rlhf/harmless-base/test.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield from (turn for which in ("chosen", "rejected") for turn in _TURN.split(row[which]))


def read_unlabelled(data: Path) -> list[str]:
    """Every text once."""
    examples = read_harm(data)
    held = {example.text for example in examples if example.source == MODERATION}
    madlibs = [example.text for example in examples if example.source == MADLIBS]
    taken = np.random.default_rng(SEED).permutation(len(madlibs))[:MADLIBS_TAKEN]
    texts = [example.text for example in examples if example.source not in (MODERATION, MADLIBS)]
    texts += [madlibs[at] for at in taken.tolist()]
    texts += [text for found in read_benign(data).values() for text in found]
    texts += [*read_posts(data), *read_dialogues(data)]
    once = dict.fromkeys(text.strip()[:MAX_CHARS] for text in texts)
    moderated = {trigram for text in held for trigram in _trigrams(text)}
    return [text for text in once if text and text not in held and not _alike(text, moderated)]


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def _alike(text: str, moderated: set[tuple[str, ...]]) -> bool:
    own = _trigrams(text)
    return len(own & moderated) >= max(SHARED * len(own), FEW)
