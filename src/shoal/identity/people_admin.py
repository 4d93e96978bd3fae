"""What can be done with teams and users; each within the actor's rights. It knows no endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from secrets import choice
from typing import Any

from sqlalchemy import ColumnElement, and_, false, true

from shoal.chat import Json
from shoal.errors import Conflict, PermissionDenied, RequestError
from shoal.identity.administration import Answer, Change, expect
from shoal.identity.bounds import check_email, check_id, check_name
from shoal.identity.keys import ID_ALPHABET, SCOPES, Key, Role
from shoal.identity.rights import Reach, Thing, admit_change, admit_read, reach
from shoal.stores.keys import KEYS, disable_keys, live_keys, move_keys
from shoal.stores.people import (
    TEAMS,
    USERS,
    Team,
    User,
    add_entry,
    change_entry,
    delete_entries,
    entries_page,
    entry_at,
)

After = tuple[float, str] | None


@dataclass(frozen=True, slots=True)
class UserWish:
    """A user that somebody wants."""

    name: str
    email: str | None = None
    team: str | None = None
    role: Role = Role.MEMBER


def team_wire(team: Team) -> Json:
    """The team as it is shown."""
    return {
        "object": "shoal.team",
        "id": team.id,
        "name": team.name,
        "organisation": team.tenant,
        "created": team.created,
    }


def user_wire(user: User) -> Json:
    """The user as they are shown."""
    shown = asdict(user)
    del shown["revision"], shown["tenant"]
    return {"object": "shoal.user", **shown, "organisation": user.tenant}


def create_team(change: Change, team_id: str, name: str) -> Answer:
    """Raises Conflict where there is one of that id, RequestError, PermissionDenied."""
    tenant = change.actor.tenant
    admit_change(change.actor, "teams", Thing(tenant))
    check_id(team_id)
    check_name(name)
    if entry_at(change.connection, Team, _team(tenant, team_id)) is not None:
        raise Conflict("there is a team of that id in your organisation: choose another id")
    made = Team(tenant, team_id, name, change.now)
    add_entry(change.connection, made)
    change.note("team.created", tenant, team=team_id)
    return Answer(team_wire(made), 1, 201)


def read_team(change: Change, team_id: str) -> Answer:
    """Raises NotFound, PermissionDenied."""
    team = entry_at(change.connection, Team, _team(change.actor.tenant, team_id))
    admit_read(change.actor, "teams", _thing_of_team(team))
    assert team is not None  # or it was refused
    return Answer(team_wire(team), team.revision)


def list_teams(change: Change, limit: int, after: After) -> list[Team]:
    """The teams that the actor may see, oldest first. Raises PermissionDenied."""
    found, actor = reach(change.actor, "teams"), change.actor
    where: ColumnElement[bool] = TEAMS.c.tenant == actor.tenant
    if found is not Reach.TENANT:
        where = and_(where, TEAMS.c.id == actor.team if actor.team is not None else false())
    return entries_page(change.connection, Team, where, after, limit)


def change_team(change: Change, team_id: str, name: str, expected: int | None = None) -> Answer:
    """Raises NotFound, PermissionDenied, ChangedMeanwhile."""
    team = _changeable_team(change, team_id, expected)
    check_name(name)
    change_entry(change.connection, Team, _team(team.tenant, team_id), name=name)
    change.note("team.changed", team.tenant, team=team_id, fields=["name"])
    return read_team(change, team_id)


def delete_team(change: Change, team_id: str, *, with_keys: bool, expected: int | None = None) -> Answer:
    """Removes the team; its users belong to none then. Keys that still work are disabled, and only if `with_keys` says
    so. Raises Conflict and what `change_team` does."""
    team = _changeable_team(change, team_id, expected)
    end_keys(change, and_(KEYS.c.tenant == team.tenant, KEYS.c.team == team_id), "team", with_keys=with_keys)
    change_entry(change.connection, User, and_(USERS.c.tenant == team.tenant, USERS.c.team == team_id), team=None)
    delete_entries(change.connection, Team, _team(team.tenant, team_id))
    change.note("team.deleted", team.tenant, team=team_id)
    return Answer(None, None, 204)


def create_user(change: Change, wish: UserWish) -> Answer:
    """Raises RequestError where there is no such team, PermissionDenied."""
    actor = change.actor
    found = reach(actor, "users", change=True)
    team = actor.team if found is Reach.TEAM and wish.team is None else wish.team
    if found is Reach.TEAM and (team != actor.team or wish.role is not Role.MEMBER):
        raise PermissionDenied("a team lead adds members to their own team alone: ask an admin")
    _admit_role(actor, wish.role)
    _check_person({"name": wish.name, "email": wish.email})
    _check_team(change, team)
    made = User(new_user_id(), actor.tenant, wish.name, wish.role.value, change.now, team, wish.email)
    add_entry(change.connection, made)
    change.note("user.created", actor.tenant, user=made.id, role=made.role, team=team)
    return Answer(user_wire(made), 1, 201)


def read_user(change: Change, user_id: str) -> Answer:
    """Raises NotFound, PermissionDenied."""
    user = entry_at(change.connection, User, USERS.c.id == user_id)
    admit_read(change.actor, "users", _thing_of_user(user))
    assert user is not None  # or it was refused
    return Answer(user_wire(user), user.revision)


def list_users(change: Change, limit: int, after: After, team: str | None = None) -> list[User]:
    """The users that the actor may see, oldest first. Raises PermissionDenied."""
    found, actor = reach(change.actor, "users"), change.actor
    whose: ColumnElement[bool] = true()
    if found is Reach.TEAM:
        whose = USERS.c.team == actor.team
    elif found is Reach.OWN:
        whose = USERS.c.id == actor.user if actor.user is not None else false()
    named = true() if team is None else USERS.c.team == team
    return entries_page(change.connection, User, and_(USERS.c.tenant == actor.tenant, whose, named), after, limit)


def change_user(change: Change, user_id: str, wanted: Mapping[str, Any], expected: int | None = None) -> Answer:
    """Sets `name`, `email`, `team` or `role`, whichever `wanted` has; the user's keys move to the team too. Raises
    RequestError, NotFound, PermissionDenied, ChangedMeanwhile."""
    user = _changeable_user(change, user_id, expected)
    if reach(change.actor, "users", change=True) is not Reach.TENANT and not set(wanted) <= {"name", "email"}:
        raise PermissionDenied("a team lead changes name and e-mail alone: ask an admin")
    if not wanted.keys().isdisjoint(("role", "team")):
        _admit_role(change.actor, Role(wanted.get("role", user.role)))
    _check_person(wanted)
    if "team" in wanted:
        _check_team(change, wanted["team"])
        move_keys(change.connection, and_(KEYS.c.tenant == user.tenant, KEYS.c.user == user_id), wanted["team"])
    change_entry(change.connection, User, USERS.c.id == user_id, **wanted)
    change.note("user.changed", user.tenant, user=user_id, fields=sorted(wanted))
    return read_user(change, user_id)


def disable_user(change: Change, user_id: str, expected: int | None = None) -> Answer:
    """Switches the user off for good, and all their keys. Raises NotFound, PermissionDenied, ChangedMeanwhile."""
    user = _changeable_user(change, user_id, expected)
    if user.disabled is None:
        change_entry(change.connection, User, USERS.c.id == user_id, disabled=change.now)
        end_keys(change, and_(KEYS.c.tenant == user.tenant, KEYS.c.user == user_id), "user", with_keys=True)
        change.note("user.disabled", user.tenant, user=user_id)
    return read_user(change, user_id)


def delete_user(change: Change, user_id: str, *, with_keys: bool, expected: int | None = None) -> Answer:
    """Removes the user; keys that still work are disabled, and only if `with_keys` says so. Raises Conflict and what
    `disable_user` does."""
    user = _changeable_user(change, user_id, expected)
    end_keys(change, and_(KEYS.c.tenant == user.tenant, KEYS.c.user == user_id), "user", with_keys=with_keys)
    delete_entries(change.connection, User, USERS.c.id == user_id)
    change.note("user.deleted", user.tenant, user=user_id)
    return Answer(None, None, 204)


def new_user_id() -> str:
    """An id that tells nothing of the person, since the ledger keeps it."""
    return "usr_" + "".join(choice(ID_ALPHABET) for _ in range(16))


def end_keys(change: Change, where: ColumnElement[bool], what: str, *, with_keys: bool) -> None:
    """Raises Conflict where keys still work and are to stay."""
    count = live_keys(change.connection, where, change.now)
    if count and not with_keys:
        raise Conflict(f"{count} keys of this {what} still work: disable them first, or say with_keys=true")
    disable_keys(change.connection, where, change.now)


def _admit_role(actor: Key, role: Role) -> None:
    """Raises PermissionDenied where who is limited would make somebody who is not: a person has no limits but their
    role."""
    if role is not Role.MEMBER and any(getattr(actor, name) is not None for name in SCOPES):
        raise PermissionDenied("your own key is limited, and people of that role are not: ask an admin", param="role")


def _check_person(wanted: Mapping[str, Any]) -> None:
    if "name" in wanted:
        check_name(wanted["name"])
    if wanted.get("email") is not None:
        check_email(wanted["email"])


def _check_team(change: Change, team: str | None) -> None:
    if team is not None and entry_at(change.connection, Team, _team(change.actor.tenant, team)) is None:
        raise RequestError("there is no such team in your organisation: make it first", param="team")


def _changeable_team(change: Change, team_id: str, expected: int | None) -> Team:
    team = entry_at(change.connection, Team, _team(change.actor.tenant, team_id))
    admit_change(change.actor, "teams", _thing_of_team(team))
    assert team is not None  # or it was refused
    expect(team.revision, expected)
    return team


def _changeable_user(change: Change, user_id: str, expected: int | None) -> User:
    user = entry_at(change.connection, User, USERS.c.id == user_id)
    admit_change(change.actor, "users", _thing_of_user(user))
    assert user is not None  # or it was refused
    expect(user.revision, expected)
    return user


def _team(tenant: str, team_id: str) -> ColumnElement[bool]:
    return and_(TEAMS.c.tenant == tenant, TEAMS.c.id == team_id)


def _thing_of_team(team: Team | None) -> Thing | None:
    return None if team is None else Thing(team.tenant, team.id)


def _thing_of_user(user: User | None) -> Thing | None:
    return None if user is None else Thing(user.tenant, user.team, user.id, role=Role(user.role))
