"""Every route of the admin API, as every role, on what is one's own, another team's and another organisation's. A route
that has no row here fails the first test."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from fastapi.routing import APIRoute

from shoal.gateway.admin.app import ROUTERS
from shoal.identity import Role, mint
from tests.gateway.admin.conftest import Api

ROLES = ("admin", "lead", "member", "auditor")
NUMBERS = count()
REQUESTS: dict[str, object] = {"limits": "5/hour", "budgets": 5}
OK, MADE, GONE, DENIED, UNSEEN = 200, 201, 204, 403, 404


@dataclass(frozen=True)
class Row:
    """A route, and by role the status where the thing asked for is of the own team, of another team, of another
    organisation."""

    route: str
    admin: tuple[int, ...]
    lead: tuple[int, ...]
    member: tuple[int, ...]
    auditor: tuple[int, ...]
    body: dict[str, Any] | None = field(default=None, hash=False)

    def __str__(self) -> str:
        return self.route


NOBODY = (DENIED, DENIED, DENIED)
# Of a list or a thing made there is no "other organisation's": every row has three entries all the same. Sign-in is
# not set up here: test_sign_in.py sets it up.
ROWS = (
    Row("POST /v1/shoal/keys", (MADE, MADE, 400), (MADE, DENIED, 400), NOBODY, NOBODY, {"name": "n", "team": "TEAM"}),
    Row("GET /v1/shoal/keys", (OK, OK, OK), (OK, OK, OK), (OK, OK, OK), NOBODY),
    Row("GET /v1/shoal/keys/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), (UNSEEN, UNSEEN, UNSEEN), NOBODY),
    Row("PATCH /v1/shoal/keys/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, NOBODY, {"name": "x"}),
    Row("POST /v1/shoal/keys/{id}/rotate", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, NOBODY),
    Row("POST /v1/shoal/keys/{id}/disable", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, NOBODY),
    Row("DELETE /v1/shoal/keys/{id}", (GONE, GONE, UNSEEN), (GONE, UNSEEN, UNSEEN), NOBODY, NOBODY),
    Row("POST /v1/shoal/teams", (MADE, MADE, MADE), NOBODY, NOBODY, NOBODY, {"id": "NEW", "name": "n"}),
    Row("GET /v1/shoal/teams", (OK, OK, OK), (OK, OK, OK), (OK, OK, OK), (OK, OK, OK)),
    Row("GET /v1/shoal/teams/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), (OK, UNSEEN, UNSEEN), (OK, OK, UNSEEN)),
    Row("PATCH /v1/shoal/teams/{id}", (OK, OK, UNSEEN), NOBODY, NOBODY, NOBODY, {"name": "x"}),
    Row("DELETE /v1/shoal/teams/{id}", (GONE, GONE, UNSEEN), NOBODY, NOBODY, NOBODY),
    Row(
        "POST /v1/shoal/users", (MADE, MADE, 400), (MADE, DENIED, DENIED), NOBODY, NOBODY, {"name": "n", "team": "TEAM"}
    ),
    Row("GET /v1/shoal/users", (OK, OK, OK), (OK, OK, OK), (OK, OK, OK), (OK, OK, OK)),
    Row("GET /v1/shoal/users/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), (UNSEEN, UNSEEN, UNSEEN), (OK, OK, UNSEEN)),
    Row("PATCH /v1/shoal/users/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, NOBODY, {"name": "x"}),
    Row("POST /v1/shoal/users/{id}/disable", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, NOBODY),
    Row("DELETE /v1/shoal/users/{id}", (GONE, GONE, UNSEEN), (GONE, UNSEEN, UNSEEN), NOBODY, NOBODY),
    Row("POST /v1/shoal/organisations", NOBODY, NOBODY, NOBODY, NOBODY, {"id": "NEW", "name": "n"}),
    Row("GET /v1/shoal/organisations", (OK, OK, OK), (OK, OK, OK), (OK, OK, OK), (OK, OK, OK)),
    Row("GET /v1/shoal/organisations/{id}", (OK, OK, UNSEEN), (OK, OK, UNSEEN), (OK, OK, UNSEEN), (OK, OK, UNSEEN)),
    Row(
        "PATCH /v1/shoal/organisations/{id}",
        (OK, OK, UNSEEN),
        (DENIED, DENIED, UNSEEN),
        (DENIED, DENIED, UNSEEN),
        (DENIED, DENIED, UNSEEN),
        {"name": "x"},
    ),
    Row(
        "DELETE /v1/shoal/organisations/{id}",
        (DENIED, DENIED, UNSEEN),
        (DENIED, DENIED, UNSEEN),
        (DENIED, DENIED, UNSEEN),
        (DENIED, DENIED, UNSEEN),
    ),
    Row(
        "POST /v1/shoal/limits",
        *((MADE, MADE, MADE), NOBODY, NOBODY, NOBODY),
        {"name": "NEW", "of": "team", "only": ["TEAM"], "requests": "5/hour"},
    ),
    Row("GET /v1/shoal/limits", (OK, OK, OK), (OK, OK, OK), NOBODY, (OK, OK, OK)),
    Row("GET /v1/shoal/limits/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, (OK, OK, UNSEEN)),
    Row("PATCH /v1/shoal/limits/{id}", (OK, OK, UNSEEN), NOBODY, NOBODY, NOBODY, {"requests": "6/hour"}),
    Row("DELETE /v1/shoal/limits/{id}", (GONE, GONE, UNSEEN), NOBODY, NOBODY, NOBODY),
    Row(
        "POST /v1/shoal/budgets",
        *((MADE, MADE, MADE), NOBODY, NOBODY, NOBODY),
        {"name": "NEW", "of": "team", "only": ["TEAM"], "usd": 5},
    ),
    Row("GET /v1/shoal/budgets", (OK, OK, OK), (OK, OK, OK), NOBODY, (OK, OK, OK)),
    Row("GET /v1/shoal/budgets/{id}", (OK, OK, UNSEEN), (OK, UNSEEN, UNSEEN), NOBODY, (OK, OK, UNSEEN)),
    Row("PATCH /v1/shoal/budgets/{id}", (OK, OK, UNSEEN), NOBODY, NOBODY, NOBODY, {"usd": 6}),
    Row("DELETE /v1/shoal/budgets/{id}", (GONE, GONE, UNSEEN), NOBODY, NOBODY, NOBODY),
    Row(
        "POST /v1/shoal/increases",
        *((MADE, MADE, 400), NOBODY, NOBODY, NOBODY),
        {"budget": "BUDGET", "quantity": "usd", "amount": 5, "until": 4e9},
    ),
    Row("GET /v1/shoal/increases", (OK, OK, OK), (OK, OK, OK), NOBODY, (OK, OK, OK)),
    Row("DELETE /v1/shoal/increases/{id}", (GONE, GONE, UNSEEN), NOBODY, NOBODY, NOBODY),
    Row("GET /v1/shoal/events", (OK, OK, OK), NOBODY, NOBODY, (OK, OK, OK)),
    Row("GET /v1/shoal/audit", (OK, OK, OK), NOBODY, NOBODY, (OK, OK, OK)),
    Row("GET /v1/shoal/auth/login", *(((UNSEEN,) * 3,) * 4)),
    Row("GET /v1/shoal/auth/callback", *(((UNSEEN,) * 3,) * 4)),
    Row("GET /v1/shoal/auth/session", *(((401,) * 3,) * 4)),
    Row("POST /v1/shoal/auth/logout", *(((UNSEEN,) * 3,) * 4)),
    Row("GET /v1/shoal/self", (OK, OK, OK), (OK, OK, OK), (OK, OK, OK), (OK, OK, OK)),
)


@pytest.fixture(scope="module")
def world(api: Api) -> Api:
    """Organisations north and south, with the teams a and b; a key of every role in north's team a."""
    for tenant in ("north", "south"):
        made = api.made("/organisations", {"id": tenant, "name": tenant})
        api.keys[tenant] = made["key"]
        for team in ("a", "b"):
            name = f"{tenant}-{team}"
            api.made("/teams", {"id": name, "name": team}, made["key"])
            budget = {"name": name, "of": "team", "only": [name], "usd": 5, "requests": 5000}
            api.made("/budgets", budget, made["key"])
    for role in ROLES:
        body = {"name": role, "role": role, "team": "north-a"}
        api.keys[role] = api.made("/keys", body, api.keys["north"])["key"]
    return api


