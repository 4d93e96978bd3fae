"""Passages at rest: what is put is found, replaced whole, dropped whole, and seen by nobody else."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shoal.errors import StorageError
from shoal.stores.database import FILE, Database
from shoal.stores.passages import SHARED, Document, Draft, SqlPassages


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlPassages:
    return SqlPassages(database)


def document(name: str, sha256: str = "0") -> Document:
    return Document(f"/{name}", name, "text", sha256, 1, 10, 1.0, 2.0)


def put(store: SqlPassages, collection: int, name: str, *texts: str) -> None:
    store.put(collection, document(name), [Draft("title", each) for each in texts])


def found(store: SqlPassages, words: str, *collections: int) -> list[str]:
    return [f"{each.source}: {each.text}" for each in store.match(words, collections, 1.0, 10)]


def test_what_is_put_is_found(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    store.put(collection, document("a.txt"), [Draft("On herring", "silver"), Draft("On cod", "grey")])
    (passage,) = store.match("herring", [collection], 1.0, 10)
    assert (passage.collection, passage.source, passage.title, passage.text) == (
        "mine",
        "a.txt",
        "On herring",
        "silver",
    )
    assert passage.score > 0
    assert store.documents(collection) == [document("a.txt")]


def test_a_collection_is_made_once(store: SqlPassages) -> None:
    assert store.make("acme", "mine") == store.make("acme", "mine") != store.make("other", "mine")


def test_a_document_is_replaced_whole_and_keeps_its_ids(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    put(store, collection, "a.txt", "herring", "cod")
    (before,) = store.match("cod", [collection], 1.0, 10)
    put(store, collection, "a.txt", "plaice", "cod again")
    (after,) = store.match("cod", [collection], 1.0, 10)
    assert before.id == after.id
    assert found(store, "herring", collection) == []
    assert found(store, "plaice", collection) == ["a.txt: plaice"]


def test_dropped_is_gone_from_the_index_too(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    put(store, collection, "a.txt", "herring")
    put(store, collection, "b.txt", "herring")
    store.drop(collection, ["/a.txt", "/never-there"])
    assert found(store, "herring", collection) == ["b.txt: herring"]
    store.drop_collection(collection)
    assert found(store, "herring", collection) == []
    assert store.vocabulary("her") == []
    assert store.names("acme") == {}


def test_a_search_stays_in_its_collections(store: SqlPassages) -> None:
    one, two = store.make("acme", "one"), store.make("other", "two")
    put(store, one, "a.txt", "herring")
    put(store, two, "b.txt", "herring secret")
    assert found(store, "herring", one) == ["a.txt: herring"]
    assert store.unmatched(["secret", "herring"], [one]) == ["secret"]
    assert sorted(found(store, "herring", one, two)) == ["a.txt: herring", "b.txt: herring secret"]


def test_equal_scores_keep_the_order_of_source_and_place(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    for name in ("c", "a", "b"):
        put(store, collection, name, "same", "same")
    assert [each.source for each in store.match("same", [collection], 1.0, 10)] == list("aabbcc")


def test_own_collections_go_before_shared_ones(store: SqlPassages) -> None:
    shared, own = store.make(SHARED, "docs"), store.make("acme", "docs")
    assert store.names("acme") == {"docs": own}
    assert store.names("other") == {"docs": shared}


def test_collections_count_what_they_hold(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    store.make("other", "theirs")
    put(store, collection, "a.txt", "one two", "three")
    put(store, collection, "b.txt", "four")
    store.set_digest(collection, "d")
    (held,) = store.collections("acme")
    assert (held.name, held.documents, held.passages, held.words, held.updated) == ("mine", 2, 3, 4, 2.0)
    assert held.digest == store.digest(collection) == "d"


def test_a_failed_write_changes_nothing(store: SqlPassages, database: Database) -> None:
    collection = store.make("acme", "mine")
    put(store, collection, "a.txt", "herring")
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TRIGGER fails BEFORE INSERT ON passages BEGIN SELECT RAISE(FAIL, 'no'); END"))
    with pytest.raises(StorageError, match="run the same command again"):
        put(store, collection, "a.txt", "plaice")
    assert found(store, "herring", collection) == ["a.txt: herring"]
    assert store.documents(collection) == [document("a.txt")]


def test_an_error_says_nothing_of_the_text(store: SqlPassages, database: Database) -> None:
    collection = store.make("acme", "mine")
    database.close()
    (database.folder / FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageError) as error:
        put(store, collection, "a.txt", "very private")
    assert "private" not in str(error.value)


def test_others_read_while_one_writes(store: SqlPassages) -> None:
    collection = store.make("acme", "mine")
    put(store, collection, "a", "herring")
    counts: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            counts.append(len(found(store, "herring", collection)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for at in range(20):
        put(store, collection, f"b{at}", "herring")
    done.set()
    for reader in readers:
        reader.join()
    assert len(found(store, "herring", collection)) == 10
    assert counts == [] or min(counts) >= 1


def test_a_killed_writer_leaves_what_was_committed(store: SqlPassages, database: Database) -> None:
    collection = store.make("acme", "mine")
    put(store, collection, "a.txt", "herring")
    script = f"""
import os, sqlite3
connection = sqlite3.connect({str(database.folder / FILE)!r})
connection.execute("DELETE FROM passages")
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert found(store, "herring", collection) == ["a.txt: herring"]
    with sqlite3.connect(database.folder / FILE) as connection:
        connection.execute("INSERT INTO passage_index (passage_index) VALUES ('integrity-check')")
    connection.close()
