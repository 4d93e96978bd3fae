"""`shoal keys`: a key is printed once, listed without its secret, and stops working when disabled."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell


def test_create_prints_the_key_and_nothing_else_on_standard_output(shell: Shell) -> None:
    said = shell("keys", "create", "--name", "reporting")
    assert said.code == 0, said.err
    assert said.out.startswith("sk-shoal-")
    assert said.out.count("\n") == 1
    assert "shown this once" in said.err


def test_create_with_limits(shell: Shell) -> None:
    words = ["--name", "n", "--role", "admin", "--model", "shoal/*", "--collection", "house", "--tenant", "north"]
    made = shell("keys", "create", *words, "--json").json()
    assert made["key"].startswith(f"sk-shoal-{made['id']}-")
    assert (made["role"], made["tenant"]) == ("admin", "north")
    assert (made["models"], made["collections"]) == (["shoal/*"], ["house"])


def test_a_first_start_makes_the_first_keys_before_any_other(shell: Shell) -> None:
    said = shell("keys", "create", "--name", "third")
    assert "first start: your member key" in said.err
    assert [row["name"] for row in shell("keys", "list", "--json").json()] == ["first admin", "first member", "third"]


def test_list_shows_no_secret(shell: Shell) -> None:
    token = shell("keys", "create", "--name", "reporting").out.strip()
    listed = shell("keys", "list").out
    assert "\treporting\tmember\tdefault\t20" in listed
    assert token not in listed
    assert token.split("-", 3)[3] not in listed


def test_disable_switches_off_once(shell: Shell) -> None:
    made = shell("keys", "create", "--name", "n", "--json").json()
    assert shell("keys", "disable", made["id"]).out == f"{made['id']} is disabled\n"
    row = next(row for row in shell("keys", "list", "--json").json() if row["id"] == made["id"])
    assert row["disabled"].endswith("Z")
    again = shell("keys", "disable", made["id"])
    assert again.code == 4
    assert "see 'shoal keys list'" in again.err


def test_a_disabled_key_asks_nothing_more(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shell("keys", "create", "--name", "n", "--json").json()
    monkeypatch.setenv("SHOAL_API_KEY", made["key"])
    assert shell("ask", "How do I add a host?").code == 0
    shell("keys", "disable", made["id"])
    said = shell("ask", "How do I add a host?")
    assert said.code == 4
    assert "disabled" in said.err


def test_save_gives_the_command_line_its_own_key_back(shell: Shell) -> None:
    shell("keys", "create", "--name", "n")
    (shell.home / "config/shoal/credentials.json").unlink()
    lost = shell("ask", "How do I add a host?")
    assert lost.code == 4
    assert "shoal keys create --name cli --role admin --save" in lost.err
    shell("keys", "create", "--name", "cli", "--role", "admin", "--save")
    assert shell("ask", "How do I add a host?").code == 0


def test_an_unknown_role_is_wrong_usage(shell: Shell) -> None:
    assert shell("keys", "create", "--name", "n", "--role", "captain").code == 2


def test_rotate_gives_the_same_key_a_new_form(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shell("keys", "create", "--name", "n", "--tag", "app=reports", "--json").json()
    assert made["tags"] == {"app": "reports"}
    turned = shell("keys", "rotate", made["id"], "--hours", "0")
    assert turned.out.startswith(f"sk-shoal-{made['id']}-")
    assert "old form works for 0 h more" in turned.err
    monkeypatch.setenv("SHOAL_API_KEY", made["key"])
    assert shell("ask", "How do I add a host?").code == 4
    monkeypatch.setenv("SHOAL_API_KEY", turned.out.strip())
    assert shell("ask", "How do I add a host?").code == 0


def test_show_expire_and_delete(shell: Shell) -> None:
    made = shell("keys", "create", "--name", "n", "--hours", "2", "--tenant", "north", "--json").json()
    assert made["expires"].endswith("Z")
    shown = shell("keys", "show", made["id"]).out
    assert "tenant: north" in shown
    assert made["key"] not in shown
    ended = shell("keys", "expire", made["id"], "--hours", "1", "--json").json()
    assert ended["expires"] < made["expires"]
    assert shell("keys", "delete", made["id"]).out == f"{made['id']} is deleted\n"
    assert shell("keys", "show", made["id"]).code == 4
    assert [row["tenant"] for row in shell("keys", "list", "--tenant", "north", "--json").json()] == []


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "--name", ""),
        ("keys", "create", "--name", "two\nlines"),
        ("keys", "create", "--name", "n", "--hours", "1e300"),
        ("keys", "create", "--name", "n", "--endpoint", "chat"),
        ("keys", "create", "--name", "n", "--area", "everything"),
        ("keys", "create", "--name", "n", "--tenant", "../north"),
        ("keys", "create", "--name", "n", "--tag", "a=" + "x" * 257),
        ("teams", "create", "Two Words"),
        ("teams", "create", "two", "--name", "\x1b[2J"),
        ("users", "create", "--name", "\t"),
        ("users", "create", "--name", "n", "--email", "nobody"),
        ("organisations", "create", "../north"),
        ("limits", "add", "a/b", "--requests", "5/hour"),
    ],
)
def test_what_the_admin_api_refuses_the_command_line_refuses_too(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell(*words).code == 1
    assert len(shell("keys", "list", "--json").json()) == 2
