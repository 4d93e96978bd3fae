"""Tasks: what a line may hold, and what is said of one that is not of the form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import ConfigError
from shoal.routing.rightsize.tasks import Known, read_tasks, tasks_of


def read(tmp_path: Path, *rows: Any) -> Any:
    path = tmp_path / "tasks.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return read_tasks(path)


def test_a_prompt_or_messages_with_what_goes_along(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    tools = [{"type": "function", "function": {"name": "look_up"}}]
    read_all = read(tmp_path, {"prompt": "One?", "answer": "1"}, "", {"id": "b", "messages": messages, "tools": tools})
    first, second = read_all.all
    assert (first.id, first.chat.ask, first.answer) == ("1", "One?", "1")
    assert (second.id, second.chat.system, second.chat.ask) == ("b", "Be brief.", "Hi")
    assert second.chat.options == {"tools": tools}
    assert "One?" not in repr(first)


def test_the_digest_is_of_what_tasks_say(tmp_path: Path) -> None:
    one = read(tmp_path, {"prompt": "a", "answer": "b"}).digest
    assert one == read(tmp_path, '{"answer":  "b", "prompt": "a"}').digest
    assert one != read(tmp_path, {"prompt": "a", "answer": "c"}).digest


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "there are no tasks"),
        (["{"], "line 1: this is not JSON"),
        (["[1]"], "line 1: this is not a JSON object"),
        ([{"answer": "x"}], "needs either 'prompt'"),
        ([{"prompt": " "}], "needs either 'prompt'"),
        ([{"prompt": "x", "messages": []}], "needs either 'prompt'"),
        ([{"messages": [{"role": "robot", "content": "x"}]}], "needs either 'prompt'"),
        ([{"messages": [{"role": "user", "content": [1]}]}], "needs either 'prompt'"),
        ([{"prompt": "x", "anwser": "y"}], "did you mean 'answer'"),
        ([{"prompt": "x", "tags": ["a"]}], "'tags' must be an object"),
        ([{"prompt": "x", "family": 3}], "'family' must be a text"),
        ([{"prompt": "x", "id": {}}], "'id' must be a text"),
        ([{"id": "a", "prompt": "x"}, {"id": "a", "prompt": "y"}], "1 ids come more than once .'a'."),
    ],
)
def test_what_is_not_of_the_form(tmp_path: Path, rows: list[Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, *rows)


def test_what_asks_the_same_counts_once(tmp_path: Path) -> None:
    asked = {"prompt": "One?", "answer": "1"}
    rows = [{"id": f"a{at}", **asked, "family": f"f{at}"} for at in range(3)]
    wordy = {"id": "w", "messages": [{"role": "user", "content": "One?"}], "answer": "1"}
    others = [{**asked, "answer": "2"}, {**asked, "tags": {"team": "a"}}, {**asked, "max_tokens": 5}]
    heard = [{**asked, "id": f"h{at}", "scores": {"small": 1}} for at in range(2)]
    found = read(tmp_path, *rows, wordy, *others, *heard)
    assert [task.id for task in found.all] == ["a0", "5", "6", "7", "h0", "h1"]
    assert (len(found), found.copies) == (6, 3)
    assert read(tmp_path, *others).copies == 0


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_tasks(tmp_path / "missing.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"prompt": "caf\xe9"}\n')
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_tasks(tmp_path / "latin.jsonl")


def test_a_line_of_labels_is_a_task_with_known_scores() -> None:
    row = {
        "id": "ex_1",
        "messages": [{"role": "user", "content": "where is my parcel?"}],
        "scores": {"small": 0.5, "large": 1},
        "tokens": {"small": 40},
        "groups": {"tag": "topic=shop"},
        "model": "small",
        "propensity": 0.95,
    }
    (task,) = tasks_of([(1, row)]).all
    assert task.known == {"small": Known(0.5, 40), "large": Known(1.0)}
    assert task.groups == {"tag": "topic=shop"}


@pytest.mark.parametrize("scores", [{"small": 2}, {"small": "good"}, ["small"], {"small": float("nan")}])
def test_scores_that_are_none(scores: object) -> None:
    with pytest.raises(ConfigError):
        tasks_of([(1, {"prompt": "x", "scores": scores})])
