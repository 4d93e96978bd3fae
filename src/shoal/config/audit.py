"""[audit]: what is written down of every exchange, and where proofs of it go. The form only."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from shoal.config.table import Table


class TenantAudit(Table):
    """[audit.tenants.NAME]: whether masked prompts and replies are kept, encrypted, and for how many days."""

    content: Literal["none", "masked"] = "none"
    retention_days: int = Field(30, ge=1, le=3660)


class Audit(Table):
    """[audit]: `folder` is audit/ in the data folder if left out. `sink` gets the signed heads of the chains:
    `file:PATH`, or `exec:COMMAND` that reads one on its standard input. `when_full` is what becomes of requests whose
    record cannot be written."""

    mode: Literal["off", "on"] = "on"
    folder: Path | None = None
    sink: str | None = None
    head_s: float = Field(10.0, gt=0, le=86_400)
    when_full: Literal["refuse", "go_on"] = "refuse"
    tenants: Mapping[str, TenantAudit] = Field(default_factory=dict)

    @field_validator("sink")
    @classmethod
    def _sink(cls, value: str | None) -> str | None:
        if value is not None and (not value.startswith(("file:", "exec:")) or not value.partition(":")[2]):
            raise ValueError('write sink = "file:PATH" or sink = "exec:COMMAND"')
        if value is not None and value.startswith("exec:"):
            try:
                shlex.split(value.removeprefix("exec:"))
            except ValueError as error:
                raise ValueError(f"the command of the sink cannot be read ({error}): mend its quotes") from None
        return value
