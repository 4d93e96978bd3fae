"""/v1/shoal/keys: the endpoints. What may be done is `identity/key_admin.py`'s to know."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from shoal.gateway.admin.asked import Actor, After, Desk, Expected, Limit, OnceKey, page, reply
from shoal.gateway.admin.shapes import Id, KeyChange, KeyMade, KeyShown, NewKey, Page, Rotation, UserId
from shoal.identity import key_admin as keys
from shoal.identity.keys import SCOPES, Role

router = APIRouter(prefix="/v1/shoal/keys", tags=["keys"])
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="the id of the key")]


@router.post("", response_model=KeyMade, status_code=201)
def create(body: NewKey, actor: Actor, desk: Desk, once: OnceKey) -> Response:
    """Make a key. Its written form is in this answer alone."""
    fields = body.model_dump()
    scopes = {name: _tuple(fields[name]) for name in SCOPES}
    wish = keys.KeyWish(body.name, Role(body.role), body.team, body.user, scopes, body.tags, body.expires)
    return reply(desk.change(actor, lambda change: keys.create_key(change, wish), once))


@router.get("", response_model=Page[KeyShown])
def list_keys(
    actor: Actor,
    desk: Desk,
    after: After,
    limit: Limit = 50,
    team: Annotated[Id | None, Query()] = None,
    user: Annotated[UserId | None, Query()] = None,
) -> Response:
    """List the keys that you may see, oldest first."""
    rows = desk.read(actor, lambda change: keys.list_keys(change, limit + 1, after, team, user))
    return page(rows, [keys.key_wire(row) for row in rows], limit)


@router.get("/{id}", response_model=KeyShown)
def read(id: KeyId, actor: Actor, desk: Desk) -> Response:
    """Read a key, without its secret."""
    return reply(desk.read(actor, lambda change: keys.read_key(change, id)))


@router.patch("/{id}", response_model=KeyShown)
def change(id: KeyId, body: KeyChange, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Change a key: what is left out stays."""
    wanted: dict[str, Any] = body.model_dump(exclude_unset=True)
    wanted.update({name: _tuple(wanted[name]) for name in SCOPES if name in wanted})
    return reply(desk.change(actor, lambda change: keys.change_key_of(change, id, wanted, expected), once))


@router.post("/{id}/rotate", response_model=KeyMade)
def rotate(
    id: KeyId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey, body: Rotation | None = None
) -> Response:
    """Give a key a new secret; the old one goes on to work for a while."""
    overlap = (body or Rotation()).overlap_s
    return reply(desk.change(actor, lambda change: keys.rotate_key(change, id, overlap, expected), once))


@router.post("/{id}/disable", response_model=KeyShown)
def disable(id: KeyId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Switch a key off for good."""
    return reply(desk.change(actor, lambda change: keys.disable_key(change, id, expected), once))


@router.delete("/{id}", status_code=204, response_class=Response)
def delete(id: KeyId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Remove a key. What it did stays in the ledger."""
    return reply(desk.change(actor, lambda change: keys.delete_key(change, id, expected), once))


def _tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
