"""`shoal ground`: add, list, search and remove, on real files and the real index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Shell

LEAVE = "# Leave\n\nEverybody has 30 days of leave a year.\n"
TRAVEL = "# Travel\n\nTake the night train where there is one.\n"


@pytest.fixture
def handbook(shell: Shell) -> Path:
    shell.write("handbook/leave.md", LEAVE)
    shell.write("handbook/travel.md", TRAVEL)
    return shell.home / "handbook"


def test_add_indexes_and_a_second_time_takes_in_what_changed(shell: Shell, handbook: Path) -> None:
    first = shell("ground", "add", str(handbook), "--collection", "house")
    assert first.code == 0
    assert first.out.startswith("house: 2 added, 0 changed, 0 unchanged, 0 removed, 0 left out; 2 passages in ")
    (handbook / "travel.md").write_text(TRAVEL + "\nOr walk.\n")
    second = shell("ground", "add", str(handbook), "--collection", "house", "--json").json()
    assert (second["added"], second["changed"], second["unchanged"]) == (0, 1, 1)


def test_what_is_left_out_is_said_with_the_reason(shell: Shell, handbook: Path) -> None:
    (handbook / "photo.jpeg").write_bytes(b"\xff\xd8")
    said = shell("ground", "add", str(handbook), "--collection", "house")
    assert "left out" in said.err
    assert ".jpeg are not read" in said.err


def test_many_left_out_are_counted(shell: Shell, handbook: Path) -> None:
    for number in range(12):
        (handbook / f"{number}.jpeg").touch()
    assert "left out 2 more" in shell("ground", "add", str(handbook), "--collection", "house").err


def test_list_shows_collections_and_documents(shell: Shell, handbook: Path) -> None:
    shell("ground", "add", str(handbook), "--collection", "house")
    names = [line.split("\t")[0] for line in shell("ground", "list").out.splitlines()]
    assert names == ["collection", "house", "shoal-docs"]
    documents = shell("ground", "list", "house", "--json").json()
    assert [each["source"] for each in documents] == ["handbook/leave.md", "handbook/travel.md"]


def test_search_shows_the_best_passage_first(shell: Shell, handbook: Path) -> None:
    shell("ground", "add", str(handbook), "--collection", "house")
    found = shell("ground", "search", "days", "of", "leave", "--collection", "house", "--json").json()
    assert found[0]["source"] == "handbook/leave.md"
    assert "handbook/leave.md, " in shell("ground", "search", "leave", "--collection", "house").out


def test_search_without_a_hit_says_what_to_try(shell: Shell, handbook: Path) -> None:
    shell("ground", "add", str(handbook), "--collection", "house")
    said = shell("ground", "search", "zebra", "--collection", "house")
    assert (said.code, said.out) == (0, "")
    assert "try others" in said.err


def test_remove_takes_a_file_then_the_collection(shell: Shell, handbook: Path) -> None:
    shell("ground", "add", str(handbook), "--collection", "house")
    assert shell("ground", "remove", "house", str(handbook / "leave.md")).out == "house: 1 documents removed\n"
    assert shell("ground", "remove", "house", "--json").json()["whole"] is True
    assert shell("ground", "list", "house").code == 4
    assert (handbook / "leave.md").exists()


def test_tenants_do_not_see_each_others_collections(shell: Shell, handbook: Path) -> None:
    shell("ground", "add", str(handbook), "--collection", "house", "--tenant", "north")
    assert shell("ground", "search", "leave", "--collection", "house", "--tenant", "south").code == 4


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (["add", "absent", "--collection", "x"], 1, "check the spelling"),
        (["search", "x", "--collection", "shoal-dosc"], 4, "did you mean 'shoal-docs'?"),
        (["remove", "shoal-docs"], 1, "shared by all"),
        (["add", ".", "--collection", "a b"], 1, "choose another name"),
    ],
)
def test_a_slip_is_named_with_its_fix(shell: Shell, words: list[str], code: int, fix: str) -> None:
    said = shell.begun()("ground", *words)
    assert said.code == code
    assert fix in said.err
