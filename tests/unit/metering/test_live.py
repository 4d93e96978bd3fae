"""Live grid intensity: replies in the form that the services document, caching, and the fall-back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from shoal.errors import HostTimeout
from shoal.metering.live import ELECTRICITY_MAPS, GREAT_BRITAIN, SERVICES, WATTTIME, LiveGrid, Service

MAPS = (
    b'{"zone":"DE","carbonIntensity":302,"datetime":"2026-11-22T16:00:00.000Z","updatedAt":"2026-11-22T16:07:00.000Z",'
    b'"emissionFactorType":"lifecycle","isEstimated":false,"estimationMethod":null}'
)
WATT = (
    b'{"data":[{"point_time":"2026-11-22T16:00:00+00:00","value":870.0}],"meta":{"region":"CAISO_NORTH",'
    b'"signal_type":"co2_moer","units":"lbs_co2_per_mwh","model":{"date":"2026-03-01"}}}'
)
BRITAIN = (
    b'{"data":[{"from":"2026-11-22T16:00Z","to":"2026-11-22T16:30Z",'
    b'"intensity":{"forecast":156,"actual":149,"index":"moderate"}}]}'
)
SIXTEEN = 1_795_363_200.0


class Wire:
    """Answers with its replies one by one; None is a time-out."""

    def __init__(self, *replies: bytes | None) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    async def __call__(self, url: str, headers: Mapping[str, str]) -> bytes:
        self.asked.append((url, headers))
        reply = self.replies.pop(0)
        if reply is None:
            raise HostTimeout("too slow", host="grid")
        return reply


@pytest.mark.parametrize(
    ("service", "body", "quantity", "value"),
    [
        (ELECTRICITY_MAPS, MAPS, "average", 302),
        (WATTTIME, WATT, "marginal", 394.625),
        (GREAT_BRITAIN, BRITAIN, "average", 149),
        (GREAT_BRITAIN, BRITAIN.replace(b"149", b"null"), "average", 156),
    ],
)
def test_replies_are_read(service: Service, body: bytes, quantity: str, value: float) -> None:
    reading = service.read(body)
    assert (reading.quantity, reading.at) == (quantity, SIXTEEN)
    assert reading.gco2e_per_kwh == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize("service", list(SERVICES.values()), ids=list(SERVICES))
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b'{"data":[]}', b'{"data":[7],"meta":{}}', b'{"data":[{"intensity":7}]}'),
        *(MAPS.replace(b"302", b'"302"'), MAPS.replace(b"302", b"-1"), MAPS.replace(b"302", b"1e9")),
        *(MAPS.replace(b"2026-11-22T16:00:00.000Z", b"now"), MAPS.replace(b"302", b"true")),
        *(WATT.replace(b"lbs_co2_per_mwh", b"lbs"), WATT.replace(b"870.0", b"null"), BRITAIN.replace(b"149", b'"x"')),
    ],
)
def test_what_is_not_a_reply_leaves_the_yearly_value(service: Service, body: bytes) -> None:
    async def read() -> None:
        assert await LiveGrid(service, "k", Wire(body)).now("DE", 0.0) is None

    asyncio.run(read())


def test_a_reading_is_kept_and_then_asked_for_again() -> None:
    async def run() -> None:
        wire = Wire(MAPS, MAPS.replace(b"302", b"250"))
        live = LiveGrid(ELECTRICITY_MAPS, "secret", wire, fresh_s=300)
        values = [await live.now("DE", at) for at in (0.0, 299.0, 300.0)]
        assert [each.gco2e_per_kwh for each in values if each is not None] == [302, 302, 250]
        assert [url.rpartition("=")[2] for url, _ in wire.asked] == ["DE", "DE"]
        assert wire.asked[0][1] == {"auth-token": "secret"}

    asyncio.run(run())


def test_while_the_service_fails_the_last_reading_holds_for_a_while() -> None:
    async def run() -> None:
        wire = Wire(MAPS, None, None, None)
        live = LiveGrid(ELECTRICITY_MAPS, "", wire, fresh_s=300, stale_s=700)
        found = [await live.now("DE", at) for at in (0.0, 300.0, 310.0, 650.0, 960.0)]
        assert [each is not None for each in found] == [True, True, True, True, False]
        assert len(wire.asked) == 4

    asyncio.run(run())


def test_many_at_once_ask_once() -> None:
    async def run() -> None:
        wire = Wire(MAPS)
        live = LiveGrid(ELECTRICITY_MAPS, "", wire)
        assert all(await asyncio.gather(*(live.now("DE", 0.0) for _ in range(20))))
        assert len(wire.asked) == 1

    asyncio.run(run())


def test_a_zone_cannot_reach_beyond_its_place_in_the_address() -> None:
    assert ELECTRICITY_MAPS.address("DE&x=1/..").endswith("zone=DE%26x%3D1%2F..")


def test_a_name_and_password_give_a_token_that_is_used_until_it_is_old() -> None:
    async def run() -> None:
        login, wire = b'{"token":"T1"}', Wire()
        wire.replies = [login, WATT, WATT, b'{"token":"T2"}', WATT]
        live = LiveGrid(WATTTIME, "me:secret", wire, fresh_s=300)
        for at in (0.0, 300.0, 1600.0):
            assert await live.now("CAISO_NORTH", at) is not None
        assert [headers["authorization"] for _, headers in wire.asked] == [
            *("Basic bWU6c2VjcmV0", "Bearer T1", "Bearer T1", "Basic bWU6c2VjcmV0", "Bearer T2")
        ]

    asyncio.run(run())


@pytest.mark.parametrize("login", [None, b"{}", b'{"token":7}', b'{"token":""}', b"no json"])
def test_a_login_that_fails_is_a_fault_and_is_tried_again(login: bytes | None) -> None:
    async def run() -> None:
        wire = Wire(login, b'{"token":"T"}', WATT)
        live = LiveGrid(WATTTIME, "me:secret", wire, fresh_s=300)
        assert await live.now("Z", 0.0) is None
        assert live.fault is not None
        assert "secret" not in live.fault
        assert await live.now("Z", 300.0) is not None
        assert live.fault is None

    asyncio.run(run())
