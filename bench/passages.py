"""Texts of a folder as a searchable collection in a temporary database: what the benches of `shoal/answer` ask."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shoal.grounding.index import add
from shoal.grounding.search import LexicalRetriever
from shoal.stores.database import Database
from shoal.stores.passages import SqlPassages

TENANT = "bench"


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question. `sentences` are the quotes that answer it (none where the texts do not), `text` the file
    that it is about; `named` says that it names its subject, so that it can be asked of all texts at once."""

    id: str
    question: str
    sentences: tuple[str, ...]
    text: str
    named: bool


def read_questions(folder: Path) -> list[Question]:
    """The rows of all `questions*.jsonl`; those of `questions-unnamed.jsonl` leave their subject unsaid."""
    found = []
    for file in sorted(folder.glob("questions*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            about, quotes = row.get("source") or row.get("near") or "", tuple(row.get("sentences", ()))
            found.append(Question(row["id"], row["question"], quotes, about, not file.stem.endswith("-unnamed")))
    return found


@contextmanager
def indexed(folder: Path) -> Iterator[tuple[LexicalRetriever, list[str]]]:
    """A retriever over `folder/texts`, by the real grounding, and the collections: one for each text."""
    with tempfile.TemporaryDirectory() as place:
        database = Database(Path(place))
        database.migrate()
        store = SqlPassages(database)
        texts = sorted((folder / "texts").glob("*.md"))
        for text in texts:
            add(store, [text], text.stem, TENANT)
        yield LexicalRetriever(store), [text.stem for text in texts]
        database.close()
