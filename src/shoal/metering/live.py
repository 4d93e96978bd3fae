"""Live grid intensity: what three services say of a zone now, kept for a while, with the yearly value to fall back to.

It opens no connection: `Fetch` does, and is given. Readings are for the factors of an hour (`live_factors.py`), not for
the way of a request. The forms are those that the services document; none was tried against a paid account.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

import orjson

from shoal.errors import HostError, HostGarbled
from shoal.facts.fact import Fact, Source

G_PER_LB = 453.59237
UNIT = "gCO2e/kWh"
LARGEST = 10_000.0
# A token is good for half an hour.
TOKEN_S = 1500.0


class Fetch(Protocol):
    """GETs a page. Raises errors of the HostError tree."""

    async def __call__(self, url: str, headers: Mapping[str, str]) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a grid emits at the time `at` (Unix seconds): `quantity` is "average" or "marginal"."""

    quantity: str
    gco2e_per_kwh: float
    at: float
    source: str

    def fact(self, subject: str) -> Fact:
        """The reading as a fact of its year; its source says the hour and minute."""
        value, when = self.gco2e_per_kwh, datetime.fromtimestamp(self.at, UTC)
        title = f"{self.source}, live at {when:%Y-%m-%d %H:%M} UTC"
        known = Source(self.source, title, self.source, "", self.source, "live", "a live reading")
        return Fact(subject, self.quantity, value, value, value, UNIT, when.year, known)


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its name, the address of a zone's latest value, the headers with the key, and how its reply is read;
    `login` the address that gives a token for a key of the form NAME:PASSWORD, None where the key is all."""

    name: str
    url: str
    headers: Callable[[str], Mapping[str, str]]
    read: Callable[[bytes], Reading]
    login: str | None = None

    def address(self, zone: str) -> str:
        """Where the zone's latest value is."""
        return self.url.format(zone=quote(zone, safe=""))


class LiveGrid:
    """Readings of one service, kept for `fresh_s` seconds and, while it fails, used up to `stale_s`; `fault` says why
    it failed last, None where it did not."""

    def __init__(
        self, service: Service, key: str, fetch: Fetch, *, fresh_s: float = 300.0, stale_s: float = 3600.0
    ) -> None:
        self._service = service
        self._key = key
        self._token: tuple[float, str] | None = None
        self._fetch = fetch
        self.fault: str | None = None
        self._fresh_s, self._stale_s = fresh_s, stale_s
        self._kept: dict[str, tuple[float, Reading]] = {}
        self._tried: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def now(self, zone: str, at: float) -> Reading | None:
        """The zone's reading at `at` seconds of any one clock; None where there is none that is not too old: then the
        yearly value holds. A service that fails is asked again after `fresh_s`, not sooner."""
        async with self._locks.setdefault(zone, asyncio.Lock()):
            if at - self._tried.get(zone, float("-inf")) >= self._fresh_s:
                self._tried[zone] = at
                await self._renew(zone, at)
        fetched, reading = self._kept.get(zone, (float("-inf"), None))
        return reading if at - fetched < self._stale_s else None

    async def _renew(self, zone: str, at: float) -> None:
        try:
            headers = self._service.headers(await self._authorised(at))
            body = await self._fetch(self._service.address(zone), headers)
            self._kept[zone] = (at, self._service.read(body))
            self.fault = None
        except HostError as error:
            # The last reading holds until it is too old, and after it the yearly value.
            self.fault, self._token = error.message, None

    async def _authorised(self, at: float) -> str:
        """The key, or the token that the service gives for it."""
        login = self._service.login
        if login is None or ":" not in self._key:
            return self._key
        if self._token is None or at - self._token[0] >= TOKEN_S:
            basic = b64encode(self._key.encode()).decode()
            answer = await self._fetch(login, {"authorization": f"Basic {basic}"})
            found = _parsed(answer, self._service.name).get("token")
            if not isinstance(found, str) or not found:
                raise _garbled(self._service.name)
            self._token = at, found
        return self._token[1]


def _electricity_maps(body: bytes) -> Reading:
    found = _parsed(body, "Electricity Maps")
    return _reading("average", found, "carbonIntensity", found.get("datetime"), "Electricity Maps")


def _watttime(body: bytes) -> Reading:
    found = _parsed(body, "WattTime")
    points, meta = found.get("data"), found.get("meta")
    if not isinstance(points, list) or not points or not isinstance(points[0], dict) or not isinstance(meta, dict):
        raise _garbled("WattTime")
    if meta.get("units") != "lbs_co2_per_mwh" or meta.get("signal_type") != "co2_moer":
        raise _garbled("WattTime")
    return _reading("marginal", points[0], "value", points[0].get("point_time"), "WattTime", G_PER_LB / 1000)


def _great_britain(body: bytes) -> Reading:
    points = _parsed(body, "Carbon Intensity GB").get("data")
    if not isinstance(points, list) or not points or not isinstance(points[0], dict):
        raise _garbled("Carbon Intensity GB")
    intensity = points[0].get("intensity")
    if not isinstance(intensity, dict):
        raise _garbled("Carbon Intensity GB")
    # What was measured is there only after its half-hour has ended.
    name = "forecast" if intensity.get("actual") is None else "actual"
    return _reading("average", intensity, name, points[0].get("from"), "Carbon Intensity GB")


def _parsed(body: bytes, source: str) -> dict[str, object]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _garbled(source) from None
    if not isinstance(found, dict):
        raise _garbled(source)
    return found


def _reading(
    quantity: str, found: Mapping[str, object], name: str, when: object, source: str, factor: float = 1.0
) -> Reading:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(when, str):
        raise _garbled(source)
    try:
        at = datetime.fromisoformat(when).timestamp()
    except ValueError:
        raise _garbled(source) from None
    if not 0 <= value * factor <= LARGEST:
        raise _garbled(source)
    return Reading(quantity, value * factor, at, source)


def _garbled(source: str) -> HostGarbled:
    return HostGarbled(f"{source} answered something that is not its form: the yearly value is used", host=source)


ELECTRICITY_MAPS = Service(
    "electricity-maps",
    "https://api.electricitymaps.com/v3/carbon-intensity/latest?zone={zone}",
    lambda key: {"auth-token": key},
    _electricity_maps,
)
WATTTIME = Service(
    "watttime",
    "https://api.watttime.org/v3/forecast?region={zone}&signal_type=co2_moer&horizon_hours=0",
    lambda key: {"authorization": f"Bearer {key}"},
    _watttime,
    login="https://api.watttime.org/login",
)
GREAT_BRITAIN = Service("great-britain", "https://api.carbonintensity.org.uk/intensity", lambda key: {}, _great_britain)
SERVICES: Mapping[str, Service] = {each.name: each for each in (ELECTRICITY_MAPS, WATTTIME, GREAT_BRITAIN)}
