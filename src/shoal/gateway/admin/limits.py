"""/v1/shoal/limits, /v1/shoal/budgets and /v1/shoal/increases: the endpoints. What may be done is
`identity/limit_admin.py`'s to know."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from shoal.gateway.admin.asked import Actor, After, Desk, Expected, Limit, OnceKey, page, reply
from shoal.gateway.admin.limit_shapes import (
    BudgetChange,
    BudgetShown,
    IncreaseShown,
    LimitChange,
    LimitShown,
    NewBudget,
    NewIncrease,
    NewLimit,
)
from shoal.gateway.admin.shapes import Page
from shoal.identity import limit_admin as admin
from shoal.identity.limit_admin import IncreaseWish, Known

limits = APIRouter(prefix="/v1/shoal/limits", tags=["limits"])
budgets = APIRouter(prefix="/v1/shoal/budgets", tags=["budgets"])
increases = APIRouter(prefix="/v1/shoal/increases", tags=["budgets"])
RowId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_]{1,32}$", description="its id")]


def _known(request: Request) -> Known:
    known: Known = request.app.state.known
    return known


Settled = Annotated[Known, Depends(_known)]


@limits.post("", response_model=LimitShown, status_code=201)
def create_limit(body: NewLimit, actor: Actor, desk: Desk, known: Settled, once: OnceKey) -> Response:
    """Limit a rate in your organisation, besides what the settings say."""
    terms = _terms(body)
    return reply(desk.change(actor, lambda change: admin.create_rule(change, "rate", body.name, terms, known), once))


@limits.get("", response_model=Page[LimitShown])
def list_limits(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List the limits that you may see, oldest first; a lead sees those of their team."""
    rows = desk.read(actor, lambda change: admin.list_rules(change, "rate", limit + 1, after))
    return page(rows, [admin.rule_wire(row) for row in rows], limit)


@limits.get("/{id}", response_model=LimitShown)
def read_limit(id: RowId, actor: Actor, desk: Desk) -> Response:
    """Read a limit."""
    return reply(desk.read(actor, lambda change: admin.read_rule(change, "rate", id)))


@limits.patch("/{id}", response_model=LimitShown)
def change_limit(
    id: RowId, body: LimitChange, actor: Actor, desk: Desk, known: Settled, expected: Expected, once: OnceKey
) -> Response:
    """Change a limit: what is left out stays, null takes a rate away. It holds within a second."""
    terms = _terms(body)
    return reply(
        desk.change(actor, lambda change: admin.change_rule_of(change, "rate", id, terms, known, expected), once)
    )


@limits.delete("/{id}", status_code=204, response_class=Response)
def delete_limit(id: RowId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Remove a limit."""
    return reply(desk.change(actor, lambda change: admin.delete_rule(change, "rate", id, expected), once))


@budgets.post("", response_model=BudgetShown, status_code=201)
def create_budget(body: NewBudget, actor: Actor, desk: Desk, known: Settled, once: OnceKey) -> Response:
    """Make a budget in your organisation, besides what the settings say. It counts from now on."""
    terms = _terms(body)
    return reply(desk.change(actor, lambda change: admin.create_rule(change, "budget", body.name, terms, known), once))


@budgets.get("", response_model=Page[BudgetShown])
def list_budgets(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List the budgets that you may see, oldest first; a lead sees those of their team."""
    rows = desk.read(actor, lambda change: admin.list_rules(change, "budget", limit + 1, after))
    return page(rows, [admin.rule_wire(row) for row in rows], limit)


@budgets.get("/{id}", response_model=BudgetShown)
def read_budget(id: RowId, actor: Actor, desk: Desk) -> Response:
    """Read a budget."""
    return reply(desk.read(actor, lambda change: admin.read_rule(change, "budget", id)))


@budgets.patch("/{id}", response_model=BudgetShown)
def change_budget(
    id: RowId, body: BudgetChange, actor: Actor, desk: Desk, known: Settled, expected: Expected, once: OnceKey
) -> Response:
    """Change a budget: what is left out stays, null takes a cap away. It holds within a second."""
    terms = _terms(body)
    return reply(
        desk.change(actor, lambda change: admin.change_rule_of(change, "budget", id, terms, known, expected), once)
    )


@budgets.delete("/{id}", status_code=204, response_class=Response)
def delete_budget(id: RowId, actor: Actor, desk: Desk, expected: Expected, once: OnceKey) -> Response:
    """Remove a budget and its increases."""
    return reply(desk.change(actor, lambda change: admin.delete_rule(change, "budget", id, expected), once))


@increases.post("", response_model=IncreaseShown, status_code=201)
def create_increase(body: NewIncrease, actor: Actor, desk: Desk, known: Settled, once: OnceKey) -> Response:
    """Increase a budget for a while. One of the settings is for the operator's admins to increase."""
    wish = IncreaseWish(**body.model_dump())
    return reply(desk.change(actor, lambda change: admin.create_increase(change, wish, known), once))


@increases.get("", response_model=Page[IncreaseShown])
def list_increases(actor: Actor, desk: Desk, after: After, limit: Limit = 50) -> Response:
    """List the increases that you may see, oldest first, those that have ended too."""
    rows = desk.read(actor, lambda change: admin.list_increases(change, limit + 1, after))
    return page(rows, [admin.increase_wire(row) for row in rows], limit)


@increases.delete("/{id}", status_code=204, response_class=Response)
def delete_increase(id: RowId, actor: Actor, desk: Desk, once: OnceKey) -> Response:
    """End an increase now."""
    return reply(desk.change(actor, lambda change: admin.delete_increase(change, id), once))


def _terms(body: LimitChange | BudgetChange) -> dict[str, Any]:
    """The fields that were sent."""
    return body.model_dump(exclude_unset=True, exclude={"name"})
