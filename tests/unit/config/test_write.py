"""One table is written into shoal.toml and nothing else is touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from shoal.config.write import with_table, write_table
from shoal.errors import ConfigError

NAME = "metering.sharing.cpu"
NEW = {"input": 0.5, "idle_w": 40.0}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[metering.sharing.cpu]\ninput = 0.5\nidle_w = 40.0\n"),
        (
            "# mine\n[server]\nport = 1",
            "# mine\n[server]\nport = 1\n\n[metering.sharing.cpu]\ninput = 0.5\nidle_w = 40.0\n",
        ),
        (
            "[metering.sharing.cpu]  # old\ninput = 9\nsecond = 2\n\n[server] # kept\nport = 1\n",
            "[metering.sharing.cpu]\ninput = 0.5\nidle_w = 40.0\n\n[server] # kept\nport = 1\n",
        ),
        ("[ metering.sharing.cpu ]\ninput = 9\n", "[metering.sharing.cpu]\ninput = 0.5\nidle_w = 40.0\n"),
    ],
)
def test_the_table_is_put_in_its_place(before: str, after: str) -> None:
    assert with_table(before, NAME, NEW) == after
    assert tomllib.loads(after)["metering"]["sharing"]["cpu"] == NEW


@pytest.mark.parametrize(
    "text",
    [
        "[metering]\nsharing = {cpu = {input = 1}}\n",
        "[metering.sharing]\ncpu.input = 1\n",
        'note = """\n[metering.sharing.cpu]\ninput = 1\n"""\n',
        "[metering.sharing.cpu.deeper]\nx = 1\n",
        "no toml",
    ],
)
def test_where_something_else_would_change_nothing_does(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shoal.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"write it yourself: input = 0.5, idle_w = 40"):
        write_table(path, NAME, NEW)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_not_there_is_made_and_rights_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "shoal.toml"
    write_table(path, NAME, NEW)
    path.chmod(0o600)
    write_table(path, NAME, {"input": 1.0})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"metering": {"sharing": {"cpu": {"input": 1.0}}}}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make it writable"):
        write_table(tmp_path, NAME, NEW)
