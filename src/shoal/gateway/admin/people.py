"""/v1/shoal/teams and /v1/shoal/users: the endpoints. What may be done is `identity/people_admin.py`'s to know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from shoal.gateway.admin.asked import Actor, After, Desk, Expected, Limit, OnceKey, page, reply
from shoal.gateway.admin.shapes import Id, NewTeam, NewUser, Page, Renaming, TeamShown, UserChange, UserShown
from shoal.identity import people_admin as people
from shoal.identity.administration import Answer, Change
from shoal.identity.keys import Role

teams = APIRouter(prefix="/v1/shoal/teams", tags=["teams"])
users = APIRouter(prefix="/v1/shoal/users", tags=["users"])
TeamId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="the id of the team")]
UserId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="the id of the user")]
WithKeys = Annotated[bool, Query(description="disables the keys that still work; else they stop the deletion")]


@teams.post("", response_model=TeamShown, status_code=201)
def create_team(body: NewTeam, actor: Actor, desk: Desk, once: OnceKey) -> Response:
    """Make a team."""
    return reply(desk.change(actor, lambda change: people.create_team(change, body.id, body.name), once))


@teams.get("", response_model=Page[TeamShown])
def list_teams(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List the teams that you may see, oldest first."""
    rows = desk.read(actor, lambda change: people.list_teams(change, limit + 1, after))
    return page(rows, [people.team_wire(row) for row in rows], limit)


@teams.get("/{id}", response_model=TeamShown)
def read_team(id: TeamId, actor: Actor, desk: Desk) -> Response:
    """Read a team."""
    return reply(desk.read(actor, lambda change: people.read_team(change, id)))


@teams.patch("/{id}", response_model=TeamShown)
def change_team(id: TeamId, body: Renaming, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Rename a team."""
    return reply(desk.change(actor, lambda change: people.change_team(change, id, body.name, expected), once))


@teams.delete("/{id}", status_code=204, response_class=Response)
def delete_team(
    id: TeamId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey, with_keys: WithKeys = False
) -> Response:
    """Remove a team; its users belong to none then."""

    def work(change: Change) -> Answer:
        return people.delete_team(change, id, with_keys=with_keys, expected=expected)

    return reply(desk.change(actor, work, once))


@users.post("", response_model=UserShown, status_code=201)
def create_user(body: NewUser, actor: Actor, desk: Desk, once: OnceKey) -> Response:
    """Make a user."""
    wish = people.UserWish(body.name, body.email, body.team, Role(body.role))
    return reply(desk.change(actor, lambda change: people.create_user(change, wish), once))


@users.get("", response_model=Page[UserShown])
def list_users(
    actor: Actor, desk: Desk, after: After, limit: Limit = 50, team: Annotated[Id | None, Query()] = None
) -> Response:
    """List the users that you may see, oldest first."""
    rows = desk.read(actor, lambda change: people.list_users(change, limit + 1, after, team))
    return page(rows, [people.user_wire(row) for row in rows], limit)


@users.get("/{id}", response_model=UserShown)
def read_user(id: UserId, actor: Actor, desk: Desk) -> Response:
    """Read a user."""
    return reply(desk.read(actor, lambda change: people.read_user(change, id)))


@users.patch("/{id}", response_model=UserShown)
def change_user(id: UserId, body: UserChange, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Change a user: what is left out stays. Their keys move to their team."""
    wanted = body.model_dump(exclude_unset=True)
    return reply(desk.change(actor, lambda change: people.change_user(change, id, wanted, expected), once))


@users.post("/{id}/disable", response_model=UserShown)
def disable_user(id: UserId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Switch a user and all their keys off for good."""
    return reply(desk.change(actor, lambda change: people.disable_user(change, id, expected), once))


@users.delete("/{id}", status_code=204, response_class=Response)
def delete_user(
    id: UserId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey, with_keys: WithKeys = False
) -> Response:
    """Remove a user."""

    def work(change: Change) -> Answer:
        return people.delete_user(change, id, with_keys=with_keys, expected=expected)

    return reply(desk.change(actor, work, once))
