"""A key may never do more than its user may now, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shoal.config.events import EventRules
from shoal.errors import AuthenticationError, RequestError
from shoal.identity import Identity, Key, Minted, Role, mint
from shoal.identity.administration import Administration, Answer, Change
from shoal.identity.events import Events
from shoal.identity.key_admin import KeyWish, create_key
from shoal.identity.keys import lesser
from shoal.identity.people_admin import UserWish, change_user, create_user
from shoal.stores.changes import changing
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.stores.keys import SqlKeys
from shoal.stores.people import USERS, User, add_entry, change_entry, delete_entries
from tests.waiting import until

ADMIN, LEAD, MEMBER, AUDITOR, NONE = Role
ACTOR = Key("a", "default", ADMIN)
# What a key of the first role does while its user has the role of the column.
ROLES = {
    ADMIN: {ADMIN: ADMIN, LEAD: LEAD, MEMBER: MEMBER, AUDITOR: AUDITOR, NONE: None},
    LEAD: {ADMIN: LEAD, LEAD: LEAD, MEMBER: MEMBER, AUDITOR: None, NONE: None},
    MEMBER: {ADMIN: MEMBER, LEAD: MEMBER, MEMBER: MEMBER, AUDITOR: None, NONE: None},
    AUDITOR: {ADMIN: AUDITOR, LEAD: None, MEMBER: None, AUDITOR: AUDITOR, NONE: None},
}
PAIRS = [(key, owner, left) for key, row in ROLES.items() for owner, left in row.items()]


@pytest.fixture
def desk(database: Database) -> Iterator[Administration]:
    events = Events(SqlOutbox(database.engine), EventRules())
    yield Administration(database.engine, Identity(SqlKeys(database)), events, b"s" * 32)
    events.close()


def owned(keys: SqlKeys, role: Role, owner: User) -> Minted:
    """A key of that role for this user, who is put into the database as they are."""
    key = mint("k", role, user=owner.id)
    keys.add(key.stored)
    with changing(keys.engine) as connection:
        add_entry(connection, owner)
    return key


def test_every_pair_of_roles(database: Database) -> None:
    keys = SqlKeys(database)
    for number, (role, owner, left) in enumerate(PAIRS):
        key = owned(keys, role, User(f"u{number}", "default", "n", owner.value, 1.0))
        if left is None:
            with pytest.raises(AuthenticationError, match="ask an admin"):
                Identity(keys).authenticate(key.token)
        else:
            assert Identity(keys).authenticate(key.token).role is left, (role, owner)


@pytest.mark.parametrize(("one", "other", "left"), PAIRS)
def test_the_lesser_of_two_is_the_same_from_both_sides(one: Role, other: Role, left: Role | None) -> None:
    assert lesser(one, other) is lesser(other, one) is left


def test_a_user_who_is_off_away_or_elsewhere_has_no_keys(database: Database) -> None:
    keys, there = SqlKeys(database), User("u", "default", "n", "admin", 1.0)
    wrong = (replace(there, disabled=2.0), replace(there, id="v", tenant="south"), replace(there, id="w"))
    made = [owned(keys, MEMBER, user) for user in wrong]
    with changing(keys.engine) as connection:
        delete_entries(connection, User, USERS.c.id == "w")
    for key in made:
        with pytest.raises(AuthenticationError):
            Identity(keys).authenticate(key.token)


def test_other_replicas_notice_a_role_that_was_taken_away_or_given_back(
    database: Database, desk: Administration
) -> None:
    keys = SqlKeys(database)
    key = owned(keys, ADMIN, User("u", "default", "n", "admin", 1.0))
    identity = Identity(keys)
    identity.watch()
    try:
        assert identity.authenticate(key.token).role is ADMIN
        for role in (MEMBER, ADMIN):
            desk.change(ACTOR, lambda change, role=role: change_user(change, "u", {"role": role.value}))  # type: ignore[misc]
            until(lambda: identity.recall(key.token) is None)
            assert identity.authenticate(key.token).role is role
    finally:
        identity.close()


def test_a_key_that_is_more_than_its_user_is_not_made(database: Database, desk: Administration) -> None:
    for role, owner, left in PAIRS:

        def make(change: Change, role: Role = role, owner: Role = owner) -> Answer:
            user = str((create_user(change, UserWish("n", role=MEMBER)).body or {})["id"])
            change_entry(change.connection, User, USERS.c.id == user, role=owner.value)
            return create_key(change, KeyWish("k", role, user=user))

        if left is role:
            assert (desk.change(ACTOR, make).body or {})["role"] == role
        else:
            with pytest.raises(RequestError, match=f"'{owner}'"):
                desk.change(ACTOR, make)
