"""The folders in which a gateway is watched, and the settings it gets there: the operator's own rules, other hosts.

Everything that the gateway may write lies below one folder, which is searched afterwards. It starts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoal.config import Settings
from shoal.trust.retention.proof.routes import DIALECTS

UNREACHABLE = "unreachable"
PATIENT = "patient"
HASTY = "hasty"
PLACES: Mapping[str, str] = {
    "data": "data directory",
    "crashed": "data directory after the crash",
    "audit": "audit folder",
    "logs": "log output",
    "temporary": "temporary files",
    "home": "the user's folders",
    "work": "working folder (core dumps)",
}
# So long that a busy machine is not taken for a host that says nothing.
WAITS = {"connect_s": 20, "first_s": 30, "idle_s": 30, "retries": 0}
# What never says more, and how long a run waits for that.
NEVER_MORE = ("silent", "stalls")
SHORT = {"first_s": 0.4, "idle_s": 0.4}
# What names services, models or files of the operator's: none of them is to count canaries.
ELSEWHERE = (
    *(("metering", name) for name in ("hosts", "models", "baseline")),
    *(("server", name) for name in ("database", "metrics_bind", "workers")),
    *(("limits", name) for name in ("store", "rates")),
    *(("identity", name) for name in ("oidc", "admin_key")),
    ("events", "webhooks"),
    ("routing", "route"),
)
# So that the counters of limits are searched too.
WIDE = {"wide": {"of": "key", "requests": 1_000_000}}
# Where routes learn: the small model that is certified, the model it is compared with, and who judges both answers.
SMALL, REFERENCE, JUDGE = "anthropic/briefly", "openai/echo", "openai/judge"
LEARNED_SHARE = 0.05
PROMISES = {"retention": "none", "trains_on_data": False}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One folder for each thing that a gateway writes."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> Sandbox:
        """With its folders, below a `root` that does not exist yet."""
        root.mkdir(mode=0o700)
        for name in PLACES:
            (root / name).mkdir(mode=0o700)
        return cls(root)

    def __getitem__(self, name: str) -> Path:
        return self.root / name

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def learning(self) -> Path:
        """The settings of a gateway whose routes learn."""
        return self.root / "learning.toml"

    def environment(self) -> dict[str, str]:
        """What differs in the environment of the gateway."""
        return {
            "HOME": str(self["home"]),
            "XDG_CONFIG_HOME": str(self["home"] / "config"),
            "XDG_DATA_HOME": str(self["home"] / "data"),
            "XDG_CACHE_HOME": str(self["home"] / "cache"),
            "TMPDIR": str(self["temporary"]),
            "PYTHONFAULTHANDLER": "",
        }

    def write_settings(self, settings: Settings, host_url: str, nobody_url: str, models: Iterator[str]) -> None:
        """Writes the operator's settings with what must differ: where data lies, which hosts there are, how long it
        waits; what would go to other services of the operator is left out. Rules of trust, audit, plug-ins and
        grounding stay as they are."""
        tables = settings.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        tables["server"] = {**tables.get("server", {}), **self._server()}
        tables["hosts"], tables["models"] = _hosts(settings, host_url, nobody_url), dict(_models(models))
        tables["auto"] = {**tables.get("auto", {}), "reference": REFERENCE}
        tables["audit"] = {**tables.get("audit", {}), **self._audit()}
        tables.setdefault("grounding", {})["fallback"] = "shoal-docs"
        for table, name in ELSEWHERE:
            tables.get(table, {}).pop(name, None)
        tables.pop("cascades", None)
        tables["budgets"] = WIDE
        if "otlp" in tables.get("telemetry", {}):
            # The operator's collector is not to count canaries; what is sent goes where nobody is.
            tables["telemetry"] = {"otlp": nobody_url, "interval_s": 1}
        trust = tables.get("trust", {})
        trust.pop("root_key", None)
        for masking in (trust.get("masking"), *(each.get("masking") for each in trust.get("tenants", {}).values())):
            _absolute(masking)
        _write(self.settings, tables)
        _write(self.learning, _learning(tables, self.root.parent / "route"))

    def _server(self) -> dict[str, Any]:
        limits = {"max_body_mb": 1, "body_s": 2, "drain_s": 0.5}
        return {"host": "127.0.0.1", "port": 0, "data_dir": str(self["data"]), "log_level": "debug", **limits}

    def _audit(self) -> dict[str, Any]:
        return {"folder": str(self["audit"]), "sink": f"file:{self['audit'] / 'sink.jsonl'}", "head_s": 0.5}


def _hosts(settings: Settings, host_url: str, nobody_url: str) -> dict[str, Any]:
    """A host for each dialect, where the operator's rules of placement let content go, and one that nobody is at."""
    region = next(iter(settings.trust.placement.regions), None)
    limits = {**WAITS, **PROMISES, **({"region": region} if region else {})}
    hosts = {name: {"dialect": name, "base_url": host_url, **limits} for name in DIALECTS}
    hasty = {f"{HASTY}-{name}": {**row, **SHORT} for name, row in hosts.items()}
    patient = {"dialect": "openai", "base_url": host_url, **limits, "first_s": 60}
    return {**hosts, **hasty, PATIENT: patient, UNREACHABLE: {"dialect": "openai", "base_url": nobody_url, **limits}}


def _models(behaviours: Iterator[str]) -> Iterator[tuple[str, dict[str, str]]]:
    for behaviour in behaviours:
        for dialect in DIALECTS:
            host = f"{HASTY}-{dialect}" if behaviour in NEVER_MORE else dialect
            yield f"{dialect}/{behaviour}", {"host": host, "upstream": behaviour}
    yield f"openai/{UNREACHABLE}", {"host": UNREACHABLE, "upstream": UNREACHABLE}
    yield f"{PATIENT}/silent", {"host": PATIENT, "upstream": "silent"}


def _learning(tables: dict[str, Any], route: Path) -> dict[str, Any]:
    """The same where content is kept, a route is certified, and both explores and asks shadows as often as may be. No
    conversation stays with its model, so that each request is drawn anew."""
    rules = {"route": str(route), "shadow": LEARNED_SHARE, "shadow_judge": JUDGE, "explore": LEARNED_SHARE}
    kept = tables["audit"].get("tenants", {})
    prices = {SMALL: 1, REFERENCE: 10}
    models = {
        name: {**row, **({"price": {"input": prices[name], "output": prices[name]}} if name in prices else {})}
        for name, row in tables["models"].items()
    }
    return {
        **tables,
        "models": models,
        "auto": {"reference": REFERENCE, "candidates": [], "weights": {"energy": 0, "carbon": 0, "latency": 0}},
        "routing": {**rules, "mode": "enforce", "sticky_s": 0},
        "audit": {**tables["audit"], "tenants": {**kept, "default": {**kept.get("default", {}), "content": "masked"}}},
    }


def _write(path: Path, tables: Mapping[str, Any]) -> None:
    path.write_text("".join(f"{_key(name)} = {_toml(table)}\n" for name, table in tables.items()))


def _absolute(masking: dict[str, Any] | None) -> None:
    """Lists of terms are named from where the operator stands."""
    lists = (masking or {}).get("gazetteers", {})
    for kind, path in lists.items():
        lists[kind] = str(Path(path).expanduser().absolute())


def _toml(value: Any) -> str:
    """One value as TOML: its strings are those of JSON, its tables stand on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
