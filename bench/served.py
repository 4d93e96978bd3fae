"""Starts Shoal as a process of its own, for benches and the demo, on a free port with its data in a given folder.

It knows the command `shoal up` and what a first start prints; it sends no request.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.process import spawn


@dataclass(frozen=True)
class Served:
    """A Shoal that listens: `base_url` ends in /v1, `key` is the member key that the first start minted."""

    process: subprocess.Popen[bytes]
    base_url: str
    key: str


def serve_shoal(folder: Path, config: Path | None = None) -> Served:
    """Starts a gateway whose data and credential lie in `folder`, and waits until it listens; without `config` it looks
    for its settings where every `shoal up` does. Raises RuntimeError where it ends instead."""
    command = [str(Path(sys.executable).with_name("shoal")), "up", "--json", "--host", "127.0.0.1", "--port", "0"]
    command += ["--data-dir", str(folder / "data")] + (["--config", str(config)] if config else [])
    homes = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "home")}
    process = spawn(command, folder / "log", homes)
    assert process.stdout
    for line in process.stdout:
        said = json.loads(line)
        if said.get("event") == "started":
            return Served(process, f"{said['address']}/v1", said["member_key"])
    code = process.wait()
    last = (folder / "log").read_text(errors="replace").strip()[-500:]
    raise RuntimeError(f"the gateway ended with exit code {code} before it listened: {last}")
