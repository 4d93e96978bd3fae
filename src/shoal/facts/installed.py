"""Tables of facts that were installed into the data directory: they lie over the package's own and below those that the
settings name. It reads no figure itself."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shoal.errors import ConfigError
from shoal.facts.fact import Fact
from shoal.facts.tables import Facts, load

FOLDER = "facts"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that a table brings: what held before, None where there was nothing, and what holds now."""

    topic: str
    before: Fact | None
    after: Fact


def tables(data_dir: Path, named: Iterable[Path]) -> tuple[Path, ...]:
    """The tables over the package's own, the last on top: the installed ones by their names, then the named ones."""
    return (*sorted((data_dir / FOLDER).glob("*.csv")), *named)


def install(data_dir: Path, named: Iterable[Path], path: Path) -> tuple[Facts, list[Change]]:
    """Checks a table and copies it into the data directory, over one of the same name: the facts with it, and what it
    changes. Raises ConfigError, and then changes nothing, where it is no table or cannot be copied."""
    if path.suffix != ".csv":
        raise ConfigError(f"{path}: a table of facts is a file that ends in .csv")
    folder = data_dir / FOLDER
    named = tuple(named)
    old = tables(data_dir, named)
    new = (*sorted({*old[: len(old) - len(named)], folder / path.name}), *named)
    before = load(*old)
    after = load(*(path if each == folder / path.name else each for each in new))
    changes = [_change(row, before, after) for row in _rows(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{path.name}.new"
        fresh.write_bytes(path.read_bytes())
        os.replace(fresh, folder / path.name)
    except OSError as error:
        raise ConfigError(f"{path} cannot be copied into {folder} ({type(error).__name__}): mend that folder") from None
    return after, [each for each in changes if each.before != each.after]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def _change(row: dict[str, str], before: Facts, after: Facts) -> Change:
    key = (row["topic"], row["subject"], row["quantity"])
    return Change(row["topic"], before.get(*key), after.find(*key))
