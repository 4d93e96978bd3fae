"""Forecasts of live services, read from answers of the documented forms, through a scripted fetch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
import pytest

from shoal.errors import ConfigError, HostGarbled
from shoal.planning.services import ELECTRICITY_MAPS, GREAT_BRITAIN, SERVICES, WATTTIME, Service, service

HOURS = [f"2026-12-01T0{at}:00:00Z" for at in range(3)]
ANSWERS = {
    "electricity-maps": {
        "zone": "DE",
        "forecast": [{"carbonIntensity": 100 + at, "datetime": hour} for at, hour in enumerate(HOURS)],
        "updatedAt": HOURS[0],
    },
    "watttime": {
        "data": [{"point_time": hour, "value": 1000} for hour in HOURS],
        "meta": {"units": "lbs_co2_per_mwh", "signal_type": "co2_moer", "region": "CAISO_NORTH"},
    },
    "great-britain": {
        "data": [
            {
                "from": f"2026-12-01T00:{at}Z",
                "to": "later",
                "intensity": {"forecast": 200, "actual": None, "index": "high"},
            }
            for at in ("00", "30")
        ]
    },
}


WRONG = (
    (b"-5", b'{"units": "lbs_co2_per_mwh", "signal_type": "co2_moer"}'),
    (b"5", b'{"units": "percent", "signal_type": "co2_moer"}'),
    (b"5", b'{"units": "lbs_co2_per_mwh", "signal_type": "health_damage"}'),
    (b"5", b"{}"),
)


class Scripted:
    """Answers every address with the same body, and remembers what was asked."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    async def __call__(self, url: str, headers: Mapping[str, str]) -> bytes:
        self.asked.append((url, headers))
        return self.body


@pytest.mark.parametrize(
    ("known", "address", "header", "first", "step_s"),
    [
        (ELECTRICITY_MAPS, "forecast?zone=US%2FEAST", ("auth-token", "secret"), 100, 3600),
        (WATTTIME, "region=US%2FEAST&signal_type=co2_moer", ("authorization", "Bearer secret"), 453.59237, 3600),
        (GREAT_BRITAIN, "intensity/2026-12-01T00:00Z/fw48h", None, 200, 1800),
    ],
    ids=lambda value: value.name if isinstance(value, Service) else "",
)
def test_a_forecast(known: Service, address: str, header: tuple[str, str] | None, first: float, step_s: float) -> None:
    fetch = Scripted(orjson.dumps(ANSWERS[known.name]))
    curve = asyncio.run(known.forecast("US/EAST", "secret", fetch, "2026-12-01T00:00Z"))
    assert curve.begin == datetime(2026, 12, 1, tzinfo=UTC)
    assert curve.values[0] == pytest.approx(first)
    assert curve.step_s == step_s
    ((url, headers),) = fetch.asked
    assert address in url
    assert dict(headers) == ({} if header is None else dict([header]))


@pytest.mark.parametrize("known", SERVICES.values(), ids=lambda each: each.name)
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"no JSON", b"[]", b"{}", b'{"data": [], "forecast": []}', b'{"data": 5, "forecast": 5}'),
        *(b'{"data": [5], "forecast": [5]}', b'{"data": [{}, {}], "forecast": [{}, {}]}'),
        b'{"data": [{"from": "x", "intensity": 5}], "forecast": [{"datetime": "x", "carbonIntensity": 5}]}',
        *(b'{"data": [{"point_time": "2026-12-01", "value": %s}], "meta": %s}' % each for each in WRONG),
    ],
)
def test_an_answer_of_another_form(known: Service, body: bytes) -> None:
    with pytest.raises(HostGarbled, match="--forecast"):
        asyncio.run(known.forecast("DE", "secret", Scripted(body), "2026-12-01T00:00Z"))


def test_an_unknown_service_names_the_nearest() -> None:
    assert service("watttime") is WATTTIME
    with pytest.raises(ConfigError, match="'watttime'"):
        service("wattime")
    with pytest.raises(ConfigError, match="there is electricity-maps, watttime, great-britain"):
        service("zzz")
