"""How well and how fast passages are found: the choices behind `shoal.grounding.search`, the product itself, its speed.

    python -m bench.retrieval [--data ../shared/data] [--passages 10000]

Columns are nDCG@10, recall@5 and MRR. `tune` is what the choices were made on; `test` (own questions about other
texts), `abcd` (agent guidelines) and `qmsum` (queries inside one meeting each, ALL test file) were not. The rows of
choices rank an FTS5 table in memory; the product's rows go through files, database and `LexicalRetriever`.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from unittest import mock

from bench.retrieval_sets import Corpus, Figures, Question, Ranker, measured, meetings, own_corpus
from shoal.grounding import chunk
from shoal.grounding.docs import docs_path, ensure_docs
from shoal.grounding.search import PREFIX_LETTERS, TITLE_WEIGHT, LexicalRetriever, quoted, terms
from shoal.stores.database import Database
from shoal.stores.passages import Document, Draft, SqlPassages

PORTER = "porter unicode61 remove_diacritics 2"
PLAIN = "unicode61 remove_diacritics 2"
TENANT = "bench"
MEETINGS = ("Academic__jsonl__train", "Product__jsonl__val", "Product__jsonl__test", "ALL__jsonl__test")
Expression = Callable[[str], str]


def any_prefix(query: str) -> str:
    """The product's expression, without spelling."""
    return " OR ".join(map(quoted, terms(query)))


def any_word(query: str) -> str:
    """Whole words only."""
    return " OR ".join(f'"{term}"' for term in terms(query))


def with_stop_words(query: str) -> str:
    """Every word of the question."""
    words = dict.fromkeys("".join(each if each.isalnum() else " " for each in query.lower()).split())
    return " OR ".join(map(quoted, words))


def with_pairs(query: str) -> str:
    """Neighbouring words found together count once more."""
    found = terms(query)
    pairs = [f'"{one} {two}"' for one, two in pairwise(found)]
    return " OR ".join([*map(quoted, found), *pairs])


def ranker(passages: list[Draft], tokenizer: str, title_weight: float, expression: Expression) -> Ranker:
    """BM25 over a table in memory."""
    table = sqlite3.connect(":memory:")
    table.execute(f"CREATE VIRTUAL TABLE t USING fts5(title, text, tokenize='{tokenizer}')")
    rows = [(at, draft.title, draft.text) for at, draft in enumerate(passages)]
    table.executemany("INSERT INTO t (rowid, title, text) VALUES (?, ?, ?)", rows)
    search = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, ?, 1.0), rowid LIMIT 10"

    def rank(query: str) -> list[int]:
        words = expression(query)
        return [row[0] for row in table.execute(search, (words, title_weight))] if words else []

    return rank


def with_feedback(passages: list[Draft]) -> Ranker:
    """Pseudo-relevance feedback: the five words most frequent in the two best passages are added at a small weight."""
    first = ranker(passages, PORTER, TITLE_WEIGHT, any_prefix)
    second = ranker(passages, PORTER, TITLE_WEIGHT, lambda words: words)

    def rank(query: str) -> list[int]:
        ranked = list(first(query))
        seen = [term for at in ranked[:2] for term in terms(passages[at].text) if len(term) >= PREFIX_LETTERS]
        common = sorted(set(seen), key=lambda term: (-seen.count(term), term))[:5]
        more = list(second(" OR ".join(f'"{term}"' for term in common))) if common else []
        return fused([(ranked, 1.0), (more, 0.3)])

    return rank


def fused(lists: list[tuple[list[int], float]], constant: int = 20) -> list[int]:
    """Reciprocal rank fusion with weights."""
    scores: dict[int, float] = {}
    for ranked, weight in lists:
        for at, passage in enumerate(ranked):
            scores[passage] = scores.get(passage, 0.0) + weight / (constant + at + 1)
    return sorted(scores, key=lambda passage: (-scores[passage], passage))


