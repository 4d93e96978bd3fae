"""Installed tables: over the package's own, below the named ones, and nothing is changed by a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import ConfigError
from shoal.facts.installed import Change, install, tables
from shoal.facts.tables import load

HEAD = "topic,subject,quantity,low,value,high,unit,year,source\n"


def written(folder: Path, name: str, value: float, subject: str = "DEU") -> Path:
    path = folder / name
    path.write_text(f"{HEAD}grid,{subject},average,,{value},,gCO2e/kWh,2026,ours\n", encoding="utf-8")
    return path


def value(data: Path, *named: Path) -> float:
    return load(*tables(data, named)).find("grid", "DEU", "average").value


def values(change: Change) -> tuple[float | None, ...]:
    return tuple(None if each is None else each.value for each in (change.before, change.after))


def test_a_table_is_installed_and_replaced_by_one_of_its_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    old = load().find("grid", "DEU", "average").value
    facts, changes = install(data, (), written(tmp_path, "grid.csv", 300))
    assert [(each.topic, each.subject, each.quantity, *values(each)) for each in changes] == [
        ("grid", "DEU", "average", old, 300)
    ]
    assert facts.version == load(*tables(data, ())).version != load().version
    _, changes = install(data, (), written(tmp_path, "grid.csv", 250))
    assert [each.before.value for each in changes if each.before] == [300]
    assert value(data) == 250
    assert len(tables(data, ())) == 1


def test_the_same_table_again_changes_nothing(tmp_path: Path) -> None:
    install(tmp_path, (), written(tmp_path, "grid.csv", 300))
    assert install(tmp_path, (), tmp_path / "grid.csv")[1] == []


def test_a_named_table_lies_on_top(tmp_path: Path) -> None:
    named = written(tmp_path, "mine.csv", 1)
    _, changes = install(tmp_path, (named,), written(tmp_path, "grid.csv", 300))
    assert changes == []
    assert value(tmp_path, named) == 1
    assert value(tmp_path) == 300


def test_a_figure_that_is_new_had_nothing_before(tmp_path: Path) -> None:
    _, (change,) = install(tmp_path, (), written(tmp_path, "grid.csv", 300, "XKX2"))
    assert change.before is None


def test_what_the_table_of_its_name_had_is_taken_away_and_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    old = load().find("grid", "DEU", "average").value
    install(data, (), written(tmp_path, "grid.csv", 300))
    _, changes = install(data, (), written(tmp_path, "grid.csv", 20, "XKX2"))
    assert [(each.subject, *values(each)) for each in changes] == [("DEU", 300, old), ("XKX2", None, 20)]
    _, changes = install(data, (), written(tmp_path, "grid.csv", 300))
    assert [(each.subject, *values(each)) for each in changes] == [("XKX2", 20, None), ("DEU", old, 300)]


@pytest.mark.parametrize(
    ("name", "text"),
    [("grid.csv", "subject\nDEU\n"), ("grid.txt", HEAD), ("none.csv", ""), ("grid.csv", ""), ("grid.csv", HEAD)],
)
def test_a_faulty_table_changes_nothing(tmp_path: Path, name: str, text: str) -> None:
    data = tmp_path / "data"
    if name != "none.csv":
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        install(data, (), tmp_path / name)
    assert not data.exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be copied"):
        install(tmp_path / "data", (), written(tmp_path, "grid.csv", 300))
