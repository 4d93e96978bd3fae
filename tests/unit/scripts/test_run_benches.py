"""`make bench` runs every bench, each by a command that works from the root."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import run_benches
from scripts.run_benches import BENCHES, PARTS, ROOT


def test_every_module_in_bench_is_run_or_a_part_of_one_that_is() -> None:
    there = {path.stem for path in (ROOT / "bench").glob("*.py")} - {"__init__"}
    assert there == set(BENCHES) | PARTS


def test_the_data_is_handed_on() -> None:
    assert run_benches.command("one", Path("d")) == [sys.executable, "-m", "bench.one", "--data", "d"]


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_takes_the_place_of_the_data(name: str) -> None:
    assert '"--data"' in (ROOT / "bench" / f"{name}.py").read_text()


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_benches.main(["speed-of-light"])
    assert "no bench speed-of-light" in capsys.readouterr().err


def test_a_bench_that_fails_fails_the_run_and_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_benches, "BENCHES", ("there_is_none",))
    assert run_benches.main([]) == 1
    assert "failed: there_is_none" in capsys.readouterr().err
