"""Table: what every table of shoal.toml has in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Mode = Literal["off", "observe", "enforce"]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


def check_reference(value: str) -> str:
    """A key is never written into the settings: only `env:NAME` or `file:PATH`."""
    if not value.startswith(("env:", "file:")) or not value.partition(":")[2]:
        raise ValueError('write key = "env:NAME" or "file:PATH": the key itself never stands in the settings')
    return value
