"""A person at the command line: their own home, no settings, and what a command says."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shoal.cli import run
from shoal.stores.database import Database


@dataclass(frozen=True)
class Said:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON value on standard output."""
        assert self.out.count("\n") == 1, "with --json there is one line on standard output"
        return json.loads(self.out)


class Shell:
    """Runs command lines in this process."""

    def __init__(self, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.data = home / "data" / "shoal"
        self._capfd = capfd

    def __call__(self, *words: str) -> Said:
        self._capfd.readouterr()
        code = run(list(words))
        said = self._capfd.readouterr()
        return Said(code, said.out, said.err)

    def begun(self) -> Shell:
        """With an empty database in its data directory."""
        database = Database(self.data)
        database.migrate()
        database.close()
        return self

    def write(self, name: str, text: str) -> str:
        """A file in the home; returns its path."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    for name in [name for name in os.environ if name.startswith("SHOAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, capfd)
