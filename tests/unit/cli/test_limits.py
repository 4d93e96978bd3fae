"""`shoal limits`, `shoal budget` and `shoal usage --me`: added, increased, listed, removed."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell


def test_a_limit_comes_and_goes(shell: Shell) -> None:
    assert shell("limits", "add", "each", "--requests", "60/minute").out == "limit each holds\n"
    assert shell("limits", "add", "each", "--requests", "60/minute").code == 1
    (row,) = shell("limits", "--json").json()["limits"]
    assert (row["name"], row["of"], row["quantity"], row["cap"], row["from"]) == (
        *("each", "key", "requests", 60.0),
        "database",
    )
    assert shell("limits", "remove", "eech").code == 4
    assert shell("limits", "remove", "each").code == 0
    assert shell("limits", "list", "--json").json() == {"limits": []}


def test_a_budget_is_increased_for_a_while(shell: Shell) -> None:
    assert shell("budget", "add", "lab", "--of", "team", "--usd", "5", "--per", "week").code == 0
    said = shell("budget", "increase", "lab", "--quantity", "usd", "--by", "3", "--hours", "2", "--json").json()
    assert (said["amount"], said["author"], said["of_settings"]) == (3.0, "cli", False)
    refused = shell("budget", "increase", "la", "--quantity", "usd", "--by", "3", "--hours", "2")
    assert "did you mean 'lab'?" in refused.err
    assert shell("budget", "increase", "lab", "--quantity", "usd", "--by", "nan", "--hours", "2").code == 1
    assert shell("budget", "increase", "lab", "--quantity", "usd", "--by", "-1", "--hours", "2").code == 1
    assert [row["name"] for row in shell("budget", "list", "--json").json()["limits"]] == ["lab"]
    assert shell("budget", "remove", "lab").code == 0


@pytest.mark.parametrize("usd", ["-1", "nan", "inf", "1e300"])
def test_bad_amounts_are_refused(shell: Shell, usd: str) -> None:
    refused = shell("budget", "add", "b", "--usd", usd)
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("shoal: usd: "), refused.err


def test_ones_own_usage(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("teams", "create", "lab")
    key = shell("keys", "create", "--name", "k", "--role", "lead", "--team", "lab", "--json").json()
    monkeypatch.setenv("SHOAL_API_KEY", key["key"])
    found = shell("usage", "--me", "--json").json()
    assert (found["me"]["name"], found["team"]["name"]) == (key["id"], "lab")
    assert found["me"]["exchanges"] == 0
