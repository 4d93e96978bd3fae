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
    """A figure that a table brings or takes away: what held before and what holds now, None where there is nothing."""

    topic: str
    subject: str
    quantity: str
    before: Fact | None
    after: Fact | None


def tables(data_dir: Path, named: Iterable[Path]) -> tuple[Path, ...]:
    """The tables over the package's own, the last on top: the installed ones by their names, then the named ones."""
    return (*sorted((data_dir / FOLDER).glob("*.csv")), *named)


def install(data_dir: Path, named: Iterable[Path], path: Path) -> tuple[Facts, list[Change]]:
    """Checks a table and copies it into the data directory, over one of the same name: the facts with it, and what it
    changes, also by what the other one had. Raises ConfigError, and then changes nothing, where it is no table, has no
    figure or cannot be copied."""
    if path.suffix != ".csv":
        raise ConfigError(f"{path}: a table of facts is a file that ends in .csv")
    folder = data_dir / FOLDER
    place, named = folder / path.name, tuple(named)
    old = tables(data_dir, named)
    new = (*sorted({*old[: len(old) - len(named)], place}), *named)
    before = load(*old)
    after = load(*(path if each == place else each for each in new))
    keys = _keys(path)
    if not keys:
        raise ConfigError(f"{path}: there is no figure in it; to take a table away, remove it from {folder}")
    changes = _changes({**_keys(place), **keys} if place in old else keys, before, after)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{path.name}.new"
        fresh.write_bytes(path.read_bytes())
        os.replace(fresh, place)
    except OSError as error:
        raise ConfigError(f"{path} cannot be copied into {folder} ({type(error).__name__}): mend that folder") from None
    return after, changes


def _keys(path: Path) -> dict[tuple[str, str, str], None]:
    """Topic, subject and quantity of each row of a table that was read before, in their order."""
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    return {(row["topic"], row["subject"], row["quantity"]): None for row in rows}


def _changes(keys: Iterable[tuple[str, str, str]], before: Facts, after: Facts) -> list[Change]:
    found = [Change(*key, before.get(*key), after.get(*key)) for key in keys]
    return [each for each in found if each.before != each.after]
