"""The door: who sends wrong keys waits, who has a good one does not, whatever address they come from."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import AuthenticationError, PermissionDenied, TooManyWrongKeys
from shoal.gateway.door import Door, address_of
from shoal.identity import Identity, Role, mint
from shoal.identity.wrong_keys import WrongKeys
from shoal.stores.database import Database
from shoal.stores.keys import SqlKeys

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("1.2.3.4", "", "1.2.3.4"),
        ("1.2.3.4", "5.6.7.8", "1.2.3.4"),
        ("10.0.0.1", "5.6.7.8", "5.6.7.8"),
        ("10.0.0.1", "9.9.9.9, 5.6.7.8, 10.0.0.2", "5.6.7.8"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "not an address", "unknown"),
        ("fd00::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:3:4:5:7", "", "2001:db8:1:2::/64"),
        ("unknown", "", "unknown"),
    ],
)
def test_where_a_request_comes_from(peer: str, said: str, address: str) -> None:
    headers = {b"x-forwarded-for": said.encode()} if said else {}
    assert address_of({"client": (peer, 1)}, headers, PROXIES) == address


def test_nobody_is_believed_without_trusted_proxies() -> None:
    assert address_of({"client": ("10.0.0.1", 1)}, {b"x-forwarded-for": b"5.6.7.8"}, []) == "10.0.0.1"
    assert address_of({"client": None}, {}, PROXIES) == "unknown"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[SqlKeys]:
    database = Database(tmp_path)
    database.migrate()
    yield SqlKeys(database)
    database.close()


def asking(token: str, path: str = "/v1/models", method: str = "GET") -> dict[str, Any]:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    return {"method": method, "path": path, "headers": headers, "client": ("1.2.3.4", 1)}


def test_wrong_keys_wait_and_good_ones_do_not(keys: SqlKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(wait_s: float) -> None:
        waits.append(round(wait_s, 6))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    good, late = mint("good", Role.MEMBER), mint("late", Role.MEMBER)
    keys.add(good.stored, late.stored)
    door = Door(Identity(keys), wrong=WrongKeys(lambda: 0.0))

    async def attack() -> int:
        await door.admit(asking(good.token))
        refused = 0
        for number in range(100):
            with pytest.raises((AuthenticationError, TooManyWrongKeys)) as raised:
                await door.admit(asking(f"sk-shoal-x-{number}"))
            refused += raised.type is TooManyWrongKeys
            await door.admit(asking(good.token))
        await door.admit(asking(good.token))
        with pytest.raises(TooManyWrongKeys):
            await door.admit(asking(late.token))
        return refused

    assert asyncio.run(attack()) == 70
    assert waits == [round(number / 10, 6) for number in range(1, 21)]


def test_a_change_of_keys_locks_nobody_out_who_shares_an_address_with_a_guesser(
    keys: SqlKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(_: float) -> None:
        pass

    monkeypatch.setattr(asyncio, "sleep", sleep)
    good, ended = mint("good", Role.MEMBER), mint("ended", Role.MEMBER)
    keys.add(good.stored, ended.stored)
    identity = Identity(keys)
    door = Door(identity, wrong=WrongKeys(lambda: 0.0))

    async def ask() -> None:
        for token in (good.token, ended.token):
            await door.admit(asking(token))
        for number in range(100):
            with pytest.raises((AuthenticationError, TooManyWrongKeys)):
                await door.admit(asking(f"sk-shoal-x-{number}"))
        keys.disable(ended.stored.id, 1.0)
        identity.forget()
        await door.admit(asking(good.token))
        for kind in (AuthenticationError, TooManyWrongKeys):
            with pytest.raises(kind):
                await door.admit(asking(ended.token))

    asyncio.run(ask())


def test_what_a_key_is_limited_to(keys: SqlKeys) -> None:
    narrow = mint("narrow", Role.MEMBER, scopes={"endpoints": ("/v1/chat/*",)})
    auditor = mint("auditor", Role.AUDITOR)
    keys.add(narrow.stored, auditor.stored)
    door = Door(Identity(keys))

    async def ask() -> None:
        await door.admit(asking(narrow.token, "/v1/chat/completions", "POST"))
        await door.admit(asking(auditor.token))
        for refused in (asking(narrow.token), asking(auditor.token, "/v1/chat/completions", "POST")):
            with pytest.raises(PermissionDenied):
                await door.admit(refused)

    asyncio.run(ask())
