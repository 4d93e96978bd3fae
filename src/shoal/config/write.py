"""Writes one table into shoal.toml, and leaves the rest of the file, comments too, as it is. It knows no setting."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.errors import ConfigError

HEADER = re.compile(r"\s*\[")


def write_table(path: Path, name: str, values: Mapping[str, float]) -> None:
    """Puts the table `[name]` with these numbers into the file, in the place of the table of that name or at the end;
    a file that is not there is made. Raises ConfigError where the file cannot be read or written, and where the table
    is spelt in another way there: then nothing is changed."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = with_table(before, name, values)
        _replace(path, after)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be written ({type(error).__name__}): make it writable") from None
    except (tomllib.TOMLDecodeError, ValueError):
        lines = ", ".join(f"{key} = {value:g}" for key, value in values.items())
        raise ConfigError(f"{path}: the table [{name}] cannot be replaced there: write it yourself: {lines}") from None


def with_table(text: str, name: str, values: Mapping[str, float]) -> str:
    """The TOML `text` with the table. Raises ValueError where anything else would change."""
    lines = text.splitlines(keepends=True)
    table = [f"[{name}]\n", *(f"{key} = {value!r}\n" for key, value in values.items())]
    begin = next((at for at, line in enumerate(lines) if _is_header(line, name)), None)
    if begin is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines += ["\n", *table] if lines else table
    else:
        rest = (at for at in range(begin + 1, len(lines)) if HEADER.match(lines[at]))
        end = next(rest, len(lines))
        lines[begin:end] = [*table, "\n"] if end < len(lines) else table
    changed = "".join(lines)
    wanted = tomllib.loads(text)
    _put(wanted, name.split("."), dict(values))
    if tomllib.loads(changed) != wanted:
        raise ValueError("something else would change")
    return changed


def _is_header(line: str, name: str) -> bool:
    return re.fullmatch(rf"\s*\[\s*{re.escape(name)}\s*\]\s*(#.*)?", line.rstrip("\r\n")) is not None


def _put(tree: dict[str, Any], path: list[str], values: dict[str, float]) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = values


def _replace(path: Path, text: str) -> None:
    """As a whole or not at all, with the rights that the file had."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    if path.exists():
        fresh.chmod(path.stat().st_mode & 0o777)
    os.replace(fresh, path)
