"""What the files of journals still say of somebody: counted, for an erasure. It removes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shoal.stores.journal import read_segment

# Whether the fields of an exchange are of whom is meant.
Of = Callable[[Mapping[str, Any]], bool]


def traces(folder: Path, of: Of) -> int:
    """How many lines of all journals in the folder are `of` them."""
    found = 0
    for path in folder.glob("*-*.log"):
        for _, line in read_segment(path, 0):
            fields = line[1] if line is not None and len(line) > 1 else None
            found += isinstance(fields, dict) and of(fields)
    return found
