"""Starts Shoal as a process of its own, for benches and the demo, on a free port with its data in a given folder.

It knows the command `shoal up` and what a first start prints; it sends no request.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.process import free_port, spawn

KEY = re.compile(rb"sk-shoal-[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Served:
    """A Shoal that has started: `base_url` ends in /v1, `key` is the member key that the first start minted."""

    process: subprocess.Popen[bytes]
    base_url: str
    key: str


def serve_shoal(folder: Path, config: Path | None = None) -> Served:
    """Starts a gateway whose data and credential lie in `folder`; without `config` it looks for its settings where
    every `shoal up` does. Raises RuntimeError where it ends without printing a key."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("shoal")), "up", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder / "data")] + (["--config", str(config)] if config else [])
    homes = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "home"), "COLUMNS": "250"}
    process = spawn(command, folder / "log", homes)
    return Served(process, f"http://127.0.0.1:{port}/v1", _minted_key(process, folder / "log"))


def _minted_key(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout
    for line in process.stdout:
        if found := KEY.search(line):
            return found.group().decode()
    code = process.wait()
    last = log.read_text(errors="replace").strip()[-500:]
    raise RuntimeError(f"the gateway ended with exit code {code} without printing a key: {last}")
