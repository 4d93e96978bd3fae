"""The index and the files: in step after every run, whatever happened to the files or to the run."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.errors import NotFound, RequestError, StorageError, UnknownCollection
from shoal.grounding import index
from shoal.grounding.index import Added, Progress, add, collections, documents, remove
from shoal.grounding.search import LexicalRetriever
from shoal.stores.database import Database
from shoal.stores.passages import SHARED, SqlPassages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlPassages]:
    database = Database(tmp_path / "data")
    database.migrate()
    yield SqlPassages(database)
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "herring.md").write_text("# Herring\n\nA silver fish of the north.")
    (folder / "cod.txt").write_text("A grey fish of the north.")
    return folder


def added(store: SqlPassages, *paths: Path) -> Added:
    return add(store, paths, "mine", "acme")


def counts(done: Added) -> tuple[int, int, int, int, int]:
    return done.added, done.changed, done.unchanged, done.removed, len(done.skipped)


def sources(store: SqlPassages, question: str) -> list[str]:
    return [each.source for each in LexicalRetriever(store).search(question, ["mine"], "acme", 10)]


def test_every_change_is_followed(store: SqlPassages, folder: Path) -> None:
    assert counts(added(store, folder)) == (2, 0, 0, 0, 0)
    assert counts(added(store, folder)) == (0, 0, 2, 0, 0)
    (folder / "cod.txt").write_text("Now about plaice.")
    (folder / "eel.txt").write_text("A long one.")
    (folder / "herring.md").unlink()
    assert counts(added(store, folder)) == (1, 1, 0, 1, 0)
    assert sources(store, "plaice") == ["texts/cod.txt"]
    assert sources(store, "herring silver grey") == []
    assert [each.source for each in documents(store, "mine", "acme")] == ["texts/cod.txt", "texts/eel.txt"]


def test_what_came_from_elsewhere_stays(store: SqlPassages, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "texts-other"
    other.mkdir()
    (other / "eel.txt").write_text("A long one.")
    added(store, other)
    assert counts(added(store, folder)) == (2, 0, 0, 0, 0)
    assert sources(store, "long") == ["texts-other/eel.txt"]


def test_a_file_that_cannot_be_read_is_named_and_the_run_goes_on(store: SqlPassages, folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"\0")
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    done = added(store, folder)
    assert counts(done) == (2, 0, 0, 0, 2)
    assert [Path(each.path).name for each in done.skipped] == ["a.txt", "b.pdf"]


def test_a_file_that_became_unreadable_is_removed(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    (folder / "cod.txt").write_bytes(b"\0")
    assert counts(added(store, folder)) == (0, 0, 1, 1, 1)
    assert sources(store, "grey") == []


def test_a_file_that_cannot_be_opened_keeps_its_passages(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    (folder / "cod.txt").unlink()
    (folder / "cod.txt").symlink_to("cod.txt")
    assert counts(added(store, folder)) == (0, 0, 1, 0, 1)
    assert sources(store, "grey") == ["texts/cod.txt"]


def test_a_link_to_nothing_is_named_and_keeps_its_passages(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    (folder / "cod.txt").unlink()
    (folder / "cod.txt").symlink_to("away.txt")
    (said,) = added(store, folder).skipped
    assert said.reason == "it leads to no file: mend the link, or remove it"
    assert sources(store, "grey") == ["texts/cod.txt"]


def test_a_missing_folder_empties_nothing(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    moved = folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(RequestError, match="check the spelling"):
        added(store, folder)
    assert sources(store, "grey") == ["texts/cod.txt"]
    assert moved.exists()


def test_a_new_edition_reads_everything_anew(store: SqlPassages, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added(store, folder)
    monkeypatch.setattr(index, "EDITION", index.EDITION + 1)
    assert counts(added(store, folder)) == (0, 2, 0, 0, 0)


def test_progress_counts_every_file(store: SqlPassages, folder: Path) -> None:
    (folder / "a.png").write_bytes(b"x")
    told: list[Progress] = []
    add(store, [folder], "mine", "acme", told.append)
    assert [(each.outcome, each.done, each.total) for each in told] == [
        ("skipped", 1, 3),
        ("added", 2, 3),
        ("added", 3, 3),
    ]


def test_an_interrupted_run_keeps_what_is_done_and_is_taken_up(store: SqlPassages, folder: Path) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(store, [folder], "mine", "acme", interrupt)
    assert sources(store, "grey") == ["texts/cod.txt"]
    assert counts(added(store, folder)) == (1, 0, 1, 0, 0)


def test_two_runs_at_once_end_as_one(store: SqlPassages, folder: Path, tmp_path: Path) -> None:
    for at in range(20):
        (folder / f"more{at}.txt").write_text(f"Fish number {at}.")
    second = Database(tmp_path / "data")
    faults: list[BaseException] = []
    begin = threading.Barrier(2)

    def run(into: SqlPassages) -> None:
        begin.wait()
        try:
            added(into, folder)
        except StorageError as error:
            faults.append(error)

    runs = [threading.Thread(target=run, args=(each,)) for each in (store, SqlPassages(second))]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    second.close()
    assert faults == []
    (held,) = collections(store, "acme")
    assert (held.documents, held.passages) == (22, 22)
    assert counts(added(store, folder)) == (0, 0, 22, 0, 0)


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 65, "shoal-docs", "naïve"])
def test_names_that_cannot_be(store: SqlPassages, folder: Path, name: str) -> None:
    with pytest.raises(RequestError, match="choose another name"):
        add(store, [folder], name, "acme")


def test_remove_a_collection(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    done = remove(store, "mine", "acme")
    assert (done.documents, done.whole) == (2, True)
    assert collections(store, "acme") == []


def test_remove_some_documents(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    assert remove(store, "mine", "acme", [Path("texts/cod.txt")]).documents == 1
    assert sources(store, "fish") == ["texts/herring.md"]
    assert remove(store, "mine", "acme", [folder]).documents == 1
    with pytest.raises(NotFound, match="ground list"):
        remove(store, "mine", "acme", [folder])


def test_only_the_own_collections_can_be_removed(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    store.make(SHARED, "shoal-docs")
    with pytest.raises(UnknownCollection, match="is not known"):
        remove(store, "mine", "other")
    with pytest.raises(RequestError, match="shared"):
        remove(store, "shoal-docs", "acme")


def test_others_see_nothing(store: SqlPassages, folder: Path) -> None:
    added(store, folder)
    assert collections(store, "other") == []
    with pytest.raises(UnknownCollection):
        documents(store, "mine", "other")
