"""Keys: their form, their check, and what a wrong one gets."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from shoal.errors import AuthenticationError, ConfigError, PermissionDenied, StorageUnreachable
from shoal.identity import Identity, Key, Role, mint
from shoal.identity.keys import digest, key_id
from shoal.stores.database import Database
from shoal.stores.keys import SqlKeys, StoredKey
from tests.waiting import until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[SqlKeys]:
    database = Database(tmp_path)
    database.migrate()
    yield SqlKeys(database)
    database.close()


def test_a_key_has_the_agreed_form_and_only_its_digest_is_stored() -> None:
    minted = mint("x", Role.MEMBER)
    assert re.fullmatch(r"sk-shoal-[a-z2-9]{12}-[A-Za-z0-9_-]{43}", minted.token)
    assert minted.stored.digest == hashlib.sha256(minted.token.encode()).digest()
    assert minted.token not in repr(minted)


def test_the_first_keys_work(keys: SqlKeys) -> None:
    identity = Identity(keys)
    member, admin = identity.first_keys(str)
    assert identity.authenticate(admin).role is Role.ADMIN
    assert identity.authenticate(member.token).role is Role.MEMBER
    assert identity.authenticate(member.token).tenant == "default"


def test_first_keys_that_cannot_be_kept_are_not_stored(keys: SqlKeys) -> None:
    def full(token: str) -> str:
        raise ConfigError("no room")

    with pytest.raises(ConfigError):
        Identity(keys).first_keys(full)
    assert keys.all() == []


@pytest.mark.parametrize(
    "token", [None, "", "sk-shoal-", "sk-shoal-abc-", "sk-other-abc-def", "ünïcode", "sk-shoal-a-b-c"]
)
def test_a_wrong_key_is_refused(keys: SqlKeys, token: str | None) -> None:
    with pytest.raises(AuthenticationError):
        Identity(keys).authenticate(token)


def test_the_right_id_with_another_secret_is_refused(keys: SqlKeys) -> None:
    identity = Identity(keys)
    member, _ = identity.first_keys(str)
    other = f"sk-shoal-{key_id(member.token)}-{'A' * 43}"
    with pytest.raises(AuthenticationError) as raised:
        identity.authenticate(other)
    assert other not in raised.value.message


def test_a_key_disabled_elsewhere_stops_working_within_a_second(keys: SqlKeys) -> None:
    clock = Clock()
    identity = Identity(keys, clock)
    member, _ = identity.first_keys(str)
    identity.authenticate(member.token)
    assert keys.disable(member.stored.id, 1.0)
    clock.now = 1.1
    with pytest.raises(AuthenticationError, match="disabled"):
        identity.authenticate(member.token)
    assert not keys.disable(member.stored.id, 2.0)


def test_limits_of_a_key() -> None:
    key = Key("i", "t", Role.MEMBER, models=("shoal/*", "auto"), collections=("a",))
    key.admit_model("shoal/answer")
    key.admit_collection("a")
    with pytest.raises(PermissionDenied):
        key.admit_model("gpt")
    with pytest.raises(PermissionDenied):
        key.admit_collection("b")
    Key("i", "t", Role.MEMBER).admit_model("gpt")


class Fragile(SqlKeys):
    """Keys in a database that may be away, or changes while a key is read."""

    away = False
    meanwhile: Callable[[], None] | None = None

    def version(self) -> int:
        if self.away:
            raise OperationalError("", {}, Exception())
        return super().version()

    def owned(self, key_id: str) -> tuple[StoredKey, str | None] | None:
        if self.away:
            raise OperationalError("", {}, Exception())
        found = super().owned(key_id)
        if self.meanwhile is not None:
            self.meanwhile()
        return found


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Fragile]:
    database = Database(tmp_path)
    database.migrate()
    yield Fragile(database)
    database.close()


def test_a_remembered_key_is_not_read_again_until_something_changes(fragile: Fragile) -> None:
    clock = Clock()
    identity = Identity(fragile, clock)
    member, _ = identity.first_keys(str)
    identity.authenticate(member.token)
    fragile.owned = None  # type: ignore[assignment,method-assign]
    clock.now = 5.0
    assert identity.authenticate(member.token).id == member.stored.id


def test_without_the_store_remembered_keys_work_a_while_and_others_are_told_to_come_back(fragile: Fragile) -> None:
    clock = Clock()
    identity = Identity(fragile, clock)
    member, admin = identity.first_keys(str)
    identity.watch()
    try:
        identity.authenticate(member.token)
        fragile.away = True
        clock.now = 0.9
        assert identity.authenticate(member.token).id == member.stored.id
        with pytest.raises(StorageUnreachable):
            identity.authenticate(admin)
        clock.now = 61.0
        with pytest.raises(StorageUnreachable):
            identity.authenticate(member.token)
        fragile.away = False
        assert identity.authenticate(member.token).id == member.stored.id
    finally:
        identity.close()


def test_the_watch_notices_what_another_process_changes(fragile: Fragile) -> None:
    identity = Identity(fragile)
    member, _ = identity.first_keys(str)
    identity.watch()
    try:
        identity.authenticate(member.token)
        assert identity.recall(member.token) is not None
        assert fragile.disable(member.stored.id, 1.0)
        until(lambda: identity.recall(member.token) is None)
        with pytest.raises(AuthenticationError, match="disabled"):
            identity.authenticate(member.token)
    finally:
        identity.close()


def test_a_key_that_is_disabled_while_it_is_read_is_not_remembered(fragile: Fragile) -> None:
    identity = Identity(fragile)
    member, _ = identity.first_keys(str)
    fragile.meanwhile = identity.forget
    identity.authenticate(member.token)
    assert identity.recall(member.token) is None


def test_both_forms_of_a_rotated_key_work_until_the_old_one_ends(keys: SqlKeys) -> None:
    now = Clock()
    old, new = mint("old", Role.MEMBER), mint("new", Role.MEMBER)
    key = replace(new.stored, id=old.stored.id, digest=digest(old.token))
    turned = f"sk-shoal-{key.id}-{'x' * 43}"
    keys.add(replace(key, digest=digest(turned), previous=digest(old.token), previous_until=10.0, expires=20.0))
    identity = Identity(keys, now=now)
    for at, works in ((0.0, (True, True)), (9.9, (True, True)), (10.0, (False, True)), (20.0, (False, False))):
        now.now = at
        for token, good in zip((old.token, turned), works, strict=True):
            if good:
                assert identity.authenticate(token).id == key.id
            else:
                with pytest.raises(AuthenticationError):
                    identity.authenticate(token)


def test_the_operators_own_key_is_an_admin(keys: SqlKeys) -> None:
    own = "9f" * 4 + "k3jd82ls-9dk3m2nXs8fj2kQm3nd8shfU2"
    found = Identity(keys, operator=own).authenticate(own)
    assert (found.id, found.tenant, found.role) == ("operator", "default", Role.ADMIN)
    with pytest.raises(AuthenticationError):
        Identity(keys, operator=own).authenticate(own + "x")


def test_the_cache_is_bounded(keys: SqlKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.identity.identity.MOST_CACHED", 3)
    made = [mint(str(n), Role.MEMBER) for n in range(5)]
    keys.add(*(each.stored for each in made))
    identity = Identity(keys, Clock())
    for each in made:
        identity.authenticate(each.token)
    assert [identity.recall(each.token) is not None for each in made] == [False, False, True, True, True]
