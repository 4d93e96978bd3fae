"""Table: what every table of shoal.toml has in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Mode = Literal["off", "observe", "enforce"]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


def check_reference(value: str, name: str = "key") -> str:
    """A secret is never written into the settings: only `env:NAME` or `file:PATH`. `name` is what the setting is."""
    if not value.startswith(("env:", "file:")) or not value.partition(":")[2]:
        raise ValueError(f'write {name} = "env:NAME" or "file:PATH": the {name} itself never stands in the settings')
    return value
