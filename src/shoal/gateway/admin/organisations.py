"""/v1/shoal/organisations, /v1/shoal/events and /v1/shoal/self: the endpoints. What may be done is identity's to
know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from shoal.gateway.admin.asked import Actor, After, Desk, Expected, Limit, OnceKey, page, reply
from shoal.gateway.admin.shapes import EventShown, NewOrganisation, OrganisationMade, OrganisationShown, Page, Renaming
from shoal.gateway.admin.shapes import Self as SelfShown
from shoal.identity import organisation_admin as organisations
from shoal.identity.administration import Answer, Change
from shoal.identity.events import event_wire, list_events
from shoal.identity.keys import SCOPES

router = APIRouter(prefix="/v1/shoal/organisations", tags=["organisations"])
events = APIRouter(prefix="/v1/shoal", tags=["events"])
OrganisationId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", description="its id")]


@router.post("", response_model=OrganisationMade, status_code=201)
def create(body: NewOrganisation, actor: Actor, desk: Desk, once: OnceKey) -> Response:
    """Make an organisation and its first admin key. For the operator's admins."""
    return reply(desk.change(actor, lambda change: organisations.create_organisation(change, body.id, body.name), once))


@router.get("", response_model=Page[OrganisationShown])
def list_organisations(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List the organisations that you may see: your own; all for the operator's admins."""
    rows = desk.read(actor, lambda change: organisations.list_organisations(change, limit + 1, after))
    return page(rows, [organisations.organisation_wire(row) for row in rows], limit)


@router.get("/{id}", response_model=OrganisationShown)
def read(id: OrganisationId, actor: Actor, desk: Desk) -> Response:
    """Read an organisation."""
    return reply(desk.read(actor, lambda change: organisations.read_organisation(change, id)))


@router.patch("/{id}", response_model=OrganisationShown)
def change(id: OrganisationId, body: Renaming, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Rename an organisation."""

    def work(change: Change) -> Answer:
        return organisations.change_organisation(change, id, body.name, expected)

    return reply(desk.change(actor, work, once))


@router.delete("/{id}", status_code=204, response_class=Response)
def delete(
    id: OrganisationId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey, with_keys: bool = False
) -> Response:
    """Remove an organisation with its teams and users. For the operator's admins."""

    def work(change: Change) -> Answer:
        return organisations.delete_organisation(change, id, with_keys=with_keys, expected=expected)

    return reply(desk.change(actor, work, once))


@events.get("/events", response_model=Page[EventShown])
def read_events(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List what happened in your organisation, newest first."""

    rows = desk.read(actor, lambda change: list_events(change, limit + 1, after))
    return page([event for event, _ in rows], [event_wire(*row) for row in rows], limit)


@events.get("/self", response_model=SelfShown)
def read_self(actor: Actor) -> Response:
    """Say who you are to Shoal, and what you are limited to."""
    scopes = {name: None if (found := getattr(actor, name)) is None else list(found) for name in SCOPES}
    whose = {"organisation": actor.tenant, "team": actor.team, "user": actor.user}
    return reply(Answer({"object": "shoal.self", "id": actor.id, "role": actor.role.value, **whose, **scopes}))
