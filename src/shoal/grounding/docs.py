"""The collection `shoal-docs`: the project's own documentation, readable by every tenant, kept in step with the files
that came with this installation. It knows where they lie and nothing of what they say."""

from __future__ import annotations

import hashlib
from pathlib import Path

from shoal.errors import StorageError
from shoal.grounding.index import EDITION, step
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
