"""Persons: the same one has the same hash at one tenant, another at every other, and none once the salt is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from shoal.stores.database import Database
from shoal.stores.salts import TENANT_SALTS, SqlSalts
from shoal.trust.keys import RootKey
from shoal.trust.retention.person import Persons, hashed, user_of

ROOT = RootKey(b"k" * 32)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


def persons(database: Database, *ticks: float, root: RootKey = ROOT) -> Persons:
    times = iter(ticks)
    return Persons(SqlSalts(database), root, (lambda: next(times)) if ticks else lambda: 0.0)


def test_a_hash_is_of_one_tenant_one_root_key_and_one_salt(database: Database) -> None:
    first = persons(database).person_of("north", "jane")
    assert first is not None
    assert len(first) == 32
    assert persons(database).person_of("north", "jane") == first
    others = [
        persons(database).person_of("south", "jane"),
        persons(database).person_of("north", "john"),
        persons(database, root=RootKey(b"o" * 32)).person_of("north", "jane"),
    ]
    assert len({first, *others}) == 4
    with database.engine.begin() as connection:
        connection.execute(delete(TENANT_SALTS))
    assert persons(database).person_of("north", "jane") != first


def test_a_salt_that_another_process_destroys_is_soon_forgotten(database: Database) -> None:
    running = persons(database, 0.0, 0.0, 0.5, 1.5, 1.5)
    first = running.person_of("north", "jane")
    with database.engine.begin() as connection:
        connection.execute(delete(TENANT_SALTS))
    assert running.person_of("north", "jane") == first
    assert running.person_of("north", "jane") != first


def test_a_person_is_known_by_every_tenant_that_named_one(database: Database) -> None:
    found = persons(database)
    hashes = {tenant: found.person_of(tenant, "jane") for tenant in ("north", "south")}
    assert dict(found.known("jane")) == hashes
    assert found.known("jane", "south") == [("south", hashes["south"])]
    assert found.known("jane", "elsewhere") == []
    assert SqlSalts(database).tenants() == ["north", "south"]


def test_nobody_has_no_hash_and_makes_no_salt(database: Database) -> None:
    assert persons(database).person_of("north", None) is persons(database).person_of("north", "") is None
    assert SqlSalts(database).tenants() == []


def test_a_request_does_not_fail_with_the_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    running = persons(database, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0)
    first = running.person_of("north", "jane")

    def broken(*_: object) -> None:
        raise OperationalError("", {}, Exception("locked"))

    monkeypatch.setattr(SqlSalts, "find", broken)
    assert running.person_of("north", "jane") == first
    assert running.person_of("south", "jane") is None


@given(st.text(min_size=1))
def test_any_name_can_be_hashed(name: str) -> None:
    assert len(hashed(b"key", b"salt", name)) == 32


@pytest.mark.parametrize(
    ("options", "user"),
    [
        ({}, None),
        ({"user": "jane"}, "jane"),
        ({"user": "old", "safety_identifier": "new"}, "new"),
        ({"user": ""}, None),
        ({"user": 5}, None),
        ({"user": "jane", "safety_identifier": None}, "jane"),
    ],
)
def test_whom_a_request_names(options: dict[str, object], user: str | None) -> None:
    assert user_of(options) == user
