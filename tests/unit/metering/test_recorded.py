"""Recorded windows: what is written is read again, and a line of another form is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import ConfigError
from shoal.metering.calibration import Observed
from shoal.metering.recorded import read_windows, write_windows
from shoal.metering.sharing import Work

GOOD = '{"counters":"cpu","joules":5,"seconds":1,"input":2,"output":3,"resident_s":0.5}'


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    windows = {"cpu": [Observed(5.0, 1.0, Work(2.0, 3.0, 0.5))], "gpu": [Observed(7.0, 1.5, Work())] * 2}
    write_windows(tmp_path / "w.jsonl", windows)
    assert read_windows(tmp_path / "w.jsonl") == windows


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no json", "line 3: a window has"),
        (GOOD.replace("5,", '"5",'), "line 3: a window has"),
        (GOOD.replace("5,", "-5,"), "line 3: a window has"),
        (GOOD.replace('"input":2,', ""), "line 3: a window has"),
        ("[]", "line 3: a window has"),
        (GOOD.replace("cpu", "tpu"), 'line 3: "counters" is'),
    ],
)
def test_a_line_of_another_form_is_named(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "w.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_windows(path)


def test_a_file_without_windows_says_how_to_record_some(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="--record"):
        read_windows(tmp_path / "w.jsonl")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_windows(tmp_path / "none")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_windows(tmp_path / "no" / "w.jsonl", {})