def thing(world: Api, kind: str, tenant: str, team: str) -> str:
    """A new thing of that team; its id."""
    admin = world.keys[tenant]
    if kind == "organisations":
        return tenant
    if kind == "teams":
        return f"{tenant}-{team}"
    if kind in ("limits", "budgets"):
        body = {"name": f"n{next(NUMBERS)}", "of": "team", "only": [f"{tenant}-{team}"], "requests": REQUESTS[kind]}
        return str(world.made(f"/{kind}", body, admin)["id"])
    if kind == "increases":
        body = {"budget": f"{tenant}-{team}", "quantity": "requests", "amount": 5, "until": 4e9}
        return str(world.made("/increases", body, admin)["id"])
    return str(world.made(f"/{kind}", {"name": "thing", "team": f"{tenant}-{team}"}, admin)["id"])


def filled(body: dict[str, Any], team: str) -> dict[str, Any]:
    """The body with what its words stand for."""
    words = {"TEAM": team, "BUDGET": team, "NEW": f"new{next(NUMBERS)}"}
    known = {name: [team] if value == ["TEAM"] else value for name, value in body.items()}
    return {name: words.get(value, value) if isinstance(value, str) else value for name, value in known.items()}


def test_every_route_has_a_row() -> None:
    routes = {
        f"{method} {route.path}"
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert routes == {row.route for row in ROWS}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rights(world: Api, row: Row, role: str) -> None:
    method, path = row.route.split(" ")
    kind = path.split("/")[3]
    expected = dict(zip((("north", "a"), ("north", "b"), ("south", "a")), getattr(row, role), strict=True))
    for (tenant, team), status in expected.items():
        at = path.removeprefix("/v1/shoal")
        if "{id}" in at:
            if method == "DELETE" and kind == "teams" and status == GONE:
                name = world.made("/teams", {"id": f"t{next(NUMBERS)}", "name": "t"}, world.keys[tenant])["id"]
            else:
                name = thing(world, kind, tenant, team)
            at = at.replace("{id}", name)
        body = None if row.body is None else filled(row.body, f"{tenant}-{team}")
        answer = world(method, at, world.keys[role], body)
        assert answer.status_code == status, (tenant, team, answer.text)
        shown = answer.json()["data"] if method == "GET" and '"data":' in answer.text[:40] else []
        assert all(each.get("organisation", each["id"]) == "north" for each in shown)


def test_a_member_sees_in_lists_only_what_is_theirs(world: Api) -> None:
    me = world("GET", "/self", world.keys["member"]).json()
    assert [row["id"] for row in world("GET", "/keys", world.keys["member"]).json()["data"]] == [me["id"]]
    assert [row["id"] for row in world("GET", "/teams", world.keys["member"]).json()["data"]] == ["north-a"]
    assert world("GET", "/users", world.keys["member"]).json()["data"] == []
    assert world("GET", f"/keys/{me['id']}", world.keys["member"]).status_code == 200


def test_a_member_with_a_user_sees_all_keys_of_that_user_alone(world: Api) -> None:
    user = world.made("/users", {"name": "Ada", "team": "north-a"}, world.keys["north"])
    keys = [world.made("/keys", {"name": "k", "user": user["id"]}, world.keys["north"]) for _ in range(2)]
    assert {key["team"] for key in keys} == {"north-a"}
    listed = world("GET", "/keys", keys[0]["key"]).json()["data"]
    assert [row["id"] for row in listed] == [key["id"] for key in keys]
    assert [row["id"] for row in world("GET", "/users", keys[0]["key"]).json()["data"]] == [user["id"]]


def test_a_lead_touches_no_key_that_has_more_rights(world: Api) -> None:
    for role in ("admin", "lead", "auditor"):
        strong = world.made("/keys", {"name": "strong", "role": role, "team": "north-a"}, world.keys["north"])["id"]
        assert world("POST", f"/keys/{strong}/rotate", world.keys["lead"]).status_code == 403
        refused = world("POST", "/keys", world.keys["lead"], {"name": "n", "role": role})
        assert refused.status_code == 403
    made = world.made("/keys", {"name": "n"}, world.keys["lead"])
    assert (made["team"], made["role"]) == ("north-a", "member")


def test_a_lead_without_a_team_leads_nobody(world: Api) -> None:
    lead = world.made("/keys", {"name": "lone", "role": "lead"}, world.keys["north"])
    world.made("/keys", {"name": "of no team"}, world.keys["north"])
    assert [row["id"] for row in world("GET", "/keys", lead["key"]).json()["data"]] == [lead["id"]]
    assert world("POST", "/keys", lead["key"], {"name": "n"}).status_code == 403


def test_the_exchanges_of_others(world: Api) -> None:
    """A lead sees those of the team, an auditor those of the organisation, a member their own."""
    own = world.made("/keys", {"name": "asks", "team": "north-a"}, world.keys["north"])["key"]
    other = world.made("/keys", {"name": "asks", "team": "north-b"}, world.keys["north"])["key"]
    body = {"model": "scripted", "messages": [{"role": "user", "content": "x"}]}

    def ask(key: str) -> str:
        answer = world("POST", "/../chat/completions", key, body)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["x-shoal-exchange"])

    asked = (ask(own), ask(other))
    for role, seen in (("admin", (OK, OK)), ("lead", (OK, 404)), ("member", (404, 404)), ("auditor", (OK, OK))):
        statuses = tuple(world("GET", f"/exchanges/{each}", world.keys[role]).status_code for each in asked)
        assert statuses == seen, role
    assert world("POST", "/../chat/completions", world.keys["auditor"], body).status_code == 403


