"""What can be done with keys: made, read, changed, rotated, switched off, deleted; each within the actor's rights. It
knows no endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from shoal.chat import Json
from shoal.config import nearest
from shoal.errors import Conflict, NotFound, PermissionDenied, RequestError
from shoal.identity.administration import Answer, Change, expect
from shoal.identity.bounds import check_expires, check_id, check_name, check_scopes, check_tags
from shoal.identity.keys import SCOPES, Key, Role, digest, lesser, mint, write
from shoal.identity.rights import AREAS, Reach, Thing, admit_change, admit_read, admit_scopes, reach
from shoal.stores.keys import KEYS, StoredKey, add_keys, change_key, delete_keys, disable_keys, key_at, keys_page
from shoal.stores.people import (
    ORGANISATIONS,
    TEAMS,
    USERS,
    Organisation,
    Team,
    User,
    ensure_organisation,
    entry_at,
)

MOST_OVERLAP_S = 30 * 86_400.0
# What is told of a key; never a digest.
SHOWN = ("id", "name", "role", "team", "user", "created", "expires", "disabled", "rotated", "previous_until", "author")


@dataclass(frozen=True, slots=True)
class KeyWish:
    """A key that somebody wants: `expires` in Unix seconds; `scopes` by their names in SCOPES, None for no limit."""

    name: str
    role: Role = Role.MEMBER
    team: str | None = None
    user: str | None = None
    scopes: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    expires: float | None = None


def key_wire(key: StoredKey) -> Json:
    """The key as it is shown, without its secret and its digests."""
    scopes = {name: None if (found := getattr(key, name)) is None else list(found) for name in SCOPES}
    shown = {name: getattr(key, name) for name in SHOWN}
    return {"object": "shoal.key", **shown, "organisation": key.tenant, **scopes, "tags": dict(key.tags)}


def create_key(change: Change, wish: KeyWish) -> Answer:
    """The new key, with its written form under `key`, this once. Raises RequestError, PermissionDenied."""
    actor = change.actor
    found = reach(actor, "keys", change=True)
    team = _team_of(change, wish)
    # Whoever belongs to no team is not theirs: with a key of such a user a lead would see what that user asked.
    if found is Reach.TEAM and wish.team is None and wish.user is None:
        team = actor.team
    if found is Reach.TEAM and (team != actor.team or wish.role is not Role.MEMBER):
        raise PermissionDenied("a team lead makes keys of members of their own team alone: ask an admin")
    scopes = {name: wish.scopes.get(name) for name in SCOPES}
    _check({"name": wish.name, "tags": wish.tags, "expires": wish.expires, **scopes}, change.now)
    admit_scopes(actor, scopes)
    made = mint(
        wish.name,
        wish.role,
        tenant=actor.tenant,
        team=team,
        user=wish.user,
        scopes=scopes,
        tags=wish.tags,
        expires=wish.expires,
        author=actor.id,
    )
    if entry_at(change.connection, Organisation, ORGANISATIONS.c.id == actor.tenant) is None:
        check_id(actor.tenant, "tenant")
        ensure_organisation(change.connection, actor.tenant, change.now)
    add_keys(change.connection, made.stored)
    change.note("key.created", actor.tenant, key=made.stored.id, role=wish.role.value, team=team, user=wish.user)
    return Answer({**key_wire(made.stored), "key": made.token}, 1, 201)


def read_key(change: Change, key_id: str) -> Answer:
    """Raises NotFound, PermissionDenied."""
    key = key_at(change.connection, KEYS.c.id == key_id)
    admit_read(change.actor, "keys", _thing(key))
    assert key is not None  # or it was refused
    return Answer(key_wire(key), key.revision)


def list_keys(
    change: Change, limit: int, after: tuple[float, str] | None, team: str | None = None, user: str | None = None
) -> list[StoredKey]:
    """At most `limit` of the keys that the actor may see, oldest first. Raises PermissionDenied."""
    where = visible(change.actor)
    for column, value in ((KEYS.c.team, team), (KEYS.c.user, user)):
        where = where if value is None else and_(where, column == value)
    return keys_page(change.connection, where, after, limit)


def change_key_of(change: Change, key_id: str, wanted: Mapping[str, Any], expected: int | None = None) -> Answer:
    """Sets `name`, `tags`, `expires` or scopes, as `wanted` has them. Raises RequestError and what `read_key` does."""
    key = _changeable(change, key_id, expected)
    _check(wanted, change.now)
    admit_scopes(change.actor, {name: wanted.get(name, getattr(key, name)) for name in SCOPES})
    change_key(change.connection, key_id, **wanted)
    change.note("key.changed", key.tenant, key=key_id, fields=sorted(wanted))
    return read_key(change, key_id)


def rotate_key(change: Change, key_id: str, overlap_s: float, expected: int | None = None) -> Answer:
    """A new secret for the key, shown this once under `key`; the old one works for `overlap_s` seconds more. Id, limits
    and budgets stay. Raises Conflict and what `read_key` does."""
    key = _changeable(change, key_id, expected)
    if key.disabled is not None:
        raise Conflict("this key is disabled for good: make a new one")
    until = change.now + min(max(overlap_s, 0.0), MOST_OVERLAP_S)
    token = write(key_id)
    change_key(
        change.connection,
        key_id,
        **{"digest": digest(token), "rotated": change.now, "previous": key.digest, "previous_until": until},
    )
    change.note("key.rotated", key.tenant, key=key_id, previous_until=until)
    answer = read_key(change, key_id)
    return Answer({**(answer.body or {}), "key": token}, answer.revision)


def disable_key(change: Change, key_id: str, expected: int | None = None) -> Answer:
    """Switches the key off for good; one that is off stays so. Raises what `read_key` does."""
    key = _changeable(change, key_id, expected)
    if disable_keys(change.connection, KEYS.c.id == key_id, change.now):
        change.note("key.disabled", key.tenant, key=key_id)
    return read_key(change, key_id)


def delete_key(change: Change, key_id: str, expected: int | None = None) -> Answer:
    """Removes the key; what it did stays in the ledger under its id. Raises what `read_key` does."""
    key = _changeable(change, key_id, expected)
    delete_keys(change.connection, KEYS.c.id == key_id)
    change.note("key.deleted", key.tenant, key=key_id)
    return Answer(None, None, 204)


def visible(actor: Key) -> ColumnElement[bool]:
    """Which keys the actor may see. Raises PermissionDenied."""
    found = reach(actor, "keys")
    mine = [KEYS.c.id == actor.id, KEYS.c.user == actor.user if actor.user is not None else false()]
    if found is Reach.TEAM:
        mine.append(KEYS.c.team == actor.team)
    whose = [or_(*mine)] if found is not Reach.TENANT else []
    return and_(KEYS.c.tenant == actor.tenant, *whose)


def _check(wanted: Mapping[str, Any], now: float) -> None:
    """Raises RequestError for what no key can have."""
    if "name" in wanted:
        check_name(wanted["name"])
    if wanted.get("expires") is not None:
        check_expires(wanted["expires"], now)
    check_tags(wanted.get("tags") or {})
    check_scopes({name: wanted.get(name) for name in SCOPES})
    for area in wanted.get("areas") or ():
        if area not in AREAS:
            raise RequestError(f"'{area[:40]}'{nearest(area[:40], AREAS)}", param="areas")


def _changeable(change: Change, key_id: str, expected: int | None) -> StoredKey:
    """The key, if the actor may change it and could have made it. Raises what `read_key` does, ChangedMeanwhile."""
    key = key_at(change.connection, KEYS.c.id == key_id)
    admit_change(change.actor, "keys", _thing(key))
    assert key is not None  # or it was refused
    admit_scopes(change.actor, {name: getattr(key, name) for name in SCOPES})
    expect(key.revision, expected)
    return key


def _team_of(change: Change, wish: KeyWish) -> str | None:
    """The team of the new key: the one named, else its user's. Raises RequestError where they do not fit."""
    tenant = change.actor.tenant
    if wish.team is not None:
        where = and_(TEAMS.c.tenant == tenant, TEAMS.c.id == wish.team)
        if entry_at(change.connection, Team, where) is None:
            raise RequestError("there is no such team in your organisation: make it first", param="team")
    if wish.user is None:
        return wish.team
    user = entry_at(change.connection, User, and_(USERS.c.tenant == tenant, USERS.c.id == wish.user))
    if user is None or user.disabled is not None:
        raise RequestError("there is no such user in your organisation: make them first", param="user")
    if lesser(wish.role, Role(user.role)) is not wish.role:
        raise RequestError(
            f"this user's role is '{user.role}', and a key of theirs may do no more: make it with that role, or change "
            "the user's first",
            param="role",
        )
    if wish.team is not None and user.team != wish.team:
        raise RequestError("this user belongs to another team: leave the team out, or name theirs", param="team")
    return user.team


def _thing(key: StoredKey | None) -> Thing | None:
    return None if key is None else Thing(key.tenant, key.team, key.user, key.id, Role(key.role))


def find_key(change: Change, key_id: str) -> StoredKey:
    """The key of that id in the actor's organisation. Raises NotFound."""
    key = key_at(change.connection, and_(KEYS.c.id == key_id, KEYS.c.tenant == change.actor.tenant))
    if key is None:
        raise NotFound(f"there is no key '{key_id[:40]}' in this organisation: see 'shoal keys list'")
    return key
