"""Log lines go to standard error from the given level on, in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shoal.cli.logs import to_stderr


@pytest.fixture(autouse=True)
def _settings_of_its_own() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_json_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr("warning", as_json=True)
    structlog.get_logger("shoal.test").info("unseen")
    structlog.get_logger("shoal.test").warning("seen", fish=3)
    said = capsys.readouterr()
    assert said.out == ""
    line = json.loads(said.err)
    assert (line["event"], line["level"], line["fish"]) == ("seen", "warning", 3)


def test_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr("info")
    structlog.get_logger("shoal.test").info("draining", wait_s=30)
    assert "draining" in capsys.readouterr().err


def test_a_log_that_nobody_reads_stops_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = (tmp_path / "log").open("w", encoding="utf-8")
    monkeypatch.setattr("sys.stderr", gone)
    to_stderr("info", as_json=True)
    structlog.get_logger().info("before")
    gone.close()
    structlog.get_logger().info("after")
    assert "before" in (tmp_path / "log").read_text(encoding="utf-8")
