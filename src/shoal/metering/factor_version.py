"""A version of the factors: everything that a record's figures depend on, in a form that can be kept, and the meters
made again from it. It opens no database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import orjson
import structlog

from shoal.call import Price
from shoal.errors import StorageError
from shoal.facts.fact import Fact
from shoal.facts.grid import subject_of
from shoal.facts.noted import Noted, of_row, of_rows, to_row
from shoal.facts.tables import Facts
from shoal.impacts import METHOD, Range
from shoal.metering.estimator import Rates
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering, build
from shoal.stores.factor_versions import FactorVersion

DIGITS = 12
GRID = "grid"
RATES = ("once_wh", "token_wh", "once_embodied_g", "token_embodied_g", "once_materials_g", "token_materials_g")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an estimator said, kept: a library is not asked again every hour."""

    said: Mapping[tuple[str, str], Rates | None]

    def rates(self, provider: str, model: str) -> Rates | None:
        """As it was said."""
        return self.said.get((provider, model))


@dataclass(frozen=True, slots=True)
class Setting:
    """What meters are built from besides the facts: the models, the machines of this process, what an estimator said,
    and how counters are shared (`counting`, in a form that JSON holds)."""

    models: tuple[Metered, ...]
    here: Metered
    asked: Asked = Asked({})
    counting: Mapping[str, Any] | None = None

    def build(self, facts: Facts) -> Metering:
        """The meters. Raises ConfigError as `metering.build` does."""
        return build(self.models, facts, self.asked, self.here)


def build_version(setting: Setting, facts: Facts) -> tuple[Metering, FactorVersion]:
    """The meters, and all that they rest on, under the name that records say. Raises ConfigError as `build` does."""
    regions = {model.region for model in (*setting.models, setting.here) if model.region is not None}
    subjects = {region: subject_of(facts, region) for region in regions}
    setting = _with_subjects(setting, subjects)
    rest: dict[str, Any] = {
        "models": [asdict(model) for model in setting.models],
        "here": asdict(setting.here),
        "said": [[*names, _rates_row(rates)] for names, rates in sorted(setting.asked.said.items())],
        "counting": setting.counting,
    }
    noted = Noted(facts, _name(rest, facts.version))
    metering = setting.build(noted)
    rows = noted.noted
    named = {*subjects.values(), *(fact.subject for topic, fact in rows if topic == GRID)}
    rest["figures"] = [to_row(topic, fact) for topic, fact in rows if topic != GRID]
    rest["zones"] = {name: facts.zones[name] for name in sorted(named) if name in facts.zones}
    grid = [to_row(topic, fact) for topic, fact in rows if topic == GRID]
    return metering, FactorVersion(noted.version, METHOD, facts.version, grid, rest)


def _name(rest: Mapping[str, Any], facts: str) -> str:
    """A digest of the settings, the version of the facts and the method, and after it the mark of a live reading, which
    the version of the facts ends with."""
    base, plus, mark = facts.partition("+")
    body = orjson.dumps([METHOD, base, rest], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()[:DIGITS] + plus + mark


@dataclass(frozen=True, slots=True)
class Restored:
    """A version made usable again: `metering` computes as it did then; `models` and `figures` (with their topics) are
    what it rests on."""

    version: FactorVersion
    metering: Metering
    models: Mapping[str, Metered]
    facts: Facts
    figures: Sequence[tuple[str, Fact]]
    asked: Asked
    here: Metered


def restored(version: FactorVersion) -> Restored:
    """The meters as they were under that version. Raises ConfigError where this Shoal needs figures that it did not
    read then."""
    rest = version.rest
    rows = [*version.grid, *rest["figures"]]
    facts = of_rows(rows, rest["zones"], version.name)
    models = tuple(_metered(each) for each in rest["models"])
    asked = Asked({(provider, model): _rates(row) for provider, model, row in rest["said"]})
    here = _metered(rest["here"])
    metering = Setting(models, here, asked).build(facts)
    by_name = {model.name: model for model in models}
    return Restored(version, metering, by_name, facts, [of_row(row) for row in rows], asked, here)


class VersionStore(Protocol):
    """Where versions are kept. Raises StorageError."""

    def put(self, version: FactorVersion, since: float) -> None: ...

    def put_aside(self, version: FactorVersion, since: float) -> None: ...

    def take_up(self) -> None: ...


class KeptVersions:
    """Writes versions down; while the database is out of order they are put aside on disk, or where that fails too wait
    in memory, and are tried again."""

    def __init__(self, store: VersionStore, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._waiting: dict[str, tuple[FactorVersion, float]] = {}

    def keep(self, version: FactorVersion) -> None:
        """Writes the version down, in the database or beside it; so it outlives this process before it is in force."""
        self._waiting.setdefault(version.name, (version, self._clock()))
        self.write()

    def write(self) -> None:
        """Writes what waits."""
        try:
            for name, (version, since) in tuple(self._waiting.items()):
                self._store.put(version, since)
                del self._waiting[name]
            self._store.take_up()
        except StorageError as error:
            structlog.get_logger("shoal.metering").warning("factors_not_written", cause=error.message)
            self._put_aside()

    def _put_aside(self) -> None:
        try:
            for name, (version, since) in tuple(self._waiting.items()):
                self._store.put_aside(version, since)
                del self._waiting[name]
        except StorageError as error:
            structlog.get_logger("shoal.metering").warning("factors_not_put_aside", cause=error.message)


def _with_subjects(setting: Setting, subjects: Mapping[str, str]) -> Setting:
    """Regions by the names of the facts: other names of them are not kept."""

    def named(model: Metered) -> Metered:
        return model if model.region is None else replace(model, region=subjects[model.region])

    return replace(setting, models=tuple(map(named, setting.models)), here=named(setting.here))


def _metered(row: Mapping[str, Any]) -> Metered:
    price = row["price"]
    return Metered(**{**row, "price": None if price is None else Price(**price)})


def _rates_row(rates: Rates | None) -> dict[str, Any] | None:
    if rates is None:
        return None
    ranges = {name: getattr(rates, name) for name in RATES}
    ends = {name: [each.low, each.expected, each.high] for name, each in ranges.items()}
    return {**ends, "zone": rates.zone, "says": rates.says}


def _rates(row: Mapping[str, Any] | None) -> Rates | None:
    if row is None:
        return None
    ranges: dict[str, Any] = {name: Range(*row[name]) for name in RATES}
    return Rates(**ranges, zone=row["zone"], says=row["says"])
