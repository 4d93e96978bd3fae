"""Settings: one `shoal.toml`, overridden by SHOAL_* variables; the only reader of the environment.

It knows the form of every table and nothing of what the values do. A misspelt key is an error that names its nearest
neighbour; `origins` says where each value came from.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

from shoal.config.audit import Audit
from shoal.config.events import EventRules
from shoal.config.identity import IdentityRules
from shoal.config.limits import Budget, Limits
from shoal.config.metering import Metering
from shoal.config.routing import Cascade, Routing, TenantRouting, Weights, stated
from shoal.config.table import Table, check_reference
from shoal.config.telemetry import Telemetry
from shoal.config.trust import TrustRules
from shoal.errors import ConfigError

ENV_PREFIX = "SHOAL_"
NAMED = frozenset({"hosts", "models", "tenants", "tools", "webhooks", "rates", "budgets"})
RESERVED_ENV = frozenset({"SHOAL_CONFIG", "SHOAL_API_KEY"})


def user_dir(kind: Literal["config", "data"]) -> Path:
    """The user's folder for Shoal's configuration or data (XDG base directories)."""
    variable, fallback = {
        "config": ("XDG_CONFIG_HOME", ".config"),
        "data": ("XDG_DATA_HOME", ".local/share"),
    }[kind]
    root = os.environ.get(variable)
    return (Path(root) if root else Path.home() / fallback) / "shoal"


def api_key_from_env() -> str | None:
    """The key that the command line uses instead of its stored credential, if SHOAL_API_KEY is set."""
    return os.environ.get("SHOAL_API_KEY") or None


def environment(*, without: str | None = None) -> dict[str, str]:
    """The environment for a process that this one starts or becomes: all but the variables that begin so."""
    return {name: value for name, value in os.environ.items() if without is None or not name.startswith(without)}


class Server(Table):
    """[server]: where the gateway listens, what it takes, where its data lies."""

    host: str = "127.0.0.1"
    port: int = Field(8600, ge=0, le=65535)
    data_dir: Path = Field(default_factory=lambda: user_dir("data"))
    database: str | None = None
    workers: int = Field(1, ge=1, le=256)
    body_s: float = Field(60, gt=0)
    max_body_mb: float = Field(64, gt=0)
    max_messages: int = Field(2048, ge=1)
    drain_s: float = Field(30, ge=0)
    metrics_bind: str | None = Field(None, pattern=r"^([^:]+|\[[0-9A-Fa-f:.]+\]):\d+$")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    hardened: bool = False

    @field_validator("data_dir")
    @classmethod
    def _expand(cls, path: Path) -> Path:
        return path.expanduser()

    _reference = field_validator("database")(
        lambda value: value if value is None else check_reference(value, "database")
    )

    @field_validator("metrics_bind")
    @classmethod
    def _port(cls, address: str | None) -> str | None:
        if address is not None and int(address.rpartition(":")[2]) > 65535:
            raise ValueError("a port is at most 65535")
        return address


def check_address(url: str) -> str:
    """An address that a request can be sent to: a host, a port that exists, no blanks."""
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(mark.isspace() for mark in url):
        raise ValueError('write an address such as "http://127.0.0.1:8000/v1"')
    return url


class Host(Table):
    """[hosts.NAME]: a service that models run on. `row` names a known kind (`shoal models hosts`), else `dialect`."""

    row: str | None = None
    dialect: Literal["openai", "anthropic"] | None = None
    base_url: str | None = Field(None, pattern=r"^https?://")
    key: str | None = None
    region: str | None = None
    retention: Literal["none", "transient", "days"] | None = None
    trains_on_data: bool | None = None
    connect_s: float = Field(5, gt=0)
    first_s: float = Field(120, gt=0)
    idle_s: float = Field(60, gt=0)
    retries: int = Field(2, ge=0, le=10)
    headers: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        return url if url is None else check_address(url)

    _reference = field_validator("key")(lambda value: value if value is None else check_reference(value))

    @model_validator(mode="after")
    def _kind(self) -> Host:
        if (self.row is None) == (self.dialect is None):
            raise ValueError('give either row = "..." (a known kind of host) or dialect = "openai" | "anthropic"')
        if self.dialect is not None and self.base_url is None:
            raise ValueError("a host with a dialect needs its base_url")
        return self


class PriceRow(Table):
    """USD per 1e6 tokens."""

    input: float = Field(0, ge=0)
    cached: float = Field(0, ge=0)
    output: float = Field(0, ge=0)


class ModelRow(Table):
    """[models.NAME]: a model on a host. `upstream` is its name there, the same if left out."""

    host: str
    upstream: str | None = None
    task: str = "general"
    params_b: float | None = Field(None, gt=0)
    context: int | None = Field(None, gt=0)
    price: PriceRow | None = None
    licence: str | None = None
    tags: tuple[str, ...] = ()
    concurrency: int | None = Field(None, ge=1)
    queue: int | None = Field(None, ge=0)


class Auto(Table):
    """[auto]: `reference` answers what no specialist will do; `floor` is the least calibrated confidence (0..1) at
    which a specialist answers; `candidates` the specialists that may."""

    reference: str | None = None
    candidates: tuple[str, ...] = ("shoal/triage-banking", "shoal/triage-clinc", "shoal/summarize", "shoal/answer")
    weights: Weights = Weights()
    floor: float = Field(0.7, ge=0, le=1)

    def with_own(self, own: TenantRouting) -> Auto:
        """The same with the floor and the weights that an organisation has of its own."""
        weights = self.weights.model_copy(update=stated(own.weights))
        return self.model_copy(update={"weights": weights, "floor": self.floor if own.floor is None else own.floor})


class Grounding(Table):
    """[grounding]: how many passages are attached, and which collection `auto` reads where no host is configured."""

    passages: int = Field(8, ge=1, le=50)
    fallback: str | None = "shoal-docs"


class Plugins(Table):
    """[plugins]: modules to load; none is loaded that is not named here."""

    modules: tuple[str, ...] = ()


class Settings(Table):
    """All of shoal.toml."""

    server: Server = Field(default_factory=Server)
    hosts: Mapping[str, Host] = Field(default_factory=dict)
    models: Mapping[str, ModelRow] = Field(default_factory=dict)
    auto: Auto = Auto()
    trust: TrustRules = TrustRules()
    audit: Audit = Audit()
    metering: Metering = Metering()
    telemetry: Telemetry = Telemetry()
    identity: IdentityRules = IdentityRules()
    events: EventRules = EventRules()
    limits: Limits = Limits()
    budgets: Mapping[str, Budget] = Field(default_factory=dict)
    grounding: Grounding = Grounding()
    routing: Routing = Routing()
    cascades: Mapping[str, Cascade] = Field(default_factory=dict)
    plugins: Plugins = Plugins()

    @model_validator(mode="after")
    def _refers(self) -> Settings:
        for name, model in self.models.items():
            if name == "auto" or name.startswith(("shoal/", "cascade:", "flow:", "prompt:")):
                raise ValueError(f"models.{name}: this name is Shoal's own; choose another")
            if model.host not in self.hosts:
                raise ValueError(f"models.{name}.host = '{model.host}'{nearest(model.host, self.hosts)}")
        for kind, named, known in (
            ("hosts", self.metering.hosts, self.hosts),
            ("models", self.metering.models, self.models),
        ):
            for name in named:
                if name not in known:
                    raise ValueError(f"metering.{kind}.{name}{nearest(name, known)}")
        for name in filter(None, (self.auto.reference,)):
            cascades = {f"cascade:{each}" for each in self.cascades}
            if name not in self.models and name not in cascades:
                raise ValueError(f"auto.reference = '{name}'{nearest(name, {*self.models, *cascades})}")
        return self

    def of(self, tenant: str | None) -> Settings:
        """The settings as they are for one organisation: its own row of [routing.tenants] over what is for all."""
        own = None if tenant is None else self.routing.tenants.get(tenant)
        if own is None:
            return self
        return self.model_copy(update={"auto": self.auto.with_own(own), "routing": self.routing.with_own(own)})


def nearest(word: str, known: Any) -> str:
    """The end of a sentence about an unknown word: what was probably meant, or what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, 1, 0.6)
    if close:
        return f" is not known: did you mean '{close[0]}'?"
    return f" is not known: there is {', '.join(names) if names else 'none yet'}"


