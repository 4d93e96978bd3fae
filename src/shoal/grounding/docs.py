"""The collection `shoal-docs`: the project's own documentation, readable by every tenant, kept in step with the files
that came with this installation. It knows where they lie and nothing of what they say."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from shoal.chat import Passage
from shoal.errors import ShoalError, StorageError
from shoal.grounding.index import EDITION, step
from shoal.grounding.search import Retriever
from shoal.stores.passages import SHARED, SqlPassages

DOCS = "shoal-docs"


def docs_path() -> Path:
    """The documentation's folder: `docs/` of a source checkout, `shoal/_docs` of an installed wheel. Raises
    StorageError where neither is there."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1]
    if (package / "_docs").is_dir():
        return package / "_docs"
    if (checkout / "pyproject.toml").is_file() and (checkout / "docs").is_dir():
        return checkout / "docs"
    raise StorageError("the documentation that belongs to this installation is missing: install shoal again")


class Documentation:
    """The collection, brought in step once a process: beside other work where it was begun, else when it is first
    needed. The first time takes about half a second."""

    def __init__(self, store: SqlPassages, folder: Path | None = None) -> None:
        """From now on the collection has its name, empty as it may be. Raises StorageError."""
        self._store = store
        self._folder = folder or docs_path()
        self._turn = threading.Lock()
        self._beside: threading.Thread | None = None
        self.ready = False
        store.make(SHARED, DOCS)

    def begin(self) -> None:
        """Brings it in step in a thread of its own. Where that fails, the log says why and whoever needs it tries
        again."""
        self._beside = threading.Thread(target=self._in_background, name="shoal-docs")
        self._beside.start()

    def wait(self) -> None:
        """Returns once it is in step. Raises StorageError."""
        if self.ready:
            return
        with self._turn:
            if not self.ready:
                ensure_docs(self._store, self._folder)
                self.ready = True

    def close(self) -> None:
        """Waits for what is under way."""
        if self._beside is not None:
            self._beside.join()

    def _in_background(self) -> None:
        try:
            self.wait()
        except ShoalError as error:
            structlog.get_logger("shoal.grounding").error("docs_not_indexed", why=error.message)


class WithDocs:
    """A retriever that finds the documentation in step."""

    def __init__(self, retriever: Retriever, documentation: Documentation) -> None:
        self._retriever = retriever
        self._documentation = documentation

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        """See Retriever. Raises StorageError where the documentation is asked for and cannot be indexed."""
        if DOCS in collections:
            self._documentation.wait()
        return self._retriever.search(query, collections, tenant, limit)


def ensure_docs(store: SqlPassages, folder: Path | None = None) -> bool:
    """Indexes the documentation if it changed since the last time; True if it did. Unchanged, it costs one reading of
    the files."""
    folder = (folder or docs_path()).absolute()
    digest = _digest(folder)
    collection_id = store.make(SHARED, DOCS)
    if store.digest(collection_id) == digest:
        return False
    step(store, [folder], DOCS, SHARED, named="docs")
    # Another installation may have used this database before.
    elsewhere = [each.path for each in store.documents(collection_id) if not Path(each.path).is_relative_to(folder)]
    store.drop(collection_id, elsewhere)
    store.set_digest(collection_id, digest)
    return True


def _digest(folder: Path) -> str:
    """Of the names and contents of the files, and of the edition that indexed them."""
    total = hashlib.sha256(f"{EDITION} {folder}".encode())
    for path in sorted(folder.rglob("*.md")):
        content = path.read_bytes()
        total.update(f"{path.relative_to(folder)} {len(content)} ".encode())
        total.update(content)
    return total.hexdigest()
