"""Teams, users and organisations: what goes with them when they go."""

from __future__ import annotations

import pytest

from tests.gateway.admin.conftest import Api


def test_a_team_with_live_keys_is_not_deleted_by_accident(api: Api) -> None:
    api.made("/teams", {"id": "lab", "name": "The lab"})
    keys = [api.made("/keys", {"name": "k", "team": "lab"}) for _ in range(3)]
    api("POST", f"/keys/{keys[0]['id']}/disable")
    refused = api("DELETE", "/teams/lab")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert "2 keys of this team still work" in refused.json()["error"]["message"]
    assert api("GET", "/self", keys[1]["key"]).status_code == 200
    assert api("DELETE", "/teams/lab?with_keys=true").status_code == 204
    assert [api("GET", "/self", each["key"]).status_code for each in keys] == [401, 401, 401]
    assert api("GET", "/teams/lab").status_code == 404


@pytest.mark.parametrize("name", ["a\u202egnp", "a\u2066b", "a\u200fb", "a\x9bb", "a\tb", "a\0"])
def test_a_name_that_would_show_as_another_is_refused(api: Api, name: str) -> None:
    made = {"/keys": {"name": name}, "/users": {"name": name}, "/teams": {"id": "marked", "name": name}}
    for path, body in made.items():
        refused = api("POST", path, body=body)
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "name")
        assert "control characters" in refused.json()["error"]["message"]


def test_there_is_one_team_of_an_id(api: Api) -> None:
    api.made("/teams", {"id": "twice", "name": "one"})
    assert api("POST", "/teams", body={"id": "twice", "name": "two"}).status_code == 409


def test_keys_move_with_their_user(api: Api) -> None:
    for team in ("from", "to"):
        api.made("/teams", {"id": team, "name": team})
    user = api.made("/users", {"name": "Ada", "team": "from", "email": "ada@example.org"})
    key = api.made("/keys", {"name": "k", "user": user["id"]})
    assert key["team"] == "from"
    assert api("PATCH", f"/users/{user['id']}", body={"team": "to"}).json()["team"] == "to"
    assert api("GET", "/self", key["key"]).json()["team"] == "to"
    assert api("PATCH", f"/users/{user['id']}", body={"team": "nowhere"}).status_code == 400
    api("DELETE", "/teams/to?with_keys=true")
    assert api("GET", f"/users/{user['id']}").json()["team"] is None


def test_a_disabled_user_takes_their_keys_along(api: Api) -> None:
    user = api.made("/users", {"name": "Bob"})
    key = api.made("/keys", {"name": "k", "user": user["id"]})
    assert api("DELETE", f"/users/{user['id']}").status_code == 409
    assert api("POST", f"/users/{user['id']}/disable").json()["disabled"] is not None
    assert api("GET", "/self", key["key"]).status_code == 401
    assert api("POST", "/keys", body={"name": "k", "user": user["id"]}).status_code == 400
    assert api("DELETE", f"/users/{user['id']}").status_code == 204


def test_who_is_no_admin_any_more_has_no_key_of_one(api: Api) -> None:
    user = api.made("/users", {"name": "Eve", "role": "admin"})
    key = api.made("/keys", {"name": "k", "user": user["id"], "role": "admin"})["key"]
    assert api("GET", "/limits", key).status_code == 200
    for role, there in (("member", 403), ("auditor", 200), ("admin", 200)):
        api("PATCH", f"/users/{user['id']}", body={"role": role})
        assert (api("GET", "/self", key).json()["role"], api("GET", "/limits", key).status_code) == (role, there)
    api("PATCH", f"/users/{user['id']}", body={"role": "member"})
    assert api("POST", "/keys", key, {"name": "another"}).status_code == 403
    refused = api("POST", "/keys", body={"name": "k", "user": user["id"], "role": "lead"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "role")


def test_an_organisation_comes_with_an_admin_and_goes_with_all(api: Api) -> None:
    made = api.made("/organisations", {"id": "guild", "name": "The guild"})
    api.made("/teams", {"id": "g", "name": "g"}, made["key"])
    api.made("/budgets", {"name": "b", "requests": 5}, made["key"])
    api.made("/increases", {"budget": "b", "quantity": "requests", "amount": 5, "until": 4e9}, made["key"])
    assert api("GET", "/self", made["key"]).json()["role"] == "admin"
    assert api("POST", "/organisations", made["key"], {"id": "second", "name": "x"}).status_code == 403
    assert api("DELETE", "/organisations/guild").status_code == 409
    assert api("DELETE", "/organisations/guild?with_keys=true").status_code == 204
    assert api("GET", "/self", made["key"]).status_code == 401
    again = api.made("/organisations", {"id": "guild", "name": "Another guild"})["key"]
    for path in ("/teams", "/budgets", "/increases"):
        assert api("GET", path, again).json()["data"] == []
    assert api("DELETE", "/organisations/default?with_keys=true").status_code == 409


def test_a_user_of_another_team_gets_no_key_of_this_one(api: Api) -> None:
    for team in ("one", "two"):
        api.made("/teams", {"id": team, "name": team})
    user = api.made("/users", {"name": "Eve", "team": "one"})
    assert api("POST", "/keys", body={"name": "k", "team": "two", "user": user["id"]}).status_code == 400
    assert api("POST", "/keys", body={"name": "k", "team": "three"}).status_code == 400
    assert api("POST", "/keys", body={"name": "k", "user": "usr_nobody"}).status_code == 400


def test_a_lead_gets_no_key_of_who_belongs_to_no_team(api: Api) -> None:
    """Such a key would show what that user asked."""
    api.made("/teams", {"id": "led", "name": "led"})
    lead = api.made("/keys", {"name": "lead", "role": "lead", "team": "led"})["key"]
    nobodys = api.made("/users", {"name": "Admin", "role": "admin"})["id"]
    theirs = api.made("/users", {"name": "Member", "team": "led"})["id"]
    for wish, status in (({"user": nobodys}, 403), ({"user": nobodys, "team": "led"}, 400), ({"user": theirs}, 201)):
        assert api("POST", "/keys", lead, {"name": "k", **wish}).status_code == status
    assert api.made("/keys", {"name": "k"}, lead)["team"] == "led"


def test_who_is_limited_makes_nobody_who_is_not(api: Api) -> None:
    narrow = api.made("/keys", {"name": "people alone", "role": "admin", "areas": ["users"]})["key"]
    wide = api.made("/users", {"name": "Wide", "role": "admin"})["id"]
    user = api.made("/users", {"name": "Eve"}, narrow)["id"]
    assert api("PATCH", f"/users/{user}", narrow, {"name": "Eva", "role": "member"}).status_code == 200
    assert api("PATCH", f"/users/{user}", narrow, {"role": "admin"}).status_code == 403
    assert api("PATCH", f"/users/{wide}", narrow, {"team": None}).status_code == 403
    assert api("PATCH", f"/users/{wide}", narrow, {"name": "Renamed", "email": "w@example.org"}).status_code == 200
    assert api("PATCH", f"/users/{wide}", narrow, {"role": "member"}).status_code == 200
    assert api("POST", "/users", narrow, {"name": "Mallory", "role": "auditor"}).status_code == 403
