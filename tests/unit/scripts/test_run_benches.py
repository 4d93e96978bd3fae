"""`make bench` runs every bench, each by a command that works from the root."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from scripts import run_benches
from scripts.run_benches import BENCHES, ROOT, WITHOUT_DATA


def test_every_module_that_takes_the_data_is_run() -> None:
    """The other modules in bench/ are parts of benches, start a peer, or write what a model is trained on."""
    writing = {"answer_examples"}
    modules = {path.stem: path for path in (ROOT / "bench").glob("*.py")}
    modules |= {path.parent.name: path for path in (ROOT / "bench").glob("*/__main__.py")}
    taking = {name for name, path in modules.items() if '"--data"' in path.read_text()}
    assert taking - writing == set(BENCHES) - WITHOUT_DATA
    assert set(BENCHES) <= set(modules)


def test_every_bench_that_the_docs_quote_is_run() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    quoted = {name for page in pages for name in re.findall(r"bench/(\w+)\.py", page.read_text(encoding="utf-8"))}
    assert quoted <= set(BENCHES)


def test_the_data_is_handed_on_to_those_that_take_it() -> None:
    assert run_benches.command("triage", Path("d")) == [sys.executable, "-m", "bench.triage", "--data", "d"]
    assert run_benches.command("http_clients", Path("d")) == [sys.executable, "-m", "bench.http_clients"]


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