def test_feedback_to_what_another_team_asked(world: Api) -> None:
    """Who is of the team may give it; who sees an exchange gives and reads it; nobody else learns that there is one."""
    body = {"model": "scripted", "messages": [{"role": "user", "content": "x"}]}
    keys = {team: world.made("/keys", {"name": "k", "team": f"north-{team}"}, world.keys["north"]) for team in "ab"}
    exchange = world("POST", "/../chat/completions", keys["b"]["key"], body).headers["x-shoal-exchange"]
    path, loose = f"/exchanges/{exchange}/feedback", world.made("/keys", {"name": "loose"}, world.keys["north"])["key"]
    colleague = world.made("/keys", {"name": "k", "team": "north-b"}, world.keys["north"])["key"]
    asked = (keys["b"]["key"], colleague, keys["a"]["key"], loose, world.keys["lead"], world.keys["north"])
    given = [world("POST", path, key, {"rating": "up"}).status_code for key in asked]
    assert given == [MADE, MADE, UNSEEN, UNSEEN, UNSEEN, MADE]
    assert [world("GET", path, key).status_code for key in asked] == [OK, UNSEEN, UNSEEN, UNSEEN, UNSEEN, OK]


def test_metrics_are_of_all_organisations_and_the_operators_alone(world: Api) -> None:
    keys = (world.root, world.keys["north"], *(world.keys[role] for role in ROLES))
    assert [world("GET", "/../../metrics", key).status_code for key in keys] == [OK, *[DENIED] * 5]


def test_an_operators_admin_reads_no_other_organisations_people(world: Api) -> None:
    foreign = world.made("/keys", {"name": "theirs"}, world.keys["north"])["id"]
    assert world("GET", f"/keys/{foreign}").status_code == 404
    assert {row["id"] for row in world("GET", "/organisations").json()["data"]} >= {"default", "north", "south"}
    stranger = mint("x", Role.ADMIN, tenant="elsewhere")
    world.house.keys.add(stranger.stored)
    assert [row["id"] for row in world("GET", "/organisations", stranger.token).json()["data"]] == ["elsewhere"]
