"""The file of results: it goes on where it was, whatever broke off, and belongs to one set of tasks and one judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.impacts import Range
from shoal.routing.rightsize.result import Reached, Result, Taken
from shoal.routing.rightsize.results import Results

ONE = Result(
    "a", "m", 0.5, confidence=0.9, latency_s=1.5, tokens=7, taken=Taken(Range(1, 2, 3), None, Range.exactly(4))
)


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.jsonl"
    first = Results.open(path, "tasks", "exact")
    first.add(ONE)
    first.add(Result("b", "m", error="host_failed"))
    first.close()
    again = Results.open(path, "tasks", "exact")
    assert again.done["a", "m"] == ONE
    assert again.has("a", "m")
    assert not again.has("b", "m")
    again.add(Result("b", "m", 1.0))
    again.close()
    third = Results.open(path, "tasks", "exact")
    assert third.has("b", "m")
    assert len(list(third)) == 2
    third.close()


@given(st.integers(min_value=1))
def test_a_line_that_was_not_written_to_its_end_is_taken_away(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "results.jsonl")
        first = Results.open(path, "tasks", "exact")
        for name in ("a", "b", "c"):
            first.add(Result(name, "m", 1.0))
        first.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: max(0, len(whole) - cut)])
        again = Results.open(path, "tasks", "exact")
        kept = len(again.done)
        again.add(Result("d", "m", 1.0))
        again.close()
        last = Results.open(path, "tasks", "exact")
        assert len(last.done) == kept + 1
        last.close()


@pytest.mark.parametrize(
    ("tasks", "judge", "said"),
    [("other", "exact", "results of other tasks"), ("tasks", "f1", "judged by 'exact', not 'f1'")],
)
def test_it_belongs_to_one_set_of_tasks_and_one_judge(tmp_path: Path, tasks: str, judge: str, said: str) -> None:
    Results.open(tmp_path / "r", "tasks", "exact").close()
    with pytest.raises(ConfigError, match=said):
        Results.open(tmp_path / "r", tasks, judge)


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    first = Results.open(tmp_path / "r", "tasks", "exact")
    with pytest.raises(ConfigError, match="another run writes"):
        Results.open(tmp_path / "r", "tasks", "exact")
    first.close()


@pytest.mark.parametrize(
    "line", ["{}", "[]", "x", '{"task": "a", "model": "m", "score": 7, "taken": {}, "judged": {}}']
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    Results.open(tmp_path / "r", "tasks", "exact").close()
    with (tmp_path / "r").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ConfigError, match="line 2 is damaged"):
        Results.open(tmp_path / "r", "tasks", "exact")


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("my notes\n")
    with pytest.raises(ConfigError, match="no file of results"):
        Results.open(tmp_path / "r", "tasks", "exact")
    assert (tmp_path / "r").read_text() == "my notes\n"


def test_no_text_shows_by_accident() -> None:
    assert "secret" not in repr(Reached("secret")) + repr(Result("a", "m", answer="secret"))
    assert "answer" not in json.loads(ONE.to_line())
