"""Passages at rest: collections, their documents, and the full-text index. It does not know how a file is read, nor
how a question becomes a match expression.

A collection belongs to a tenant, or to all of them (tenant SHARED). Every write is one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from shoal.chat import Passage
from shoal.errors import StorageError
from shoal.stores.database import Database

SHARED = "*"
_METADATA = MetaData()
COLLECTIONS = Table(
    "collections",
    _METADATA,
    Column("id", Integer, primary_key=True),
    *(Column(name, String) for name in ("tenant", "name", "digest")),
    Column("created", Float),
    UniqueConstraint("tenant", "name"),
)
DOCUMENTS = Table(
    "documents",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("collection_id", Integer),
    *(Column(name, String) for name in ("path", "source", "kind", "sha256")),
    *(Column(name, Integer) for name in ("edition", "size")),
    *(Column(name, Float) for name in ("modified", "added")),
    UniqueConstraint("collection_id", "path"),
)
PASSAGES = Table(
    "passages",
    _METADATA,
    Column("id", Integer, primary_key=True),
    *(Column(name, Integer) for name in ("document_id", "position", "words")),
    *(Column(name, String) for name in ("title", "text")),
)
# A collection's passages have ids from its own id times this on.
_RANGE = 2**32
# The best rows are found first and joined after, so that only they are read whole.
_MATCH = text("""
    SELECT d.id, p.position, c.name, d.source, p.title, p.text, best.score
    FROM (
        SELECT rowid, bm25(passage_index, :title_weight, 1.0) AS score FROM passage_index
        WHERE passage_index MATCH :words AND rowid BETWEEN :first AND :last ORDER BY score, rowid LIMIT :most
    ) AS best
    JOIN passages AS p ON p.id = best.rowid
    JOIN documents AS d ON d.id = p.document_id
    JOIN collections AS c ON c.id = d.collection_id
""")
_ANY = text("SELECT 1 FROM passage_index WHERE passage_index MATCH :words AND rowid BETWEEN :first AND :last LIMIT 1")
_TERMS = text("SELECT term FROM passage_terms WHERE term >= :first AND term < :last")


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with what it holds: numbers of documents and passages, words in them; `updated` is Unix time in
    seconds of the newest document; `digest` is set by whoever keeps the collection in step with something."""

    id: int
    tenant: str
    name: str
    digest: str | None
    documents: int
    passages: int
    words: int
    updated: float


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was indexed: `path` where it lay, `source` the name shown in citations, `edition` the version of
    loading and chunking, `size` in bytes, `modified` and `added` Unix times in seconds."""

    path: str
    source: str
    kind: str
    sha256: str
    edition: int
    size: int
    modified: float
    added: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage before it is stored."""

    title: str
    text: str = field(repr=False)


