"""The known kinds of host, as data (`rows.toml`). A host that differs only in these is a row, not a plug-in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from shoal.config import nearest
from shoal.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of host; the fields are explained at the top of `rows.toml`."""

    dialect: Literal["openai", "anthropic"]
    base_url: str = ""
    auth: str = "bearer"
    key: bool = False
    refuses: tuple[str, ...] = ()
    refuses_in_messages: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    deployments: bool = False
    unkept: Mapping[str, Any] = field(default_factory=dict)


@cache
def rows() -> Mapping[str, Row]:
    """All known kinds by name."""
    tables = tomllib.loads((Path(__file__).parent / "rows.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: _row(table) for name, table in tables.items()})


def _row(table: dict[str, Any]) -> Row:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return Row(**fields)


def find_row(name: str, host: str) -> Row:
    """The row called `name`. Raises ConfigError that names the nearest."""
    found = rows().get(name)
    if found is None:
        raise ConfigError(f"hosts.{host}.row = '{name}'{nearest(name, rows())}")
    return found
