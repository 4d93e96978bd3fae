"""Each house rule catches its breach, and leaves what is right alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.house_rules import File, breaches, files

DOC = '"""Adds up what the fish have eaten."""\n'


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("src/shoal/long.py", DOC + "x = 1\n" * 600, "601 lines"),
        ("docs/long.md", "line\n" * 601, "601 lines"),
        ("README.md", "line\n" * 151, "at most 150"),
        ("src/shoal/utils.py", DOC, "'utils'"),
        ("src/shoal/text_helper.py", DOC, "'text_helper'"),
        ("src/shoal/common/fish.py", DOC, "'common'"),
        ("src/shoal/base_model.py", DOC, "'base_model'"),
        ("tests/unit/test_store_v2.py", DOC, "'test_store_v2'"),
        ("src/shoal/bare.py", "x = 1\n", "docstring"),
        ("bench/short.py", '"""Fish."""\n', "docstring"),
        ("src/shoal/reads.py", DOC + "import os\nhome = os.environ['HOME']\n", "line 3: read the environment"),
        ("src/shoal/reads.py", DOC + "from os import getenv\n", "line 2: read the environment"),
        ("src/shoal/wide.py", DOC + "try:\n    x = 1\nexcept Exception:\n    x = 2\n", "line 4: catch"),
        ("src/shoal/wide.py", DOC + "try:\n    x = 1\nexcept:\n    x = 2\n", "line 4: catch"),
        ("src/shoal/wide.py", DOC + "try:\n    x = 1\nexcept (OSError, Exception):\n    x = 2\n", "line 4: catch"),
        ("src/shoal/state.py", DOC + "def grow():\n    global fish\n", "no `global`"),
        ("src/shoal/later.py", DOC + "x = 1  # TO" + "DO more\n", "line 2: file an issue"),
        ("src/shoal/plots.py", DOC + "import matplotlib.pyplot\n", "imports matplotlib"),
        ("src/shoal/plots.py", DOC + "def plot():\n    import seaborn\n", "imports seaborn"),
        ("src/shoal/fit.py", DOC + "def fit():\n    import sklearn\n", "imports sklearn"),
        ("src/shoal/fit.py", DOC + "from sklearn.linear_model import Ridge\n", "imports sklearn"),
        ("docs/setup.md", "pip install -i https://py" + "pi.org/simple shoal\n", "package index"),
        ("docs/setup.md", "see /wo" + "rk/main/README.md\n", "path of one machine"),
    ],
)
def test_a_breach_is_named(name: str, text: str, says: str) -> None:
    (line,) = breaches(File(name, text))
    assert line.startswith(f"{name}: ")
    assert says in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/shoal/facts/mixes.toml", "row = 1\n" * 900),
        ("requirements/base.txt", "row\n" * 900),
        ("src/shoal/config/__init__.py", DOC + "import os\nhome = os.environ['HOME']\n"),
        ("src/shoal/gateway/app.py", DOC + "try:\n    x = 1\nexcept Exception:\n    x = 2\n"),
        ("src/shoal/tuning/fit.py", DOC + "from sklearn.linear_model import Ridge\n"),
        ("src/shoal/marks.py", DOC + "import json\nfrom markdown_it import MarkdownIt\nfrom shoal.chat import Chat\n"),
        ("bench/plots.py", DOC + "import matplotlib\n"),
        ("src/shoal/plots.py", DOC + "def plot():\n    import matplotlib.pyplot\n"),
        ("src/shoal/again.py", DOC + "try:\n    x = 1\nexcept BaseException:\n    raise\n"),
        ("tests/unit/test_information.py", DOC),
        ("src/shoal/__init__.py", ""),
        ("docs/api.md", "GET /v1/work/items, src/root/x\n"),
    ],
)
def test_what_is_right_is_left_alone(name: str, text: str) -> None:
    assert breaches(File(name, text)) == []


def test_the_tree_is_what_git_would_track(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    for name in ("ignored.py", "seen.py"):
        (tmp_path / name).write_text(DOC)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    assert [file.name for file in files(tmp_path)] == [".gitignore", "seen.py"]
