"""`shoal-docs`: there from the start, renewed on change, in every tenant's reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.grounding.docs import DOCS, docs_path, ensure_docs
from shoal.grounding.search import LexicalRetriever
from shoal.stores.database import Database
from shoal.stores.passages import SqlPassages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlPassages]:
    database = Database(tmp_path / "data")
    database.migrate()
    yield SqlPassages(database)
    database.close()


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "page.md").write_text(text)
    return folder


def sources(store: SqlPassages, question: str) -> list[str]:
    return [each.source for each in LexicalRetriever(store).search(question, [DOCS], "anyone", 5)]


def test_the_docs_of_this_checkout_answer(store: SqlPassages) -> None:
    assert (docs_path() / "guides").is_dir()
    assert ensure_docs(store)
    assert not ensure_docs(store)
    assert "docs/guides/hosts.md" in sources(store, "How do I add a host?")


def test_a_change_is_followed(store: SqlPassages, tmp_path: Path) -> None:
    folder = written(tmp_path / "_docs", "About herring.")
    assert ensure_docs(store, folder)
    assert sources(store, "herring") == ["docs/page.md"]
    written(folder, "About cod.")
    assert ensure_docs(store, folder)
    assert (sources(store, "herring"), sources(store, "cod")) == ([], ["docs/page.md"])


def test_another_installation_takes_over(store: SqlPassages, tmp_path: Path) -> None:
    ensure_docs(store, written(tmp_path / "old", "About herring."))
    ensure_docs(store, written(tmp_path / "new", "About cod."))
    assert (sources(store, "herring"), sources(store, "cod")) == ([], ["docs/page.md"])
