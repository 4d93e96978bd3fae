"""Makes the lexicon of `shoal/answer`: how rare words are, which mean nearly the same, and small word vectors.

    python -m shoal.tuning.lexicon --data ../shared/data --out src/shoal/weights/answer

Rarity from document counts; neighbours from our own lists of near words; vectors from positive pointwise
mutual information (Levy, Goldberg and Dagan 2015) of words in a window, factored by a truncated SVD, int8.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.linalg import svds  # type: ignore[import-untyped]

from shoal.models.specialists.words import STOP_WORDS, stem, words

HERE = Path(__file__).parent
WINDOW = 6
DIMENSIONS = 80
VOCABULARY = 24_000
NEIGHBOURS = 40
SAME, RELATED = 0.8, 0.5  # how near words of one meaning are, and words of one subject
COMMON = 2  # directions that all words share and that tell nothing (Mu and Viswanath 2018)
Pairs = dict[str, dict[str, float]]


def corpus(data: Path) -> Iterator[str]:
    """The licensed texts of the project's data folder, training splits only."""
    clinc = json.loads((data / "small/clinc+oos-eval/data_full.json").read_text(encoding="utf-8"))
    yield from (text for text, _ in clinc["train"] + clinc["oos_train"])
    with (data / "small/PolyAI-LDN+task-specific-datasets/banking_train.csv").open(encoding="utf-8") as rows:
        yield from (row["text"] for row in csv.DictReader(rows))
    guidelines = json.loads((data / "small/asappresearch+abcd/guidelines.json").read_text(encoding="utf-8"))
    yield from _strings(guidelines)
    for name in ("Academic__jsonl__train", "Product__jsonl__val"):
        for meeting in _jsonl(data / f"small/Yale-LILY+QMSum/{name}.jsonl"):
            yield from (turn["content"] for turn in meeting["meeting_transcripts"])
            yield from (pair["answer"] for pair in meeting["specific_query_list"])
    for path in ("trust/tatsu-lab+stanford_alpaca/seed_tasks.jsonl", "trust/yizhongw+self-instruct/human_eval"):
        for file in [data / path] if path.endswith("jsonl") else sorted((data / path).glob("*.jsonl")):
            yield from (text for row in _jsonl(file) for text in _strings(row))
    for file in sorted((data / "routing/RouteLLM/routellm/evals/mmlu/responses").glob("*.csv")):
        with file.open(encoding="utf-8") as rows:
            yield from (row["prompt"] for row in csv.DictReader(rows))