@contextmanager
def store() -> Iterator[SqlPassages]:
    """An empty store in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder))
        database.migrate()
        yield SqlPassages(database)
        database.close()


def filled(to: SqlPassages, name: str, passages: list[Draft]) -> None:
    """One collection with these passages, ten a document."""
    collection = to.make(TENANT, name)
    for at in range(0, len(passages), 10):
        document = Document(f"/{name}/{at:06}", f"{name}/{at:06}", "text", "", 1, 0, 0.0, 0.0)
        to.put(collection, document, passages[at : at + 10])


def product(to: SqlPassages, name: str, passages: list[Draft]) -> Ranker:
    """`LexicalRetriever` over one collection."""
    places = {(draft.title, draft.text): at for at, draft in enumerate(passages)}
    retriever = LexicalRetriever(to)

    def rank(query: str) -> list[int]:
        return [places[found.title, found.text] for found in retriever.search(query, [name], TENANT, 10)]

    return rank


def misspelt(question: Question, dice: random.Random) -> Question:
    """One slip in one of the longer words: a letter left out, doubled, swapped or wrong."""
    words = [word for word in terms(question.text) if len(word) > PREFIX_LETTERS]
    if not words:
        return question
    word = dice.choice(words)
    at = dice.randrange(1, len(word) - 1)
    slip = dice.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + dice.choice("aeinrst") + word[at + 1 :],
        )
    )
    return Question(question.text.lower().replace(word, slip), question.relevant)


def line(name: str, columns: list[Figures]) -> None:
    print(f"{name:34}", "   ".join(map(str, columns)))


def print_choices(corpus: Corpus, meeting_sets: list[Corpus]) -> None:
    splits = list(corpus.questions)
    counts = [len(corpus.questions[split]) for split in splits]
    queries = sum(len(asked) for each in meeting_sets for asked in each.questions.values())
    print(
        f"{len(corpus.passages)} passages;", ", ".join(f"{s} {c}" for s, c in zip(splits, counts, strict=True)), end=""
    )
    print(f", qmsum {queries} questions; nDCG@10 recall@5 MRR")
    line_of = "   ".join(f"{name:17}" for name in [*splits, "qmsum"] if name != "qmsum" or meeting_sets)
    print(f"{'':34}", line_of)
    choices: dict[str, Callable[[list[Draft]], Ranker]] = {
        "chosen, without spelling": lambda p: ranker(p, PORTER, TITLE_WEIGHT, any_prefix),
        "no stemming": lambda p: ranker(p, PLAIN, TITLE_WEIGHT, any_prefix),
        "trigrams": lambda p: ranker(p, "trigram", TITLE_WEIGHT, any_word),
        "whole words only": lambda p: ranker(p, PORTER, TITLE_WEIGHT, any_word),
        "stop words kept": lambda p: ranker(p, PORTER, TITLE_WEIGHT, with_stop_words),
        "pairs of words": lambda p: ranker(p, PORTER, TITLE_WEIGHT, with_pairs),
        "pseudo-relevance feedback": with_feedback,
    }
    for weight in (0.0, 1.0, 4.0):
        choices[f"title weight {weight:g}"] = partial(
            ranker, tokenizer=PORTER, title_weight=weight, expression=any_prefix
        )
    for name, make in choices.items():
        rank = make(corpus.passages)
        columns = [measured((rank, question) for question in corpus.questions[split]) for split in splits]
        line(name, columns + ([over_meetings(meeting_sets, make)] if meeting_sets else []))


def print_sections_apart(data: Path) -> None:
    with mock.patch.object(chunk, "FEWEST_WORDS", 0):
        corpus = own_corpus(data)
    rank = ranker(corpus.passages, PORTER, TITLE_WEIGHT, any_prefix)
    columns = [measured((rank, question) for question in asked) for asked in corpus.questions.values()]
    line(f"no shared passages ({len(corpus.passages)})", columns)


def over_meetings(sets: list[Corpus], make: Callable[[list[Draft]], Ranker]) -> Figures:
    """All queries, each asked of its own meeting."""
    asked = []
    for each in sets:
        rank = make(each.passages)
        asked += [(rank, question) for questions in each.questions.values() for question in questions]
    return measured(asked)


def print_product(corpus: Corpus, others: list[Draft]) -> None:
    dice = random.Random(7)
    slips = {name: [misspelt(each, dice) for each in asked] for name, asked in corpus.questions.items()}
    plain = ranker(corpus.passages, PORTER, TITLE_WEIGHT, any_prefix)
    with store() as place:
        filled(place, "own", corpus.passages)
        found = product(place, "own", corpus.passages)
        line("the product", [measured((found, each) for each in asked) for asked in corpus.questions.values()])
        line("misspelt, no spelling", [measured((plain, each) for each in asked) for asked in slips.values()])
        line("misspelt, the product", [measured((found, each) for each in asked) for asked in slips.values()])
        filled(place, "others", others)
        beside = [measured((found, each) for each in asked) for asked in corpus.questions.values()]
        line(f"beside {len(others)} others' passages", beside)


def print_speed(corpus: Corpus, others: list[Draft], count: int) -> None:
    passages = (corpus.passages + others)[:count]
    questions = [question.text for asked in corpus.questions.values() for question in asked]
    with store() as place:
        began = time.perf_counter()
        filled(place, "all", passages)
        print(f"{len(passages)} passages stored in {time.perf_counter() - began:.2f} s, ten to a transaction")
        retriever = LexicalRetriever(place)
        spans = [timed(partial(retriever.search, each, ["all"], TENANT, 6)) for each in questions * 2]
    spans = spans[len(questions) :]  # the first round warms the caches
    print(f"search over {len(passages)} passages, {len(spans)} questions:")
    for name, column in zip(("wall", "CPU"), zip(*spans, strict=True), strict=True):
        ordered = sorted(column)
        print(f"  {name:4} p50 {statistics.median(ordered):.2f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms")
    with store() as place:
        first, *again = (timed(partial(ensure_docs, place))[0] for _ in range(4))
    files = sum(1 for _ in docs_path().rglob("*.md"))
    print(f"ensure_docs, {files} files: first {first:.0f} ms, unchanged {min(again):.1f} ms")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU milliseconds of this thread."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--passages", type=int, default=10_000, help="how many the speed is measured over")
    options = parser.parse_args()
    corpus = own_corpus(options.data)
    print_choices(corpus, meetings(options.data, MEETINGS[-1]))
    print_sections_apart(options.data)
    others = [draft for name in MEETINGS for meeting in meetings(options.data, name) for draft in meeting.passages]
    if not others:
        print(f"{options.data} is absent: no meetings, and the speed is of few passages")
    others += others[: max(0, options.passages - len(others) - len(corpus.passages))]
    print_product(corpus, others)
    print_speed(corpus, others, options.passages)


if __name__ == "__main__":
    main()
