"""Every toml and json block of the documentation, and the example configuration, can be read."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from shoal.config import load
from tests.docs.pages import ROOT, Block, blocks

EXAMPLE = ROOT / "shoal.example.toml"
EXAMPLE_LINE = re.compile(r"^# (?=\[[a-z]|[a-z_]+ = )", re.MULTILINE)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SHOAL_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_blocks_load(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "shoal.toml"
    path.write_text(block.text, encoding="utf-8")
    load(path)


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_blocks_parse(block: Block) -> None:
    json.loads(block.text)


def test_the_example_loads_as_it_stands() -> None:
    assert load(EXAMPLE).settings == load(None, {}).settings


def test_the_example_loads_with_every_comment_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "shoal.toml"
    path.write_text(EXAMPLE_LINE.sub("", EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    settings = load(path).settings
    assert set(settings.hosts) == {"local", "openai"}
    assert settings.auto.reference in settings.models
