"""`shoal organisations`, `shoal teams` and `shoal users`: made, listed, moved, deleted with what belongs to them."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Shell


def test_a_team_with_a_user_and_a_key(shell: Shell) -> None:
    assert shell("teams", "create", "research", "--name", "Research").out == "team research is made\n"
    assert shell("teams", "create", "research").code == 1
    assert shell("teams", "create", "Not An Id").code == 1
    user = shell("users", "create", "--name", "Ada", "--team", "research", "--role", "lead", "--json").json()
    assert (user["team"], user["role"]) == ("research", "lead")
    key = shell("keys", "create", "--name", "k", "--user", user["id"], "--json").json()
    assert key["team"] == "research"
    refused = shell("teams", "delete", "research")
    assert "1 keys of this team still work" in refused.err
    assert shell("teams", "delete", "research", "--with-keys").code == 0
    assert shell("teams", "list", "--json").json() == []
    assert shell("keys", "show", key["id"], "--json").json()["disabled"] is not None


def test_a_user_moves_with_their_keys_and_ends(shell: Shell) -> None:
    for team in ("one", "two"):
        shell("teams", "create", team)
    user = shell("users", "create", "--name", "Ada", "--team", "one", "--json").json()["id"]
    key = shell("keys", "create", "--name", "k", "--user", user, "--json").json()["id"]
    assert shell("users", "change", user, "--team", "two").code == 0
    assert shell("keys", "show", key, "--json").json()["team"] == "two"
    assert [row["id"] for row in shell("users", "list", "--team", "two", "--json").json()] == [user]
    assert shell("users", "disable", user).code == 0
    assert shell("keys", "show", key, "--json").json()["disabled"] is not None
    assert shell("users", "delete", user).code == 0
    assert shell("users", "delete", user).code == 4


def test_organisations_are_made_with_a_key_renamed_and_deleted(shell: Shell) -> None:
    made = json.loads(shell("organisations", "create", "acme", "--name", "Acme", "--json").out)
    assert (made["id"], made["name"]) == ("acme", "Acme")
    assert made["key"].startswith("sk-shoal-")
    assert shell("organisations", "create", "acme").code == 1
    assert shell("organisations", "create", "Not An Id").code == 1
    bare = shell("organisations", "create", "other")
    assert (bare.code, bare.out.startswith("sk-shoal-")) == (0, True)
    assert "called Acme Ltd now" in shell("organisations", "rename", "acme", "--name", "Acme Ltd").out
    listed = json.loads(shell("organisations", "list", "--json").out)
    assert {each["id"]: each["name"] for each in listed} == {"default": "default", "acme": "Acme Ltd", "other": "other"}
    refused = shell("organisations", "delete", "acme")
    assert (refused.code, "--with-keys" in refused.err or "with_keys" in refused.err) == (1, True)
    assert shell("organisations", "delete", "acme", "--with-keys").code == 0
    assert shell("organisations", "rename", "acme", "--name", "x").code == 4
    assert shell("organisations", "delete", "default", "--with-keys").code == 1