def _jsonl(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _strings(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in _strings(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in _strings(inner))


def stems_of(text: str, irregular: dict[str, str]) -> list[str]:
    """Content stems with irregular forms at their base."""
    return [stem(irregular.get(word, word)) for word in words(text) if word not in STOP_WORDS]


def irregular_forms() -> dict[str, str]:
    """The base of each irregular form, of our own list."""
    return dict(line.split() for line in (HERE / "irregular.txt").read_text(encoding="utf-8").splitlines())


def neighbours(irregular: dict[str, str]) -> Pairs:
    """For each stem its near stems, by our own lists: those that share a line of synonyms, and those that stand beside
    it as a head word in near_words.txt, where what follows a `/` is of the same subject only."""
    near: Pairs = defaultdict(dict)

    def stems(text: str) -> list[str]:
        return [stem(irregular.get(word, word)) for word in text.split() if word not in STOP_WORDS]

    for line in (HERE / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        for one, other in permutations(dict.fromkeys(stems(line)), 2):
            near[one][other] = SAME
    for line in (HERE / "near_words.txt").read_text(encoding="utf-8").splitlines():
        head, _, rest = line.partition(" ")
        same, _, related = rest.partition("/")
        one = stem(irregular.get(head, head))
        for others, nearness in ((same, SAME), (related, RELATED)):
            for other in stems(others):
                if other != one:
                    near[one][other] = max(nearness, near[one].get(other, 0.0))
                    near[other][one] = max(nearness, near[other].get(one, 0.0))
    return near


def phrases() -> str:
    """Our own list of phrases of two words or more, one a line, each with the one word that says the same."""
    return (HERE / "phrases.txt").read_text(encoding="utf-8").strip()


def vectors(texts: list[list[int]], size: int) -> np.ndarray[Any, Any]:
    """Unit rows of the factored PPMI matrix, (size, DIMENSIONS)."""
    counts: Counter[int] = Counter()
    for text in texts:
        for at, word in enumerate(text):
            for step, other in enumerate(text[at + 1 : at + 1 + WINDOW]):
                counts[word * size + other] += 1.0 / (1 + step)  # type: ignore[assignment]
    keys = np.fromiter(counts.keys(), np.int64, len(counts))
    values = np.fromiter(counts.values(), np.float64, len(counts))
    half = sparse.coo_matrix((values, (keys // size, keys % size)), (size, size)).tocsr()
    matrix = (half + half.T).tocoo()
    total = matrix.sum()
    rows = np.asarray(matrix.sum(1)).ravel()
    context = rows**0.75
    ratio = matrix.data * total / (rows[matrix.row] * context[matrix.col] / context.sum() * total)
    pmi = np.log(np.maximum(ratio, 1e-9))
    kept = pmi > 0
    ppmi = sparse.csr_matrix((pmi[kept], (matrix.row[kept], matrix.col[kept])), (size, size))
    left, strengths, _ = svds(ppmi, DIMENSIONS, rng=np.random.default_rng(0))
    # A factor's sign is free: the same for every run.
    left *= np.sign(left[np.abs(left).argmax(0), np.arange(DIMENSIONS)])
    found = left * np.sqrt(strengths)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    found -= found.mean(0)
    _, _, common = np.linalg.svd(found, full_matrices=False)
    found -= found @ common[:COMMON].T @ common[:COMMON]
    unit: np.ndarray[Any, Any] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return unit


def build(data: Path) -> dict[str, np.ndarray[Any, Any]]:
    """The lexicon's arrays; see `specialists/lexicon.py` for their shapes."""
    irregular = irregular_forms()
    texts = [stems_of(text, irregular) for text in corpus(data)]
    # Not `set(text)`: its order, and so that of equally common words, differs from run to run.
    documents = Counter(word for text in texts for word in dict.fromkeys(text))
    near = neighbours(irregular)
    ranked = [word for word, _ in documents.most_common(VOCABULARY)]
    known = [word for word in dict.fromkeys([*ranked, *sorted(near)]) if word.isalpha() and word.isascii()]
    index = {word: at for at, word in enumerate(known)}
    idf = np.log(len(texts) / np.array([max(documents[word], 1) for word in known]))
    forms = {form: stem(base) for form, base in irregular.items() if stem(base) in index and stem(form) != stem(base)}
    found = vectors([[index[word] for word in text if word in index] for text in texts], len(known))
    found[[at for word, at in index.items() if not documents[word]]] = 0  # never seen: no vector
    return {
        "words": np.frombuffer("\n".join(known).encode(), np.uint8),
        "forms": np.frombuffer("\n".join(f"{form} {base}" for form, base in forms.items()).encode(), np.uint8),
        "phrases": np.frombuffer(phrases().encode(), np.uint8),
        "idf": idf.astype(np.float16),
        "vectors": np.ascontiguousarray(np.rint(found * 127), np.int8),
        **_table(near, known, index),
    }


def _table(near: Pairs, known: list[str], index: dict[str, int]) -> dict[str, np.ndarray[Any, Any]]:
    """Neighbours as three flat arrays: where each word's begin, which they are, how near (0..255)."""
    starts, which, nearness = [0], [], []
    for word in known:
        found = sorted(near.get(word, {}).items(), key=lambda pair: -pair[1])
        best = [(index[other], value) for other, value in found if other in index][:NEIGHBOURS]
        which += [other for other, _ in best]
        nearness += [round(255 * value) for _, value in best]
        starts.append(len(which))
    return {
        "near_starts": np.array(starts, np.uint32),
        "near_words": np.array(which, np.uint16),
        "near_values": np.array(nearness, np.uint8),
    }


def main() -> None:
    """Writes lexicon.safetensors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("src/shoal/weights/answer"))
    given = parser.parse_args()
    save_file(build(given.data), given.out / "lexicon.safetensors")


if __name__ == "__main__":
    main()
