"""What every Retriever does. A plug-in's author runs this file with a `retriever` fixture of their own over the same
texts, in the collection `mine` of the tenant `acme`."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shoal.errors import UnknownCollection
from shoal.grounding.search import LexicalRetriever, Retriever
from shoal.stores.database import Database
from shoal.stores.passages import Document, Draft, SqlPassages

TEXTS = {
    "herring.md": "The herring is a silver fish that swims in large shoals in the north.",
    "cod.md": "The cod is a grey fish that lives near the ground of the sea.",
    "twin-one.md": "Anglerfish carry a light.",
    "twin-two.md": "Anglerfish carry a light.",
}


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[Retriever]:
    database = Database(tmp_path)
    database.migrate()
    store = SqlPassages(database)
    for tenant, name in (("acme", "mine"), ("other", "theirs")):
        collection = store.make(tenant, name)
        for source, text in TEXTS.items():
            document = Document(f"/{source}", source, "markdown", "", 1, len(text), 0.0, 0.0)
            store.put(collection, document, [Draft(source, text)])
    yield LexicalRetriever(store)
    database.close()


def test_the_best_comes_first(retriever: Retriever) -> None:
    found = retriever.search("silver herring fish", ["mine"], "acme", 4)
    assert found[0].source == "herring.md"
    assert found[0].text == TEXTS["herring.md"]
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)


def test_at_most_so_many(retriever: Retriever) -> None:
    assert len(retriever.search("fish", ["mine"], "acme", 1)) == 1
    assert retriever.search("fish", ["mine"], "acme", 0) == []


def test_the_same_question_has_the_same_answer(retriever: Retriever) -> None:
    first = retriever.search("anglerfish light", ["mine"], "acme", 4)
    assert [passage.source for passage in first][:2] == ["twin-one.md", "twin-two.md"]
    assert all(retriever.search("anglerfish light", ["mine"], "acme", 4) == first for _ in range(3))


def test_passages_have_ids_of_their_own(retriever: Retriever) -> None:
    found = retriever.search("fish anglerfish", ["mine"], "acme", 10)
    assert len({passage.id for passage in found}) == len(found) == len(TEXTS)
    assert {passage.collection for passage in found} == {"mine"}


@pytest.mark.parametrize("question", ["", "???", "zzzz qqqq", "\0", "\ud800", '"*(', "x" * 100_000])
def test_a_question_without_a_known_word_finds_nothing(retriever: Retriever, question: str) -> None:
    assert retriever.search(question, ["mine"], "acme", 4) == []


def test_no_collections_no_passages(retriever: Retriever) -> None:
    assert retriever.search("fish", [], "acme", 4) == []


@pytest.mark.parametrize("collection", ["theirs", "nowhere", ""])
def test_collections_of_others_are_unknown(retriever: Retriever, collection: str) -> None:
    with pytest.raises(UnknownCollection):
        retriever.search("fish", [collection], "acme", 4)


def test_threads_share_it(retriever: Retriever) -> None:
    wanted = retriever.search("fish", ["mine"], "acme", 4)
    found: list[bool] = []

    def ask() -> None:
        found.extend(retriever.search("fish", ["mine"], "acme", 4) == wanted for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 40


def test_passages_are_values(retriever: Retriever) -> None:
    (passage, *_) = retriever.search("herring", ["mine"], "acme", 4)
    assert replace(passage) == passage
    assert TEXTS["herring.md"] not in repr(passage)
