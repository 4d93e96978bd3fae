"""`shoal doctor` on a fresh machine, after a first start, and with something broken."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell

EPHEMERAL = "[server]\nport = 0\n"


def test_a_fresh_machine_has_no_fault_and_stays_untouched(shell: Shell) -> None:
    shell.write("shoal.toml", EPHEMERAL)
    said = shell("doctor")
    assert said.code == 0, said.out
    assert "FAULT" not in said.out
    assert not shell.data.exists()


def test_after_a_first_start_everything_is_there(shell: Shell) -> None:
    shell.write("shoal.toml", EPHEMERAL)
    shell("keys", "list")
    states = {each["name"]: each["state"] for each in shell("doctor", "--json").json()}
    assert states["shoal-docs"] == "warning"  # indexed when it is first asked
    shell("ask", "How do I add a host?")
    found = {each["name"]: each["state"] for each in shell("doctor", "--json").json()}
    assert found.pop("reference model") == "warning"
    assert set(found.values()) == {"ok"}


def test_a_fault_is_exit_code_1_and_named_with_its_fix(shell: Shell) -> None:
    shell.write("shoal.toml", EPHEMERAL + '[hosts.lab]\nrow = "openai"\nkey = "env:NO_SUCH_KEY"\n')
    said = shell("doctor")
    assert said.code == 1
    assert "FAULT  host lab: cannot be used" in said.out
    assert "-> hosts.lab: the key env:NO_SUCH_KEY is empty: set the environment variable NO_SUCH_KEY" in said.out


def test_settings_that_are_wrong_are_a_fault_too(shell: Shell) -> None:
    shell.write("shoal.toml", "[sever]\n")
    said = shell("doctor", "--json")
    assert said.code == 1
    (found,) = said.json()
    assert (found["name"], found["state"]) == ("settings", "fault")


def test_postgresql_is_looked_at_where_it_is_chosen(
    shell: Shell, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("shoal.toml", EPHEMERAL + 'database = "env:DATABASE_URL"\n')
    for url, state, found in (
        (postgres_url, "warning", "none yet"),
        ("postgresql://shoal:secret@127.0.0.1:1/shoal", "fault", "cannot be used"),
        ("sqlite:///x", "fault", "cannot be used"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        said = shell("doctor", "--json")
        finding = next(each for each in said.json() if each["name"] == "PostgreSQL")
        assert (finding["state"], found in finding["found"]) == (state, True)
        assert "secret" not in said.out
