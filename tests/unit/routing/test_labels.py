"""Labels from files: the form, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shoal.chat import Chat, Message, ShoalOptions
from shoal.errors import ConfigError
from shoal.routing.groups import groups_of
from shoal.routing.labels import labels_of, read_labels

GOOD = '{"prompt": "a", "scores": {"x": 1, "y": 0.5}, "tokens": {"x": 7}, "groups": {"tag": "t"}}'


def test_a_line(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text(f'{GOOD}\n\n{{"messages": [{{"role": "user", "content": "b"}}], "scores": {{"y": 1}}}}\n')
    found = read_labels(file)
    assert found.models == ("x", "y")
    assert list(found.asks) == ["a", "b"]
    assert np.array_equal(found.scores, [[1, 0.5], [np.nan, 1]], equal_nan=True)
    assert found.tokens[0, 0] == 7
    assert found.groups[0] == {"tag": "t"}
    assert list(found.complete().asks) == ["a"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: this is not JSON"),
        ("[]", "line 2: this is not a JSON object"),
        ('{"scores": {"x": 1}}', "neither 'prompt'"),
        ('{"prompt": 3, "scores": {"x": 1}}', "neither 'prompt'"),
        ('{"prompt": "a", "scores": {"x": 2}}', "a number from 0 to 1"),
        ('{"prompt": "a", "scores": {"x": NaN}}', "a number from 0 to 1"),
        ('{"prompt": "a", "scores": {"x": "good"}}', "a number from 0 to 1"),
        ('{"prompt": "a", "scores": [1]}', "must be an object"),
        ('{"prompt": "a", "scores": {"x": 1}, "checks": {"x": 1}}', "'checks' must hold, by model, an object"),
        ('{"prompt": "a", "scores": {"x": 1}, "checks": [1]}', "'checks' must hold, by model, an object"),
        ('{"prompt": "a", "scores": {"x": 1}, "checks": {"x": {"confidence": "high"}}}', "an object of numbers"),
        ('{"prompt": "a", "scores": {"x": 1}, "checks": {"x": {"confidence": NaN}}}', "an object of numbers"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(ConfigError, match=says):
        read_labels(file)


def test_a_file_that_is_no_text_or_nested_too_deep(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    for body, says in ((b"\xff\xfe\n", "is not UTF-8"), (b"[" * 100_000, "line 1: this is not JSON")):
        file.write_bytes(body)
        with pytest.raises(ConfigError, match=says):
            read_labels(file)


def test_a_line_that_stands_there_again_under_its_id_counts_once() -> None:
    one = {"id": "ex_1", "prompt": "a", "scores": {"x": 1}}
    assert len(labels_of([one, one, {**one, "scores": {"x": 0}}, {**one, "id": "ex_2"}])) == 3
    nameless = {"prompt": "a", "scores": {"x": 1}}
    assert len(labels_of([nameless, nameless])) == 2, "two requests may be alike in all"


def test_groups_are_those_that_a_request_tells() -> None:
    """What it could not tell is not learned from; a system prompt goes by the hash that a request has."""
    system = "You answer questions on parcels."
    chat = Chat("auto", (Message.of("system", system), Message.of("user", "a")), shoal=ShoalOptions(tags={"t": "x"}))
    known = groups_of(chat)
    wire = [{"role": "system", "content": system}, {"role": "user", "content": "a"}]
    rows: list[dict[str, object]] = [
        {"prompt": "a", "groups": {"template": system, "tag": "t=x", "kind": "easy", "step": "1"}},
        {"prompt": "a", "groups": {"template": known["template"], "tag": "t=x"}},
        {"messages": wire, "groups": {"tag": "t=x"}},
    ]
    found = labels_of([{**row, "scores": {"x": 1}} for row in rows])
    assert list(found.groups) == [known] * 3
    assert labels_of([{"messages": wire, "scores": {"x": 1}}]).groups[0] == {"template": known["template"]}
    with pytest.raises(ConfigError, match="line 1 of the labels: 'groups' must be an object"):
        labels_of([{"prompt": "a", "scores": {"x": 1}, "groups": ["t=x"]}])


def test_no_labels_and_unknown_models() -> None:
    with pytest.raises(ConfigError, match="there are no labels"):
        labels_of([])
    with pytest.raises(ConfigError, match="they know x, y"):
        labels_of([{"prompt": "a", "scores": {"x": 1, "y": 1}}]).of(["z"])


def test_the_digest_tells_data_apart() -> None:
    one, other = (labels_of([{"prompt": "a", "scores": {"x": score}}]) for score in (0, 1))
    assert one.digest() != other.digest()
    assert one.digest() == labels_of([{"prompt": "a", "scores": {"x": 0}}]).digest()


def test_checks_stay_with_their_asks() -> None:
    lines = [
        {"prompt": "a", "scores": {"x": 1}, "checks": {"x": {"refusal": True, "logprobs": -0.25}}},
        {"prompt": "b", "scores": {"x": 0}, "checks": {"x": {"refusal": False}}},
    ]
    found = labels_of(lines)
    assert found.checks["x", "refusal"].tolist() == [1.0, 0.0]
    assert np.array_equal(found.checks["x", "logprobs"], [-0.25, np.nan], equal_nan=True)
    assert found.taken(np.array([1])).of(["x"]).checks["x", "refusal"].tolist() == [0.0]
