"""Forecasts of live services: where three of them are, and how their answers are read. It opens no connection: `Fetch`
does, and is given. The forms are those that the services document; none was tried against a paid account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import orjson

from shoal.errors import ConfigError, HostGarbled
from shoal.facts.tables import nearest
from shoal.planning.curve import Curve, make_curve, points_of

G_PER_LB = 453.59237
MWH = 1000.0


class Fetch(Protocol):
    """GETs a page. Raises errors of the HostError tree."""

    async def __call__(self, url: str, headers: Mapping[str, str]) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its name, the kind of intensity that it forecasts (average or marginal), the address of a zone's
    forecast, the headers with the key, and how its answer is read."""

    name: str
    kind: str
    url: str
    headers: Callable[[str], Mapping[str, str]]
    read: Callable[[bytes], Curve]

    async def forecast(self, zone: str, key: str, fetch: Fetch, begin: str) -> Curve:
        """The zone's forecast; `begin` is a time in ISO 8601 for services that ask for one. Raises errors of the
        HostError tree."""
        address = self.url.format(zone=quote(zone, safe=""), begin=quote(begin, safe=":"))
        return self.read(await fetch(address, self.headers(key)))


def service(name: str) -> Service:
    """The service called so. Raises ConfigError that names the nearest."""
    if name not in SERVICES:
        raise ConfigError(f"service '{name}'{nearest(name, SERVICES)}; there is {', '.join(SERVICES)}")
    return SERVICES[name]


def _electricity_maps(body: bytes) -> Curve:
    return _curve(_rows(body, "forecast", "Electricity Maps"), "Electricity Maps", "carbonIntensity")


def _watttime(body: bytes) -> Curve:
    found = _parsed(body, "WattTime")
    meta = found.get("meta")
    known = isinstance(meta, dict) and meta.get("units") == "lbs_co2_per_mwh" and meta.get("signal_type") == "co2_moer"
    if not known:
        raise _garbled("WattTime")
    rows = _rows(body, "data", "WattTime")
    grams = [{**row, "value": _scaled(row.get("value"), G_PER_LB / MWH)} for row in rows]
    return _curve(grams, "WattTime", "value")


def _great_britain(body: bytes) -> Curve:
    rows = _rows(body, "data", "Carbon Intensity GB")
    flat: list[dict[str, object]] = []
    for row in rows:
        intensity = row.get("intensity")
        flat.append(
            {"from": row.get("from"), "value": intensity.get("forecast") if isinstance(intensity, dict) else None}
        )
    return _curve(flat, "Carbon Intensity GB", "value")


def _scaled(value: object, factor: float) -> object:
    return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else value


def _parsed(body: bytes, source: str) -> dict[str, object]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _garbled(source) from None
    if not isinstance(found, dict):
        raise _garbled(source)
    return found


def _rows(body: bytes, name: str, source: str) -> list[dict[str, object]]:
    rows = _parsed(body, source).get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _garbled(source)
    return rows


def _curve(rows: list[dict[str, object]], source: str, column: str) -> Curve:
    try:
        return make_curve(points_of(rows, source, column), source)
    except ConfigError:
        raise _garbled(source) from None


def _garbled(source: str) -> HostGarbled:
    return HostGarbled(f"{source} answered something that is not its form: give a file with --forecast", host=source)


ELECTRICITY_MAPS = Service(
    "electricity-maps",
    "average",
    "https://api.electricitymaps.com/v3/carbon-intensity/forecast?zone={zone}",
    lambda key: {"auth-token": key},
    _electricity_maps,
)
# The key is the token that its login gives, good for half an hour.
WATTTIME = Service(
    "watttime",
    "marginal",
    "https://api.watttime.org/v3/forecast?region={zone}&signal_type=co2_moer&horizon_hours=72",
    lambda key: {"authorization": f"Bearer {key}"},
    _watttime,
)
GREAT_BRITAIN = Service(
    "great-britain",
    "average",
    "https://api.carbonintensity.org.uk/intensity/{begin}/fw48h",
    lambda key: {},
    _great_britain,
)
SERVICES: Mapping[str, Service] = {each.name: each for each in (ELECTRICITY_MAPS, WATTTIME, GREAT_BRITAIN)}
