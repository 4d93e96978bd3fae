"""What can be done with organisations: an operator makes and deletes them, their admins look after the rest. It knows
no endpoint."""

from __future__ import annotations

from sqlalchemy import true

from shoal.chat import Json
from shoal.errors import Conflict, PermissionDenied
from shoal.identity.administration import Answer, Change, expect
from shoal.identity.bounds import check_id, check_name
from shoal.identity.key_admin import KeyWish, create_key
from shoal.identity.keys import DEFAULT_TENANT, Key, Role
from shoal.identity.people_admin import After, end_keys
from shoal.identity.rights import Thing, admit_change, admit_read, reach
from shoal.stores.changes import LIMITS, count
from shoal.stores.keys import KEYS
from shoal.stores.limit_rules import RULES, delete_rules
from shoal.stores.people import (
    ORGANISATIONS,
    TEAMS,
    USERS,
    Organisation,
    Team,
    User,
    add_entry,
    change_entry,
    delete_entries,
    entries_page,
    entry_at,
)


def organisation_wire(found: Organisation) -> Json:
    """The organisation as it is shown."""
    return {"object": "shoal.organisation", "id": found.id, "name": found.name, "created": found.created}


def create_organisation(change: Change, tenant: str, name: str) -> Answer:
    """The new organisation, with the written form of its first admin key under `key`, this once. Raises Conflict,
    PermissionDenied."""
    _admit_operator(change.actor)
    check_id(tenant)
    check_name(name)
    if entry_at(change.connection, Organisation, ORGANISATIONS.c.id == tenant) is not None:
        raise Conflict("there is an organisation of that id: choose another id")
    made = Organisation(tenant, name, change.now)
    add_entry(change.connection, made)
    change.note("organisation.created", change.actor.tenant, organisation=tenant)
    first = Change(change.connection, Key(change.actor.id, tenant, Role.ADMIN), change.now, change.notes)
    key = create_key(first, KeyWish("first admin", Role.ADMIN)).body or {}
    return Answer({**organisation_wire(made), "key_id": key["id"], "key": key["key"]}, 1, 201)


def read_organisation(change: Change, tenant: str) -> Answer:
    """Raises NotFound, PermissionDenied."""
    found = entry_at(change.connection, Organisation, ORGANISATIONS.c.id == tenant)
    if found is None or not is_operator(change.actor):
        admit_read(change.actor, "organisations", None if found is None else Thing(found.id))
    assert found is not None  # or it was refused
    reach(change.actor, "organisations")
    return Answer(organisation_wire(found), found.revision)


def list_organisations(change: Change, limit: int, after: After) -> list[Organisation]:
    """The actor's own organisation; an operator sees all. Raises PermissionDenied."""
    reach(change.actor, "organisations")
    where = true() if is_operator(change.actor) else ORGANISATIONS.c.id == change.actor.tenant
    return entries_page(change.connection, Organisation, where, after, limit)


def change_organisation(change: Change, tenant: str, name: str, expected: int | None = None) -> Answer:
    """Raises NotFound, PermissionDenied, ChangedMeanwhile."""
    read = read_organisation(change, tenant)
    if not is_operator(change.actor):
        admit_change(change.actor, "organisations", Thing(tenant))
    expect(read.revision or 0, expected)
    check_name(name)
    change_entry(change.connection, Organisation, ORGANISATIONS.c.id == tenant, name=name)
    change.note("organisation.changed", tenant, organisation=tenant, fields=["name"])
    return read_organisation(change, tenant)


def delete_organisation(change: Change, tenant: str, *, with_keys: bool, expected: int | None = None) -> Answer:
    """Removes the organisation with its teams, users and limits; keys that still work are disabled, and only if
    `with_keys` says so. What it used stays in the ledger: `shoal trust erase` removes that. Raises Conflict and what
    `change_organisation` does."""
    read = read_organisation(change, tenant)
    _admit_operator(change.actor)
    if tenant == change.actor.tenant:
        raise Conflict("this is the operator's own organisation, which cannot be deleted")
    expect(read.revision or 0, expected)
    end_keys(change, KEYS.c.tenant == tenant, "organisation", with_keys=with_keys)
    delete_entries(change.connection, User, USERS.c.tenant == tenant)
    delete_entries(change.connection, Team, TEAMS.c.tenant == tenant)
    delete_rules(change.connection, RULES.c.tenant == tenant)
    count(change.connection, LIMITS)
    delete_entries(change.connection, Organisation, ORGANISATIONS.c.id == tenant)
    change.note("organisation.deleted", change.actor.tenant, organisation=tenant)
    return Answer(None, None, 204)


def is_operator(actor: Key) -> bool:
    """Whether this is an admin of the operator's own organisation, with no limit to other parts of the admin API."""
    return actor.tenant == DEFAULT_TENANT and actor.role is Role.ADMIN


def _admit_operator(actor: Key) -> None:
    actor.admit_area("organisations")
    if not is_operator(actor):
        raise PermissionDenied("organisations are made and deleted by an admin of the operator's own: ask the operator")
