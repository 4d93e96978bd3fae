"""Settings of routing: which certified route `auto` takes among the configured models, and within which bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from shoal.config.table import Mode, Table

Optimize = Literal["cost", "energy", "carbon", "latency", "quality"]


class Routing(Table):
    """[routing]: `route` is a folder that `shoal route certify` wrote. In `observe` the decision is recorded and the
    reference answers. `licences`, where any are named, are the only ones of models that may answer; `allow` what a
    caller may ask to optimise; `sticky_s` how long a conversation stays with its model, `sticky_most` how many
    conversations are remembered. `uncertified` lets an expired certificate hold on."""

    mode: Mode = "enforce"
    route: Path | None = None
    licences: tuple[str, ...] = ()
    allow: tuple[Optimize, ...] = ("cost", "energy", "carbon", "latency", "quality")
    sticky_s: float = Field(3600.0, ge=0)
    sticky_most: int = Field(100_000, ge=1)
    uncertified: bool = False
