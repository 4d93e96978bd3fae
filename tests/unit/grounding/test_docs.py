"""`shoal-docs`: there from the start, renewed on change, in every tenant's reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shoal.errors import StorageError
from shoal.grounding.docs import DOCS, Documentation, WithDocs, docs_path, ensure_docs
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


def test_whoever_needs_the_docs_first_brings_them_in_step(store: SqlPassages, tmp_path: Path) -> None:
    documentation = Documentation(store, written(tmp_path / "_docs", "About herring."))
    retriever = WithDocs(LexicalRetriever(store), documentation)
    assert DOCS in store.names("anyone")
    store.make("anyone", "own")
    assert retriever.search("herring", ["own"], "anyone", 5) == []
    assert not documentation.ready
    assert [each.source for each in retriever.search("herring", [DOCS], "anyone", 5)] == ["docs/page.md"]
    assert documentation.ready
    documentation.close()


def test_begun_beside_other_work_they_are_waited_for(store: SqlPassages, tmp_path: Path) -> None:
    documentation = Documentation(store, written(tmp_path / "_docs", "About herring."))
    documentation.begin()
    found = WithDocs(LexicalRetriever(store), documentation).search("herring", [DOCS], "anyone", 5)
    assert [each.source for each in found] == ["docs/page.md"]
    documentation.close()


def test_a_failure_beside_other_work_is_logged_and_met_again(store: SqlPassages, tmp_path: Path) -> None:
    class Broken(SqlPassages):
        def __init__(self) -> None:
            pass

        def make(self, tenant: str, name: str) -> int:
            return 1

        def digest(self, collection_id: int) -> str | None:
            raise StorageError("the passages cannot be read: run `shoal doctor`")

    documentation = Documentation(Broken(), written(tmp_path / "_docs", "About herring."))
    with structlog.testing.capture_logs() as logs:
        documentation.begin()
        documentation.close()
    assert [(each["event"], each["log_level"]) for each in logs] == [("docs_not_indexed", "error")]
    with pytest.raises(StorageError, match="cannot be read"):
        WithDocs(LexicalRetriever(store), documentation).search("herring", [DOCS], "anyone", 5)
    assert not documentation.ready