class Loaded:
    """Settings with where each value came from: `origins["server.port"]` is "default", "file PATH" or "env NAME"."""

    def __init__(self, settings: Settings, origins: dict[str, str], path: Path | None) -> None:
        self.settings = settings
        self.origins = origins
        self.path = path


def load(path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Loaded:
    """Reads `path` (else $SHOAL_CONFIG, else ./shoal.toml if there is one), then SHOAL_* variables, then `overrides`.

    Raises ConfigError with every fault found, one a line, each with its fix.
    """
    path = path or _default_path()
    layers = [(f"file {path}", _read_toml(path))] if path else []
    layers.append(("env", _read_env()))
    layers.append(("option", dict(overrides or {})))
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, values in layers:
        merged = _merge(merged, values)
        for key in _flat(values):
            origins[key] = f"env {ENV_PREFIX}{key.upper().replace('.', '__')}" if origin == "env" else origin
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(fault, origins) for fault in error.errors())) from None
    return Loaded(settings, {key: origins.get(key, "default") for key in _flat(settings.model_dump())}, path)


def secret(reference: str) -> str:
    """The key behind `env:NAME` or `file:PATH`. Raises ConfigError where it is missing or empty."""
    kind, _, where = check_reference(reference).partition(":")
    if kind == "env":
        found = os.environ.get(where, "")
        fix = f"set the environment variable {where}"
    else:
        try:
            found = Path(where).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the key file {where} cannot be read ({type(error).__name__}): mend it") from None
        fix = f"write the key into {where}"
    if not found.strip():
        raise ConfigError(f"the key {reference} is empty: {fix}")
    return found.strip()


