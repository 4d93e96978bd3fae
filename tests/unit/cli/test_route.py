"""`shoal route`: certify, show, explain, and what is said of wrong input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from shoal.cli.run import run
from tests.unit.routing.labelled import labels

CONFIG = """
[hosts.h]
dialect = "openai"
base_url = "http://127.0.0.1:9/v1"
[models.small]
host = "h"
price = { input = 0.2, output = 0.2 }
[models.large]
host = "h"
price = { input = 5, output = 15 }
[auto]
reference = "large"
weights = { cost = 1, energy = 0, carbon = 0 }
[routing]
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    found = labels(1200)
    lines = [
        {"id": at, "prompt": ask, "scores": dict(zip(found.models, score, strict=True)), "tokens": {"small": 40}}
        for at, (ask, score) in enumerate(zip(found.asks, found.scores.tolist(), strict=True))
    ]
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def certify(labels: Path, *more: str) -> int:
    route = str(labels.parent / "route")
    return run(["route", "certify", str(labels), "--reference", "large", "--models", "small", "--out", route, *more])


def test_a_route_from_labels_to_an_explained_choice(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify(written, "--alpha", "0.08", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["finding"]["worth_it"] is True
    assert made["certificate"]["segments"]["all"]["share"] > 0.3

    assert run(["route", "show", made["route"]]) == 0
    assert "at most 8.0% worse, with 90%" in capsys.readouterr().out

    config = written.parent / "shoal.toml"
    config.write_text(f"{CONFIG}route = {json.dumps(made['route'])}\n")
    where: Sequence[str] = ("--config", str(config), "--data-dir", str(written.parent / "data"))
    asked = "Please tell me about the return policy for shoes, case 13."
    assert run(["route", "explain", asked, *where, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "small"
    prices = {each["model"]: each["cost_usd"] for each in told["candidates"]}
    assert 0 < prices["small"] < prices["large"]

    request = written.parent / "request.json"
    request.write_text(json.dumps({"model": "x", "messages": [{"role": "user", "content": asked}], "tools": [{}]}))
    assert run(["route", "explain", str(request), *where]) == 0
    assert "small: will do" in capsys.readouterr().out

    # What the request says of itself counts as it does at the gateway.
    wish = {"messages": [{"role": "user", "content": asked}], "shoal": {"optimize": "quality", "tags": {"team": "a"}}}
    request.write_text(json.dumps(wish))
    assert run(["route", "explain", str(request), *where, "--tenant", "north"]) == 0
    assert "large: the best answer was asked for" in capsys.readouterr().out
    assert run(["route", "explain", str(request), *where, "--optimize", "cost"]) == 0
    assert "small: will do for cost" in capsys.readouterr().out
    for wrong, says in (
        ({"messages": 3}, "messages: send at least one"),
        ({"shoal": {"tag": 1}}, "did you mean 'tags'"),
    ):
        request.write_text(json.dumps({**wish, **wrong}))
        assert run(["route", "explain", str(request), *where]) == 2
        assert says in " ".join(capsys.readouterr().err.split())


def test_asks_that_certify_and_were_learned_from_are_told(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written.read_text().splitlines()
    numbered = [{**json.loads(line), "prompt": f"{json.loads(line)['prompt']} {at}"} for at, line in enumerate(lines)]
    for times, told in ((1, False), (3, True)):
        again = [{**line, "id": at} for at, line in enumerate(numbered * times)]
        written.write_text("".join(f"{json.dumps(line)}\n" for line in again))
        assert certify(written) == 0
        assert ("of the labels that certify ask what others ask" in capsys.readouterr().err) is told


@pytest.mark.parametrize(("copies", "code"), [(0, 0), (299, 0), (300, 3), (2400, 3)])
def test_copies_without_an_id_certify_nothing(
    written: Path, capsys: pytest.CaptureFixture[str], copies: int, code: int
) -> None:
    """Of 1,200 labels and so many copies a fifth or more may not be copies."""
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    plain = [{**line, "prompt": f"{line['prompt']} {line['id']}", "id": None} for line in lines]
    written.write_text("".join(f"{json.dumps(line)}\n" for line in [*plain, *(plain * 2)[:copies]]))
    assert certify(written) == code
    told = f"{copies} of {1200 + copies} labels are copies of others"
    assert (told in capsys.readouterr().err) is bool(code)
    assert (written.parent / "route").exists() is not bool(code)


def test_labels_that_tell_nothing_are_said(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify(written, "--alpha", "0.001") == 0
    assert "keep 'large'" in capsys.readouterr().out


def test_show_says_that_a_certificate_has_expired_and_rounds_no_confidence_up(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert certify(written, "--alpha", "0.08", "--delta", "0.025", "--json") == 0
    folder = Path(json.loads(capsys.readouterr().out)["route"])
    held = json.loads((folder / "certificate.json").read_text())
    (folder / "certificate.json").write_text(json.dumps({**held, "expires": 1.0}))
    assert run(["route", "show", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "worse, with 97.5%" in said
    assert "It has expired: the reference answers all." in said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["certify", "missing.jsonl", "--reference", "large", "--models", "small"], 3, "cannot be read"),
        (["certify", "l", "--reference", "large", "--models", "small", "--days", "1e9"], 2, "--days"),
        (["certify", "l", "--reference", "large", "--models", "small", "--seed", "-1"], 2, "--seed"),
        (["certify", "l", "--reference", "large", "--models", "small", "--tolerance", "inf"], 2, "--tolerance"),
        (["show", "missing"], 3, "is missing or damaged"),
        (["explain", "missing.json"], 2, "cannot be read"),
        (["explain", "hello", "--optimize", "energie"], 2, "did you mean 'energy'"),
    ],
)
def test_what_is_not_there(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["route", *arguments]) == code
    assert says in capsys.readouterr().err


def test_explain_needs_a_route(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "explain", "hello", "--data-dir", str(tmp_path)]) == 3
    assert "no route is configured" in capsys.readouterr().err
