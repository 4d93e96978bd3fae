"""Tables for grounding: collections, documents, their passages, and a full-text index over the passages.

The index is an FTS5 table with external content: it holds tokens only, and triggers keep it in step with `passages`.
The ids of a collection's passages lie in a range of their own, so that a search reads that range of the index and
nothing else. `passage_terms` shows the words of the index, stemmed. With PostgreSQL the passages lie in SQLite, and
these tables stay empty there, without an index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INDEX = """
CREATE VIRTUAL TABLE passage_index USING fts5(
    title, text, content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
)"""
AFTER_INSERT = """
CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
    INSERT INTO passage_index (rowid, title, text) VALUES (new.id, new.title, new.text);
END"""
AFTER_DELETE = """
CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
    INSERT INTO passage_index (passage_index, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END"""


TERMS = "CREATE VIRTUAL TABLE passage_terms USING fts5vocab(passage_index, row)"


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.UniqueConstraint("tenant", "name"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("collection_id", sa.Integer, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("modified", sa.Float, nullable=False),
        sa.Column("added", sa.Float, nullable=False),
        sa.UniqueConstraint("collection_id", "path"),
    )
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.Integer, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.UniqueConstraint("document_id", "position"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in (INDEX, AFTER_INSERT, AFTER_DELETE, TERMS):
            op.execute(statement)


def downgrade() -> None:
    index = ("passage_terms", "passage_index") if op.get_bind().dialect.name == "sqlite" else ()
    for table in (*index, "passages", "documents", "collections"):
        op.drop_table(table)
