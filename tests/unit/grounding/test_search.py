"""Search: terms of a question, and what no question can do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.errors import UnknownCollection
from shoal.grounding.search import MOST_TERMS, LexicalRetriever, terms
from shoal.stores.database import Database
from shoal.stores.passages import SHARED, Document, Draft, SqlPassages

TEXTS = {
    "hosts.md": ("Add a host", "Write a table into the settings and start again."),
    "keys.md": ("Keys", "A key is shown once. Keep it like a password. Revoke a lost key."),
    "limits.md": ("Limits", "A host takes at most ten requests. Configuration of the limits is by key."),
    "cafe.md": ("Café", "Coffee is served at the café; configure nothing."),
}


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[LexicalRetriever]:
    database = Database(tmp_path)
    database.migrate()
    store = SqlPassages(database)
    for tenant, name in (("acme", "mine"), (SHARED, "shoal-docs")):
        collection = store.make(tenant, name)
        for source, (title, text) in TEXTS.items():
            document = Document(f"/{source}", source, "markdown", "", 1, 0, 0.0, 0.0)
            store.put(collection, document, [Draft(title, text)])
    yield LexicalRetriever(store)
    database.close()


def sources(retriever: LexicalRetriever, question: str) -> list[str]:
    return [each.source for each in retriever.search(question, ["mine"], "acme", 10)]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How do I add a host?", ["add", "host"]),
        ("host HOST Host", ["host"]),
        ("what is it", ["what", "is", "it"]),
        ('"NEAR(a, b)" AND title:x*', ["near", "b", "title", "x"]),
        ("server.max_body_mb", ["server", "max", "body", "mb"]),
        ("", []),
        ('"*()^:-+', []),
        ("Größe 大きさ", ["größe", "大きさ"]),
    ],
)
def test_terms(question: str, wanted: list[str]) -> None:
    assert terms(question) == wanted


def test_of_a_long_question_the_ends_are_read() -> None:
    found = terms("first " + " ".join(f"w{at}" for at in range(50_000)) + " last")
    assert (len(found), found[0], found[-1]) == (MOST_TERMS, "first", "last")


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How do I add a host?", "hosts.md"),
        ("adding hosts", "hosts.md"),
        ("lost keys", "keys.md"),
        ("config", "cafe.md"),
        ("cafe", "cafe.md"),
        ("pasword", "keys.md"),
        ("configuraton", "limits.md"),
    ],
)
def test_the_best_passage(retriever: LexicalRetriever, question: str, best: str) -> None:
    assert sources(retriever, question)[0] == best


@pytest.mark.parametrize("question", ["", "?", "zebra", '"', "*", "\0", "\ud800"])
def test_nothing_is_found(retriever: LexicalRetriever, question: str) -> None:
    assert sources(retriever, question) == []


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=60), st.text('"*():^{}+-. ORANDNEARhostkey\0\ud800', max_size=60)))
def test_no_question_is_an_error(retriever: LexicalRetriever, question: str) -> None:
    sources(retriever, question)


def test_bytes_of_any_kind_are_no_error(retriever: LexicalRetriever) -> None:
    for byte in range(256):
        sources(retriever, "host" + bytes([byte]).decode("utf-8", "surrogateescape") + "key")


def test_an_unknown_collection_names_the_nearest(retriever: LexicalRetriever) -> None:
    with pytest.raises(UnknownCollection, match="did you mean 'shoal-docs'"):
        retriever.search("host", ["mine", "shoal-doc"], "acme", 3)
    with pytest.raises(UnknownCollection, match="there is shoal-docs"):
        retriever.search("host", ["mine"], "other", 3)


def test_shared_collections_are_for_all(retriever: LexicalRetriever) -> None:
    (passage, *_) = retriever.search("add host", ["shoal-docs"], "other", 3)
    assert (passage.collection, passage.source) == ("shoal-docs", "hosts.md")
