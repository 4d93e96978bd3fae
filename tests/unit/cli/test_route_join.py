"""`shoal route join`: a model joins from anchors, is not chosen until it is certified, and then is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from shoal.cli.run import run
from shoal.routing.features import AskFeatures
from shoal.routing.route import Route
from tests.unit.routing.labelled import EASY, HARD, labels

ALL = ("small", "large", "twin")
EASY_ASK, HARD_ASK = (f"Please tell me about the {words}, case 13." for words in (EASY[2], HARD[2]))


def write(folder: Path, name: str, count: int, seed: int, models: Sequence[str] = ALL) -> str:
    """Labels in which the twin knows what the small model knows, and is never wrong there."""
    found = labels(count, seed, noise=0.05)
    lines = []
    for at, (ask, (small, large), group) in enumerate(zip(found.asks, found.scores, found.groups, strict=True)):
        scores = {"small": float(small), "large": float(large), "twin": float(group["tag"] == "topic=shop")}
        lines.append({"id": f"{name}-{at}", "prompt": ask, "scores": {each: scores[each] for each in models}})
    file = folder / name
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(file)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a route of the small and the large model."""
    folder = tmp_path_factory.mktemp("join")
    made = write(folder, "labels.jsonl", 1200, 0, ("small", "large"))
    words = ("--reference", "large", "--models", "small", "--alpha", "0.08", "--out", str(folder / "route"))
    assert run(["route", "certify", made, *words]) == 0
    return folder


def join(home: Path, anchors: str, *more: str, name: str = "twin", out: str = "joined") -> int:
    return run(["route", "join", str(home / "route"), anchors, "--model", name, "--out", str(home / out), *more])


def config(home: Path, route: str) -> Sequence[str]:
    models = "".join(f'[models.{name}]\nhost = "h"\nprice = {{ input = {usd}, output = {usd} }}\n'
                     for name, usd in (("small", 1), ("large", 5), ("twin", 0.1)))  # fmt: skip
    host = '[hosts.h]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
    auto = '[auto]\nreference = "large"\nweights = { cost = 1, energy = 0, carbon = 0 }\n'
    file = home / f"{route}.toml"
    file.write_text(f"{host}{models}{auto}[routing]\nroute = {json.dumps(str(home / route))}\n")
    return ("--config", str(file), "--data-dir", str(home / "data"), "--json")


def chosen(home: Path, route: str, ask: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, set[str]]:
    """The model that is chosen, and the names of all that were weighed."""
    capsys.readouterr()
    assert run(["route", "explain", ask, *config(home, route)]) == 0
    told = json.loads(capsys.readouterr().out)
    return told["model"], {each["model"] for each in told["candidates"]}


def test_who_joins_is_not_chosen_until_it_is_certified(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchors = write(home, "anchors.jsonl", 300, 5, ("twin",))
    assert join(home, anchors) == 0
    said = capsys.readouterr().out
    assert "'twin' has joined from 300 anchors, and is not chosen: nothing is certified of it." in said
    assert "at most 8.0% worse, with 90%" in said
    before, after = Route.load(home / "route"), Route.load(home / "joined")
    assert after.value.models == ALL
    asks = AskFeatures().of([EASY_ASK, HARD_ASK])
    one, other = (each.value.values(asks, [{}, {}]).good for each in (before, after))
    assert np.allclose(one, other[:, :2])
    assert before.certificate.segments == after.certificate.segments
    assert chosen(home, "joined", EASY_ASK, capsys) == ("small", {"small", "large"})

    held = write(home, "held.jsonl", 900, 9)
    assert join(home, anchors, "--certify", held, "--days", "30", "--json", out="certified") == 0
    told = capsys.readouterr()
    assert "labels ask what an anchor asks: they do not certify" in told.err
    made = json.loads(told.out)
    certificate = made["certificate"]
    assert certificate["models"] == ["small", "twin"]
    assert (certificate["alpha"], certificate["delta"], certificate["reference"]) == (0.08, 0.1, "large")
    assert certificate["expires"] - certificate["made"] == pytest.approx(30 * 86_400)
    assert made["finding"]["worth_it"] is True
    everyone = {"small", "large", "twin"}
    assert chosen(home, "certified", EASY_ASK, capsys) == ("twin", everyone)
    assert chosen(home, "certified", HARD_ASK, capsys) == ("large", everyone)


def test_what_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = write(home, "few.jsonl", 199, 5)
    enough = write(home, "enough.jsonl", 200, 5)
    own = write(home, "own.jsonl", 1200, 0)
    for words, says in (
        ((few,), "199 anchors have a score of 'twin', 200 are the least: label more"),
        ((write(home, "others.jsonl", 200, 5, ("small",)),), "the labels say nothing of model 'twin'"),
        ((enough, "--certify", few), "are the least: label more"),
        ((enough, "--certify", own), "the route was made of these labels: certify on others"),
        ((enough, "--certify", write(home, "part.jsonl", 600, 9, ("twin", "large"))), "nothing of model 'small'"),
    ):
        assert join(home, *words, out="refused") == 3
        assert says in " ".join(capsys.readouterr().err.split())
    assert not (home / "refused").exists()
    assert join(home, enough, name="small") == 3
    assert "'small' is known already" in capsys.readouterr().err
    assert join(home, enough, out="route") == 3
    assert "the route in use is not written over" in capsys.readouterr().err