class SqlPassages:
    """Collections and passages in the database. Every method raises StorageError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._engine = database.passages.engine

    def collections(self, tenant: str) -> list[Collection]:
        """The tenant's own collections and the shared ones, by name."""
        per_document = (
            select(PASSAGES.c.document_id, func.count().label("passages"), func.sum(PASSAGES.c.words).label("words"))
            .group_by(PASSAGES.c.document_id)
            .subquery()
        )
        query = (
            select(
                *(COLLECTIONS.c[name] for name in ("id", "tenant", "name", "digest")),
                func.count(DOCUMENTS.c.id),
                func.coalesce(func.sum(per_document.c.passages), 0),
                func.coalesce(func.sum(per_document.c.words), 0),
                func.coalesce(func.max(DOCUMENTS.c.added), COLLECTIONS.c.created),
            )
            .outerjoin(DOCUMENTS, DOCUMENTS.c.collection_id == COLLECTIONS.c.id)
            .outerjoin(per_document, per_document.c.document_id == DOCUMENTS.c.id)
            .where(COLLECTIONS.c.tenant.in_((tenant, SHARED)))
            .group_by(COLLECTIONS.c.id)
            .order_by(COLLECTIONS.c.name, COLLECTIONS.c.id)
        )
        with self._reading() as connection:
            return [Collection(*tuple(row)) for row in connection.execute(query)]

    def names(self, tenant: str) -> dict[str, int]:
        """Name to id of the collections that the tenant may read; its own goes before a shared one of that name."""
        query = select(COLLECTIONS.c.tenant, COLLECTIONS.c.name, COLLECTIONS.c.id)
        query = query.where(COLLECTIONS.c.tenant.in_((tenant, SHARED)))
        with self._reading() as connection:
            rows = sorted(connection.execute(query), key=lambda row: bool(row.tenant == tenant))
        return {row.name: row.id for row in rows}

    def make(self, tenant: str, name: str) -> int:
        """The id of the tenant's collection of that name, made if need be."""
        row = {"tenant": tenant, "name": name, "created": time.time()}
        query = select(COLLECTIONS.c.id).where((COLLECTIONS.c.tenant == tenant) & (COLLECTIONS.c.name == name))
        with self._reading() as connection:
            present = connection.execute(query).scalar()
        if present is not None:
            return int(present)
        with self._writing() as connection:
            connection.execute(upsert(COLLECTIONS).values(row).on_conflict_do_nothing())
            return int(connection.execute(query).scalar_one())

    def digest(self, collection_id: int) -> str | None:
        """What `set_digest` stored last."""
        with self._reading() as connection:
            return connection.execute(select(COLLECTIONS.c.digest).where(COLLECTIONS.c.id == collection_id)).scalar()

    def set_digest(self, collection_id: int, digest: str) -> None:
        """Notes what the collection is now in step with."""
        with self._writing() as connection:
            connection.execute(update(COLLECTIONS).where(COLLECTIONS.c.id == collection_id).values(digest=digest))

    def documents(self, collection_id: int) -> list[Document]:
        """The collection's documents, by source."""
        columns = [DOCUMENTS.c[name] for name in Document.__slots__]
        query = select(*columns).where(DOCUMENTS.c.collection_id == collection_id)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(DOCUMENTS.c.source, DOCUMENTS.c.path))
            return [Document(*tuple(row)) for row in rows]

    def put(self, collection_id: int, document: Document, drafts: Sequence[Draft]) -> None:
        """Adds the document with its passages, or replaces it whole. A replaced document keeps its id, and so a
        passage at the same place keeps its own."""
        fields = {name: getattr(document, name) for name in Document.__slots__} | {"collection_id": collection_id}
        statement = upsert(DOCUMENTS).values(fields)
        statement = statement.on_conflict_do_update(index_elements=["collection_id", "path"], set_=fields)
        with self._writing() as connection:
            document_id = connection.execute(statement.returning(DOCUMENTS.c.id)).scalar_one()
            connection.execute(delete(PASSAGES).where(PASSAGES.c.document_id == document_id))
            first = _next_id(connection, collection_id)
            rows = [_row(first + at, document_id, at, draft) for at, draft in enumerate(drafts)]
            if rows:
                connection.execute(insert(PASSAGES), rows)

    def drop(self, collection_id: int, paths: Sequence[str]) -> None:
        """Removes these documents; a path that is not there is no error."""
        with self._writing() as connection:
            for path in paths:
                _drop(connection, (DOCUMENTS.c.collection_id == collection_id) & (DOCUMENTS.c.path == path))

    def drop_collection(self, collection_id: int) -> None:
        """Removes the collection with all that it holds."""
        with self._writing() as connection:
            _drop(connection, DOCUMENTS.c.collection_id == collection_id)
            connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.id == collection_id))

    def match(self, words: str, collection_ids: Sequence[int], title_weight: float, limit: int) -> list[Passage]:
        """The passages of these collections that match the FTS5 expression `words`, best BM25 first; equal ones in
        the order of source and place."""
        values = {"words": words, "title_weight": title_weight, "most": limit}
        with self._reading() as connection:
            found = [
                Passage(f"{row[0]}.{row[1]}", row[2], row[3], row[4], row[5], -row[6])
                for each in collection_ids
                for row in sorted(connection.execute(_MATCH, values | _range(each)), key=lambda row: (row[3], row[1]))
            ]
        return sorted(found, key=lambda passage: -passage.score)[:limit]

    def unmatched(self, words: Sequence[str], collection_ids: Sequence[int]) -> list[str]:
        """Those of the FTS5 expressions that match nothing in these collections."""
        with self._reading() as connection:
            return [
                word
                for word in words
                if not any(connection.execute(_ANY, {"words": word} | _range(each)).first() for each in collection_ids)
            ]

    def vocabulary(self, beginning: str) -> list[str]:
        """The index's words, stemmed, that begin so."""
        with self._reading() as connection:
            rows = connection.execute(_TERMS, {"first": beginning, "last": beginning + "\U0010ffff"})
            return [str(row[0]) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StorageError(
                f"the passages cannot be read ({_cause(error)}): run `shoal doctor`, or restore the database"
            ) from None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StorageError(
                f"the passages cannot be written ({_cause(error)}): free space or mend the data directory's "
                "permissions, then run the same command again; what was added before stays"
            ) from None


def _cause(error: SQLAlchemyError) -> str:
    """SQLite's own words, which never hold a statement's values."""
    return str(getattr(error, "orig", None) or type(error).__name__)


def _range(collection_id: int) -> dict[str, int]:
    return {"first": collection_id * _RANGE, "last": (collection_id + 1) * _RANGE - 1}


def _next_id(connection: Connection, collection_id: int) -> int:
    ids = _range(collection_id)
    last = connection.execute(
        select(func.max(PASSAGES.c.id)).where(PASSAGES.c.id.between(ids["first"], ids["last"]))
    ).scalar()
    return ids["first"] if last is None else int(last) + 1


def _row(passage_id: int, document_id: int, position: int, draft: Draft) -> dict[str, Any]:
    return {
        "id": passage_id,
        "document_id": document_id,
        "position": position,
        "title": draft.title,
        "text": draft.text,
        "words": len(draft.text.split()),
    }


def _drop(connection: Connection, wanted: Any) -> None:
    found = select(DOCUMENTS.c.id).where(wanted)
    connection.execute(delete(PASSAGES).where(PASSAGES.c.document_id.in_(found)))
    connection.execute(delete(DOCUMENTS).where(wanted))
