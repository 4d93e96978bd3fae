"""Verbs that read say that there is nothing where a data directory was mistyped, and make nothing there."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.cli.house import settings_of
from tests.unit.cli.conftest import Shell

READING = [
    *(("usage",), ("usage", "--me"), ("usage", "--explain", "ex_1"), ("energy", "report"), ("energy", "factors")),
    *(("energy", "savings"), ("report", "first-day"), ("limits", "list"), ("budget", "list")),
    *(("ground", "list"), ("ground", "list", "x"), ("ground", "search", "x", "--collection", "shoal-docs")),
    *(("ground", "remove", "x"), ("keys", "list"), ("keys", "show", "k1"), ("keys", "disable", "k1")),
    *(
        ("teams", "list"),
        ("users", "list"),
        ("organisations", "list"),
        ("trust", "erase", "--tenant", "north", "--yes"),
    ),
]
BASELINE = "[metering.baseline]\nkind = 'world-grid'\n"


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_nothing_is_made_where_nothing_is(shell: Shell, words: tuple[str, ...], tmp_path: Path) -> None:
    shell.write("shoal.toml", BASELINE)
    absent = tmp_path / "mistyped"
    said = shell(*words, "--data-dir", str(absent))
    assert (said.code, said.out) == (4, "")
    assert f"there is no shoal.db in {absent}" in said.err
    assert "--data-dir" in said.err
    assert not absent.exists()
    assert not shell.data.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("models", "list"), 0), (("models", "show", "shoal/answer"), 0), (("route", "explain", "hello"), 3)],
)
def test_what_the_settings_make_can_be_looked_at_where_nothing_is(
    shell: Shell, words: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    shell.write("shoal.toml", "[audit]\nfolder = 'audit'\n")
    absent = tmp_path / "mistyped"
    said = shell(*words, "--data-dir", str(absent))
    assert said.code == code
    assert "your member key" not in said.err
    assert not absent.exists()
    assert not shell.data.exists()
    assert not (shell.home / "audit").exists()


def test_a_look_makes_no_keys(shell: Shell) -> None:
    assert "member key" not in shell.begun()("models", "list").err
    assert "member key" in shell("keys", "list").err


def test_a_postgresql_without_tables_is_left_alone(
    shell: Shell, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shoal.stores.database import Database

    monkeypatch.setenv("TEST_DATABASE", postgres_url)
    shell.write("shoal.toml", "[server]\ndatabase = 'env:TEST_DATABASE'\n")
    said = shell("usage")
    assert (said.code, said.out) == (4, "")
    assert "has no tables of Shoal" in said.err
    database = Database(shell.data, postgres_url)
    assert database.revision() is None
    database.close()


def test_where_all_is_observed_an_organisation_s_own_mode_is_too(shell: Shell) -> None:
    text = "[routing]\nmode = 'off'\n[routing.tenants.a]\nmode = 'enforce'\nallow = []\n"
    path = Path(shell.write("shoal.toml", text))
    for observe, mode in ((False, "enforce"), (True, "observe")):
        rules = settings_of(path, observe=observe).settings.of("a").routing
        assert (rules.mode, rules.allow) == (mode, ())
