"""[metering]: where models run and on what, which counters and estimators are used, and the operator's own facts.

It knows the form of the tables; whether a region or an accelerator exists is for the facts to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from shoal.config.table import Table, check_reference


class Machines(Table):
    """[metering.here] and [metering.hosts.NAME]: the machines of this process, or behind a host. `region` is a cloud
    region ("aws/us-east-1") or a country; `hardware` a processor or an accelerator of the facts, `accelerators` how
    many one copy of a model runs on; `concurrency` the requests at once where others use the host too."""

    region: str | None = None
    hardware: str | None = None
    accelerators: int = Field(1, ge=1)
    pue: float | None = Field(None, ge=1)
    wue: float | None = Field(None, ge=0)
    concurrency: float | None = Field(None, ge=1)
    electricity_usd_per_kwh: float | None = Field(None, ge=0)


class HostMachines(Machines):
    """[metering.hosts.NAME]: `here` says whether the host runs on this machine, whose counters then measure it; left
    out, one with a loopback address does."""

    here: bool | None = None


class Weight(Table):
    """[metering.models.NAME]: `active_b` parameters (1e9) that a token passes in a mixture of experts; `bits` per
    weight; `provider` the service's name in public lists where the host's row does not tell it."""

    active_b: float | None = Field(None, gt=0)
    bits: int = Field(16, ge=1, le=32)
    provider: str | None = None


class Sharing(Table):
    """[metering.sharing.cpu] and [metering.sharing.gpu]: what `shoal energy calibrate` found; see
    metering/sharing.py."""

    input: float = Field(0, ge=0)
    output: float = Field(0, ge=0)
    second: float = Field(1, ge=0)
    idle_w: float = Field(0, ge=0)


class SharingByKind(Table):
    """[metering.sharing]: apart for the counters of processors and memory and for those of accelerators, since a token
    weighs differently on each."""

    cpu: Sharing = Sharing()
    gpu: Sharing = Sharing()


class Live(Table):
    """[metering.live]: a service that says what grids emit now; `zones` from regions of the facts to its own names."""

    service: Literal["electricity-maps", "watttime", "great-britain"]
    key: str | None = None
    zones: Mapping[str, str] = Field(default_factory=dict)
    fresh_s: float = Field(300, ge=60)
    stale_s: float = Field(3600, ge=60)

    _reference = field_validator("key")(lambda value: value if value is None else check_reference(value))


class Baseline(Table):
    """[metering.baseline]: what savings are measured against. `kind` "largest-model" (the most parameters), "model"
    (`model`), "world-grid" (the same energy at the world's average) or "retraining": training anew would have taken
    `anew_kwh`, what was done instead `reuse_kwh`, both low, expected and high, in `region`. `margin` is how much worse
    in mean quality, from 0 to 1, still counts as good."""

    kind: Literal["largest-model", "model", "world-grid", "retraining"]
    model: str | None = None
    margin: float = Field(0.02, ge=0, le=1)
    anew_kwh: tuple[float, float, float] | None = None
    reuse_kwh: tuple[float, float, float] = (0, 0, 0)
    region: str | None = None

    @field_validator("anew_kwh", "reuse_kwh")
    @classmethod
    def _ordered(cls, kwh: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if kwh is not None and not 0 <= kwh[0] <= kwh[1] <= kwh[2]:
            raise ValueError("write low, expected and high, such as [900, 1000, 1200]")
        return kwh

    @model_validator(mode="after")
    def _complete(self) -> Baseline:
        if (self.kind == "model") != (self.model is not None):
            raise ValueError('kind = "model" goes with model = "NAME", and no other kind does')
        if (self.kind == "retraining") != (self.anew_kwh is not None):
            raise ValueError('kind = "retraining" goes with anew_kwh = [low, expected, high], and no other kind does')
        return self


class Metering(Table):
    """[metering]: `here` are the machines of this process, on which embedded models run; its `hardware` is a processor
    ("aws/ice lake"). `facts` are CSV tables laid over the package's own, the last on top."""

    here: Machines = Machines()
    hosts: Mapping[str, HostMachines] = Field(default_factory=dict)
    models: Mapping[str, Weight] = Field(default_factory=dict)
    facts: tuple[Path, ...] = ()
    estimator: Literal["off", "ecologits"] = "off"
    counters: tuple[Literal["rapl", "nvml", "amd"], ...] = ()
    window_s: float = Field(1.0, ge=1)
    sharing: SharingByKind = SharingByKind()
    live: Live | None = None
    baseline: Baseline | None = None
