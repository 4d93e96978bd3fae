"""`shoal energy savings`: a sample is drawn, replays are read, and a claim is made or not."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.facts.tables import load
from shoal.metering.meter import Metered
from shoal.metering.metering import build
from shoal.stores.database import Database
from tests.unit.cli.conftest import Shell
from tests.unit.metering.ledger import attempt, exchange, write

AT = 1_795_000_000.0
SPAN = ("--from", "2026-11", "--to", "2026-11")
SETTINGS = """
[hosts.gpu]
row = "vllm"
base_url = "http://127.0.0.1:9/v1"
[models.small]
host = "gpu"
params_b = 8
[models.large]
host = "gpu"
params_b = 70
[metering.hosts.gpu]
region = "FRA"
hardware = "h100"
[metering.baseline]
kind = "{kind}"
"""


@pytest.fixture
def filled(shell: Shell) -> Shell:
    database = Database(shell.data)
    database.migrate()
    made = [exchange(number, AT + number, [attempt(0, "small", "gpu", scale=0.001)]) for number in range(90)]
    write(database, made)
    database.close()
    return shell


def settings(shell: Shell, kind: str) -> str:
    return shell.write("shoal.toml", SETTINGS.format(kind=kind))


def replay(path: Path, quality: float = 0.9) -> None:
    """Fills in what an operator found out."""
    head, *lines = map(orjson.loads, path.read_bytes().splitlines())
    took = {"model": "large", "prompt_tokens": 100, "completion_tokens": 400, "latency_s": 4, "concurrency": 64}
    filled = [line | {"attempts": [took], "quality": 0.9, "actual_quality": quality} for line in lines]
    path.write_bytes(b"\n".join(map(orjson.dumps, [head, *filled])))


def test_a_sample_is_drawn_replayed_and_told(filled: Shell, tmp_path: Path) -> None:
    config, path = settings(filled, "largest-model"), tmp_path / "sample.jsonl"
    said = filled("energy", "savings", *SPAN, "--draw", "40", "--out", str(path), "--config", config)
    assert (said.code, "40 of 90 exchanges drawn" in said.err) == (0, True)
    assert filled("energy", "savings", "--replays", str(path), "--config", config).code == 3
    replay(path)
    told = filled("energy", "savings", "--replays", str(path), "--config", config, "--json").json()
    energy = {each["quantity"]: each for each in told}["energy_wh"]
    assert (energy["verdict"], energy["told"], energy["against"]) == ("saved", True, "large")
    assert (energy["sampled"], energy["exchanges"]) == (40, 90)
    assert 0 < energy["low"] <= energy["expected"] <= energy["high"]
    lines = filled("energy", "savings", "--replays", str(path), "--config", config).out.splitlines()
    assert lines[0] == "baseline: always the largest model of the pool (large)"
    assert lines[2].startswith("energy_wh\tsaved\t")
    replay(path, quality=0.5)
    lines = filled("energy", "savings", "--replays", str(path), "--config", config).out.splitlines()
    assert lines[2] == "energy_wh\tunmatched: quality is not shown to be as good\t\t\t40\t90"


def test_a_sample_that_somebody_picked_is_refused(filled: Shell, tmp_path: Path) -> None:
    config, path = settings(filled, "largest-model"), tmp_path / "sample.jsonl"
    filled("energy", "savings", *SPAN, "--draw", "40", "--out", str(path), "--config", config)
    replay(path)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], *lines[2:]]))
    assert filled("energy", "savings", "--replays", str(path), "--config", config).code == 3
    path.write_bytes(b"\n".join([*lines[:-1], lines[-1].replace(b"ex_", b"ex_x")]))
    said = filled("energy", "savings", "--replays", str(path), "--config", config)
    assert (said.code, "are not in the draw" in said.err) == (3, True)


def test_the_worlds_grid_needs_no_replays(filled: Shell) -> None:
    (told,) = filled("energy", "savings", *SPAN, "--config", settings(filled, "world-grid"), "--json").json()
    assert (told["quantity"], told["sampled"], told["exchanges"]) == ("usage_gco2e", 90, 90)
    # Whatever was written down: both sides have the factors of the settings.
    served = Metered("small", "served", "FRA", hardware="h100", params_b=8)
    made = Attempt("small", "gpu", Purpose.ANSWER, 0.0, outcome="ok", pieces=1, latency_s=1.0, usage=Usage(100, 50))
    energy = build([served], load()).attempt(made).energy_wh
    assert energy is not None
    assert told["verdict"] == "saved"
    assert told["expected"] == pytest.approx(90 * energy.expected * (480.6 - 56) / 1000, rel=1e-2)


@pytest.mark.parametrize(
    ("kind", "words", "says", "code"),
    [
        ("largest-model", (), "draw a sample with --draw", 3),
        ("largest-model", ("--draw", "10"), "name the file", 2),
        ("world-grid", ("--from", "2025", "--to", "2025"), "nothing was used", 3),
        ("largest-model", ("--draw", "10", "--out", "none", "--from", "2025", "--to", "2025"), "nothing was used", 3),
        ("world-grid", ("--from", "2026", "--to", "2025"), "ends before it begins", 2),
    ],
)
def test_what_is_missing_is_said(filled: Shell, kind: str, words: tuple[str, ...], says: str, code: int) -> None:
    said = filled("energy", "savings", *words, "--config", settings(filled, kind))
    assert (said.code, says in said.err) == (code, True)


def test_without_a_baseline_nothing_is_claimed(shell: Shell) -> None:
    said = shell("energy", "savings")
    assert said.code == 3
    assert "no baseline is declared" in said.err
