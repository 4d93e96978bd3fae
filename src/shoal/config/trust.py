"""[trust]: placement, masking, defence, monitoring, and what single tenants do otherwise. The form only; `trust/` knows
what it does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, field_validator

from shoal.config.defence import Defence
from shoal.config.monitoring import Groundedness, Monitoring
from shoal.config.table import Mode, Table, check_reference

Label = Literal["system", "user", "memory", "retrieved", "tool"]
TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
HOST = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?")
EVERY = "*"
T = TypeVar("T", bound=Table)


def check_type(name: str) -> str:
    """An entity type: capitals, digits and single underscores."""
    if not TYPE.fullmatch(name):
        raise ValueError(f"'{name}' is no entity type: write it like CREDIT_CARD (shoal policy types lists them)")
    return name


class PlacementRules(Table):
    """[trust.placement]: where content may go, for every request."""

    regions: tuple[str, ...] = ()
    no_retention: bool = False
    no_training: bool = False


class ToolGrant(Table):
    """[trust.masking.tools.NAME]: the entity types whose real values this tool's arguments may get back; "*" is all."""

    grant: tuple[str, ...] = (EVERY,)

    @field_validator("grant")
    @classmethod
    def _types(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name if name == EVERY else check_type(name) for name in names)


class Masking(Table):
    """[trust.masking]: what is masked, where, and as what.

    `types` and `labels` set the mode of single entity types and trust labels, the weaker where both are named; `mode`
    is that of all others. `tools."*"` is the grant of tools that have no table of their own."""

    mode: Mode = "enforce"
    tier: Literal["patterns", "fast", "full"] = "fast"
    scope: Literal["request", "conversation", "tenant"] = "conversation"
    attachments: Literal["refuse", "pass"] = "refuse"
    types: Mapping[str, Mode] = Field(default_factory=dict)
    labels: Mapping[Label, Mode] = Field(default_factory=dict)
    fields: Mapping[str, str] = Field(default_factory=dict)
    allow: tuple[str, ...] = ()
    deny: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    gazetteers: Mapping[str, Path] = Field(default_factory=dict)
    countries: tuple[str, ...] = ()
    surrogates: tuple[str, ...] = ()
    hints: bool = False
    url_hosts: tuple[str, ...] = ()
    tools: Mapping[str, ToolGrant] = Field(default_factory=dict)

    @field_validator("types", "deny", "gazetteers")
    @classmethod
    def _keys(cls, table: Mapping[str, Any]) -> Mapping[str, Any]:
        for name in table:
            check_type(name)
        return table

    @field_validator("surrogates")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(check_type, names))

    @field_validator("fields")
    @classmethod
    def _paths(cls, table: Mapping[str, str]) -> Mapping[str, str]:
        for path, kind in table.items():
            if not path.startswith("$"):
                raise ValueError(f"'{path}' is no path: write it like $.customer.name, $.rows[*].email or $..phone")
            check_type(kind)
        return table

    @field_validator("countries")
    @classmethod
    def _countries(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch("[a-z]{2}", name):
                raise ValueError(f"'{name}' is no country: write ISO 3166 codes in lower case, such as \"nl\"")
        return names

    @field_validator("url_hosts")
    @classmethod
    def _hosts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not HOST.fullmatch(name):
                raise ValueError(f"'{name}' is no host: write it like docs.example.com or *.example.com")
        return names


class Retention(Table):
    """[trust.retention]: what hosts are told about keeping requests. `never` sets their own switch against it, whatever
    a request says; with `on_request` a request's own `store: true` passes."""

    host_storage: Literal["never", "on_request"] = "never"


class TenantTrust(Table):
    """[trust.tenants.NAME]: what differs for one tenant; what is left out is as for all."""

    masking: Masking = Masking()
    defence: Defence = Defence()
    monitoring: Monitoring = Monitoring()
    groundedness: Groundedness = Groundedness()
    retention: Retention = Retention()


class TrustRules(Table):
    """[trust]: `mode` is the ceiling of every rule below; `root_key` is where all keys of the trust layer come from, a
    file in the data folder if left out."""

    mode: Mode = "enforce"
    root_key: str | None = None
    placement: PlacementRules = PlacementRules()
    masking: Masking = Masking()
    defence: Defence = Defence()
    monitoring: Monitoring = Monitoring()
    groundedness: Groundedness = Groundedness()
    retention: Retention = Retention()
    tenants: Mapping[str, TenantTrust] = Field(default_factory=dict)

    _reference = field_validator("root_key")(lambda value: value if value is None else check_reference(value))

    def masking_of(self, tenant: str) -> Masking:
        """The tenant's own masking over that for all."""
        return over(self.masking, self.tenants[tenant].masking) if tenant in self.tenants else self.masking

    def defence_of(self, tenant: str) -> Defence:
        """The tenant's own defence over that for all, rule by rule."""
        return over(self.defence, self.tenants[tenant].defence) if tenant in self.tenants else self.defence

    def monitoring_of(self, tenant: str) -> Monitoring:
        """The tenant's own monitoring over that for all."""
        return over(self.monitoring, self.tenants[tenant].monitoring) if tenant in self.tenants else self.monitoring

    def groundedness_of(self, tenant: str) -> Groundedness:
        """The tenant's own check of grounded answers over that for all."""
        if tenant not in self.tenants:
            return self.groundedness
        return over(self.groundedness, self.tenants[tenant].groundedness)

    def retention_of(self, tenant: str) -> Retention:
        """The tenant's own retention over that for all."""
        return over(self.retention, self.tenants[tenant].retention) if tenant in self.tenants else self.retention


def over(below: T, above: T) -> T:
    """`below` with every value that was set in `above`; tables in it are joined the same way."""
    given = {name: getattr(above, name) for name in above.model_fields_set}
    for name, value in given.items():
        if isinstance(value, Table):
            given[name] = over(getattr(below, name), value)
    return below.model_copy(update=given)
