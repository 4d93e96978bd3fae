"""Keys: their form, their check, and what a wrong one gets."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.errors import AuthenticationError, ConfigError, PermissionDenied
from shoal.identity import Identity, Key, Role, mint
from shoal.identity.keys import key_id
from shoal.stores.database import Database
from shoal.stores.keys import SqlKeys


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