def _default_path() -> Path | None:
    named = os.environ.get("SHOAL_CONFIG")
    if named:
        return Path(named)
    return Path("shoal.toml") if Path("shoal.toml").exists() else None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}: copy shoal.example.toml, or leave --config out") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _read_env() -> dict[str, Any]:
    tops = {name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(ENV_PREFIX) and name not in RESERVED_ENV:
            top = name.removeprefix(ENV_PREFIX).partition("__")[0]
            if top not in tops:
                raise ConfigError(
                    f"environment variable {name}: '{top.lower()}'{nearest(top.lower(), Settings.model_fields)}"
                )
    source: PydanticBaseSettingsSource = EnvSettingsSource(
        Settings,  # type: ignore[arg-type]
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        case_sensitive=False,
    )
    try:
        return source()
    except SettingsError as error:
        raise ConfigError(f"{error}: a list or a table in an environment variable is written as JSON") from None


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _merge(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _explain(fault: Any, origins: Mapping[str, str]) -> str:
    where = [str(step) for step in fault["loc"]]
    name = ".".join(where)
    origin = origins.get(name) or next((o for k, o in origins.items() if k.startswith(name + ".")), None)
    place = f"{origin}: " if origin else ""
    if fault["type"] == "extra_forbidden":
        return f"{place}'{name}'{nearest(where[-1], _fields_at(where[:-1]))}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}{name}: {message}" if name else f"{place}{message}"


def _fields_at(path: list[str]) -> list[str]:
    """The names that are valid below `path`."""
    table: type[BaseModel] = Settings
    steps = iter(path)
    for step in steps:
        if step not in table.model_fields:
            return []
        inner = _table_in(table.model_fields[step].annotation)
        if inner is None:
            return []
        if step in NAMED:
            next(steps, None)
        table = inner
    return list(table.model_fields)


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table class inside an annotation such as `Mapping[str, Host]` or `PriceRow | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_table_in, get_args(annotation))), None)
