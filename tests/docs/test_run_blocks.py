"""Every example of the documentation that is marked `run` runs: Python, shell, and commands with their `$`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.conftest import Running, empty_home
from tests.docs.pages import ROOT, Block, blocks

WRITTEN_ADDRESS = "http://127.0.0.1:8600"
LONGEST_S = 300


def run(command: list[str], gateway: Running) -> str:
    """What the command prints. Fails with what it says where it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env=gateway.environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def commands(block: Block) -> str:
    """The lines of a console block that a person types."""
    return "\n".join(line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ "))


@pytest.mark.parametrize("block", blocks("python", mark="run"), ids=str)
def test_python_blocks_run(block: Block, gateway: Running) -> None:
    program = block.text.replace(WRITTEN_ADDRESS, gateway.address)
    assert run([sys.executable, "-W", "error", "-c", program], gateway).strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("block", blocks("bash", mark="run"), ids=str)
def test_shell_blocks_run(block: Block, gateway: Running) -> None:
    said = run(["sh", "-ec", block.text.replace(WRITTEN_ADDRESS, gateway.address)], gateway)
    assert said.strip()
    assert '"error"' not in said


@pytest.mark.parametrize("block", blocks("console", mark="run"), ids=str)
def test_console_blocks_run(block: Block, gateway: Running) -> None:
    typed = commands(block)
    assert typed, "a console block that runs has lines that begin with '$ '"
    assert run(["sh", "-ec", typed], gateway).strip()


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_blocks_compile(block: Block) -> None:
    compile(block.text, str(block), "exec")


def test_the_plug_in_answers(tmp_path: Path) -> None:
    (block,) = blocks("python", mark="plugin")
    (tmp_path / "echo_plugin.py").write_text(block.text, encoding="utf-8")
    (tmp_path / "shoal.toml").write_text('[plugins]\nmodules = ["echo_plugin"]\n', encoding="utf-8")
    environment = {**empty_home(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = ["shoal", "ask", "--model", "echo", "hello"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.stdout.strip() == "hello", done.stderr
