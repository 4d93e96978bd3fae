"""Whether a small embedder of our own finds passages better than BM25: the figures of decision 0002.

    python -m bench.retrieval_vectors [--data ../shared/data]

Word vectors (positive pointwise mutual information in a window of six, truncated SVD to 150 dimensions, 30,000 words at
most: 4.5 MB as int8) are trained on the sets that SOURCES.md allows for training, none of which is measured on. A text
is the mean of its words' vectors weighted by inverse document frequency. `tune` chose the weight in the fusion.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix  # type: ignore[import-untyped]
from scipy.sparse.linalg import svds  # type: ignore[import-untyped]

from bench.retrieval import PORTER, any_prefix, fused, line, ranker
from bench.retrieval_sets import Corpus, Ranker, measured, own_corpus
from shoal.grounding.chunk import sentences
from shoal.grounding.search import TITLE_WEIGHT
from shoal.grounding.words import STOP_WORDS

DIMENSIONS = 150
MOST_WORDS = 30_000
FEWEST_SEEN = 4
WINDOW = 6
Vectors = NDArray[np.float64]


def training_texts(data: Path) -> Iterator[str]:
    """QMSum train and validation, Banking77, CLINC150, instruction seeds, dialogues."""
    small, trust = data / "small", data / "trust"
    for name in ("Academic__jsonl__train", "Product__jsonl__val"):
        for meeting in _rows(small / "Yale-LILY+QMSum" / f"{name}.jsonl"):
            yield from (turn["content"] for turn in meeting["meeting_transcripts"])
            yield from (f"{query['query']} {query['answer']}" for query in meeting["specific_query_list"])
    for path in (small / "PolyAI-LDN+task-specific-datasets").rglob("*train*.csv"):
        with path.open(encoding="utf-8") as file:
            yield from (row[0] for row in csv.reader(file))
    for path in (small / "clinc+oos-eval").rglob("*full*.json"):
        yield from (row[0] for row in json.loads(path.read_text(encoding="utf-8")).get("train", []))
    for name in ("tatsu-lab+stanford_alpaca", "yizhongw+self-instruct"):
        for path in (trust / name).rglob("*.jsonl"):
            yield from (" ".join(re.findall(r'"([^"]{20,})"', row)) for row in path.read_text("utf-8").splitlines())
    for path in (trust / "anthropics+hh-rlhf").rglob("*.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(row)["chosen"] for row in lines)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def word_vectors(texts: list[list[str]]) -> tuple[dict[str, int], Vectors]:
    """Word to row, and a matrix of unit rows (Levy, Goldberg and Dagan 2015: PPMI, context smoothing 0.75)."""
    counts = Counter(word for text in texts for word in text)
    place = {word: at for at, (word, seen) in enumerate(counts.most_common(MOST_WORDS)) if seen >= FEWEST_SEEN}
    pairs: Counter[tuple[int, int]] = Counter()
    for text in texts:
        known = [place.get(word, -1) for word in text]
        for at, word in enumerate(known):
            for step, other in enumerate(known[at + 1 : at + 1 + WINDOW], 1):
                if word >= 0 and other >= 0:
                    pairs[word, other] += 1 / step  # type: ignore[assignment]
    rows, columns = zip(*pairs, strict=True)
    one_way = coo_matrix((list(pairs.values()), (rows, columns)), shape=(len(place),) * 2).tocsr()
    both = (one_way + one_way.T).tocoo()
    total = np.asarray(both.sum(1)).ravel()
    context = total**0.75 / (total**0.75).sum()
    information = np.log(both.data / (total[both.row] * context[both.col]))
    kept = information > 0
    matrix = coo_matrix((information[kept], (both.row[kept], both.col[kept])), shape=both.shape).tocsr()
    left, strengths, _ = svds(matrix, k=DIMENSIONS, random_state=0)
    found = left * np.sqrt(strengths)
    return place, found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-9)


class Embedder:
    """Texts to unit vectors, words weighted by how rare they are in the corpus."""

    def __init__(self, place: dict[str, int], vectors: Vectors, corpus: Corpus) -> None:
        self._place, self._vectors = place, vectors
        self._count = len(corpus.passages)
        self._seen = Counter(word for each in corpus.passages for word in set(tokens(f"{each.title} {each.text}")))

    def __call__(self, text: str) -> Vectors:
        total = np.zeros(DIMENSIONS)
        for word in set(tokens(text)) - STOP_WORDS:
            if word in self._place:
                rarity = math.log(1 + self._count / (1 + self._seen[word]))
                total += rarity * self._vectors[self._place[word]]
        return total / (float(np.linalg.norm(total)) + 1e-9)


def by_passage(corpus: Corpus, embed: Embedder) -> Ranker:
    """Nearest passages by cosine."""
    rows = np.array([embed(f"{each.title} {each.text}") for each in corpus.passages])
    return lambda query: best(rows @ embed(query))


def by_sentence(corpus: Corpus, embed: Embedder) -> Ranker:
    """Passages with the nearest sentence by cosine."""
    rows = [np.array([embed(each) for each in sentences(passage.text)]) for passage in corpus.passages]
    return lambda query: best(np.array([(each @ embed(query)).max() for each in rows]))


def best(scores: Vectors) -> list[int]:
    return [int(at) for at in np.argsort(-scores, kind="stable")[:50]]


def together(query: str, one: Ranker, other: Ranker, weight: float) -> Sequence[int]:
    return fused([(list(one(query)), 1.0), (list(other(query)), weight)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    options = parser.parse_args()
    texts = [tokens(text) for text in training_texts(options.data)]
    place, vectors = word_vectors(texts)
    print(f"{sum(map(len, texts))} words, {len(place)} vectors, {len(place) * DIMENSIONS / 1e6:.1f} MB as int8")
    corpus = own_corpus(options.data)
    embed = Embedder(place, vectors, corpus)
    lexical = ranker(corpus.passages, PORTER, TITLE_WEIGHT, any_prefix)
    rankers = {
        "BM25": lexical,
        "vectors": by_passage(corpus, embed),
        "vectors of sentences": by_sentence(corpus, embed),
    }
    for weight in (0.15, 0.3, 0.5, 1.0):
        other = rankers["vectors of sentences"]
        rankers[f"BM25 + sentences, weight {weight:g}"] = partial(together, one=lexical, other=other, weight=weight)
    print(f"{'nDCG@10 recall@5 MRR':34}", "   ".join(f"{name:17}" for name in corpus.questions))
    for name, rank in rankers.items():
        line(name, [measured((rank, question) for question in asked) for asked in corpus.questions.values()])


if __name__ == "__main__":
    main()
