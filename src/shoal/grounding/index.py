"""The index kept in step with files: adds new ones, replaces changed ones, removes vanished ones, one transaction per
file. It does not search.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shoal.errors import NotFound, RequestError
from shoal.grounding.chunk import chunk
from shoal.grounding.load import Content, Found, Skipped, fetch, find, read
from shoal.grounding.search import resolve
from shoal.grounding.sections import Unreadable
from shoal.stores.passages import Collection, Document, SqlPassages

EDITION = 1  # raise when loading or chunking changes: every file is then read anew
RESERVED = frozenset({"shoal-docs"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Outcome = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What just happened to one file: the `done`-th of `total`."""

    path: str
    outcome: Outcome
    done: int
    total: int


@dataclass(slots=True)
class Added:
    """What `add` did: numbers of files by outcome, passages written, files and folders left out with the reason."""

    collection: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Removed:
    """What `remove` did: the number of documents, and whether the collection itself is gone."""

    collection: str
    documents: int
    whole: bool


def add(
    store: SqlPassages,
    paths: Iterable[Path],
    collection: str,
    tenant: str,
    progress: Callable[[Progress], None] | None = None,
) -> Added:
    """Brings the collection (made if need be) in step with the files at and below `paths`.

    A file that was indexed from below one of them and is gone is removed; what was added from elsewhere stays. Raises
    RequestError for a missing path or a name that cannot be a collection's, StorageError where the database fails;
    files done before that stay.
    """
    if collection in RESERVED:
        raise RequestError(f"the collection '{collection}' is Shoal's own: choose another name", param="collection")
    if not _NAME.fullmatch(collection):
        raise RequestError(
            "a collection's name has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter "
            "or digit: choose another name",
            param="collection",
        )
    return step(store, list(paths), collection, tenant, progress)


def step(
    store: SqlPassages,
    paths: Sequence[Path],
    collection: str,
    tenant: str,
    progress: Callable[[Progress], None] | None = None,
    named: str | None = None,
) -> Added:
    """`add` without a look at the collection's name; `named` stands for the paths' own names in sources."""
    began = time.perf_counter()
    found = list(find(paths, named))
    run = _Run(store, store.make(tenant, collection), collection, progress, len(found))
    for each in found:
        run.take(each)
    run.remove_vanished([os.path.abspath(path) for path in paths])
    run.report.seconds = time.perf_counter() - began
    return run.report


def remove(store: SqlPassages, collection: str, tenant: str, paths: Iterable[Path] = ()) -> Removed:
    """Removes from the collection what was added from `paths` (sources as `documents` lists them will do); without
    paths the whole collection. Raises UnknownCollection, NotFound for a path that nothing was added from."""
    own = {each.name: each for each in store.collections(tenant) if each.tenant == tenant}
    if collection not in own:
        resolve(store, [collection], tenant)
        raise RequestError(f"the collection '{collection}' is shared by all: it stays", param="collection")
    target = own[collection]
    chosen = list(paths)
    if not chosen:
        store.drop_collection(target.id)
        return Removed(collection, target.documents, True)
    indexed = store.documents(target.id)
    gone: set[str] = set()
    for path in chosen:
        root = [os.path.abspath(path)]
        matching = {each.path for each in indexed if str(path) == each.source or _within(each.path, root)}
        if not matching:
            raise NotFound(f"nothing in '{collection}' was added from {path}: see `shoal ground list`")
        gone |= matching
    store.drop(target.id, sorted(gone))
    return Removed(collection, len(gone), False)


def collections(store: SqlPassages, tenant: str) -> list[Collection]:
    """The collections that the tenant may read, with what they hold."""
    return store.collections(tenant)


def documents(store: SqlPassages, collection: str, tenant: str) -> list[Document]:
    """The documents of a collection. Raises UnknownCollection."""
    return store.documents(resolve(store, [collection], tenant)[0])


class _Run:
    """One `add` under way."""

    def __init__(
        self,
        store: SqlPassages,
        collection_id: int,
        collection: str,
        progress: Callable[[Progress], None] | None,
        total: int,
    ) -> None:
        self.report = Added(collection)
        self._store = store
        self._id = collection_id
        self._known = {each.path: each for each in store.documents(collection_id)}
        self._kept: set[str] = set()
        self._unopened: list[str] = []
        self._tell = progress
        self._done = 0
        self._total = total

    def take(self, found: Found | Skipped) -> None:
        """Indexes one file, or notes why not."""
        if isinstance(found, Skipped):
            self._skip(found)
            return
        try:
            self._kept.add(str(found.path))
            self._index(found, fetch(found.path))
        except FileNotFoundError:
            self._skip(Skipped(str(found.path), "it leads to no file: mend the link, or remove it", False))
        except OSError as error:
            self._skip(Skipped(str(found.path), f"it cannot be opened ({error.strerror}): mend its permissions", False))
        except Unreadable as reason:
            self._kept.discard(str(found.path))
            self._skip(Skipped(str(found.path), str(reason)))

    def remove_vanished(self, roots: Sequence[str]) -> None:
        """Removes what was indexed from below the roots and was not met again."""
        gone = [
            path
            for path in self._known
            if path not in self._kept and _within(path, roots) and not _within(path, self._unopened)
        ]
        self._store.drop(self._id, gone)
        self.report.removed = len(gone)
        for path in gone:
            self._say(path, "removed", 0)

    def _index(self, found: Found, content: Content) -> None:
        path = str(found.path)
        known = self._known.get(path)
        if known and (known.sha256, known.edition, known.source) == (content.sha256, EDITION, found.source):
            self.report.unchanged += 1
            self._say(path, "unchanged")
            return
        drafts = chunk(read(content.raw, found.kind, found.path.stem))
        size, now = len(content.raw), time.time()
        document = Document(path, found.source, found.kind, content.sha256, EDITION, size, content.modified, now)
        self._store.put(self._id, document, drafts)
        self.report.passages += len(drafts)
        if known:
            self.report.changed += 1
        else:
            self.report.added += 1
        self._say(path, "changed" if known else "added")

    def _skip(self, skipped: Skipped) -> None:
        self.report.skipped.append(skipped)
        if not skipped.lasting:
            self._unopened.append(skipped.path)
        self._say(skipped.path, "skipped")

    def _say(self, path: str, outcome: Outcome, steps: int = 1) -> None:
        self._done += steps
        if self._tell:
            self._tell(Progress(path, outcome, self._done, self._total))


def _within(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
