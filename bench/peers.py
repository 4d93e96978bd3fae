"""How each gateway of the comparison is started against the mock host: Shoal, the bare floor, and peers if installed.

It knows commands, settings and the form of each one's request; it measures nothing. Every gateway runs one worker, with
a key check where it has one, without database or observability service, and is ended by its own process id.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from bench.process import ROOT, end, free_port, spawn
from bench.served import serve_shoal

PATIENCE_S = 120.0
NO_GUARDS = '[trust.defence]\nmode = "off"\n[trust.monitoring]\nmode = "off"\n[audit]\nmode = "off"\n'
OFF = f'[trust.masking]\nmode = "off"\n{NO_GUARDS}'
GUARDS = '[trust.masking]\nmode = "off"\n'
MASKING = f'[trust.masking]\ntier = "{{}}"\n{NO_GUARDS}'


@dataclass
class Running:
    """A started gateway: where and with what to ask it. It may not listen yet."""

    process: subprocess.Popen[bytes]
    url: str
    model: str = "mock"
    key: str = "sk-bench"
    headers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a gateway finds its host and keeps its files. `host_url` ends in /v1; `folder` is empty and its own."""

    host_url: str
    folder: Path


@dataclass(frozen=True)
class Gateway:
    """`start` starts it; `how` says what is measured; `missing` is set where it is not installed."""

    name: str
    how: str
    start: Callable[[Place], Running]
    missing: str | None = None


def gateways(peers_venv: Path, portkey: Path) -> list[Gateway]:
    """All of them, those that are not installed with the reason."""
    python = peers_venv / "bin" / "python"
    inside = peers_venv / "bin" / "litellm"
    litellm = str(inside) if inside.exists() else shutil.which("litellm")
    script = portkey / "node_modules/@portkey-ai/gateway/build/start-server.js"
    node = shutil.which("node")
    return [
        Gateway(
            "Shoal", "named host model, key check, record of every exchange; trust layer and audit off", _shoal(OFF)
        ),
        Gateway("Shoal guards", "the same with defence, monitoring and audit", _shoal(GUARDS)),
        Gateway("Shoal patterns", "the same with masking by patterns alone", _shoal(MASKING.format("patterns"))),
        Gateway(
            "Shoal fast", "the same with masking by patterns and the fast classifier", _shoal(MASKING.format("fast"))
        ),
        Gateway("Shoal all", "all of it, as installed", _shoal("")),
        _floor_with("floor", "pyreqwest"),
        _floor_with("floor aiohttp", "aiohttp"),
        Gateway(
            "LiteLLM",
            "proxy, one worker, key check, no database",
            lambda place: _litellm(place, litellm or ""),
            None if litellm else "not installed (--peers-venv)",
        ),
        Gateway(
            "TensorZero",
            "the gateway in the Python wheel, Rust, observability off, no key check",
            lambda place: _tensorzero(place, str(python)),
            None if _has(python, "tensorzero") else "not installed (--peers-venv)",
        ),
        Gateway(
            "Portkey",
            "node, pass-through, no key check",
            lambda place: _portkey(place, node or "", script),
            None if node and script.exists() else "not installed (--portkey)",
        ),
    ]


def _has(python: Path, package: str) -> bool:
    return python.exists() and any(python.parent.parent.glob(f"lib/python3*/site-packages/{package}/__init__.py"))


@contextmanager
def mock_host(chunks: int, pace_ms: float) -> Iterator[str]:
    """The mock host in a process of its own; yields its address, which ends in /v1."""
    command = [sys.executable, "-m", "bench.host", "--chunks", str(chunks), "--pace-ms", str(pace_ms)]
    process = spawn(command, Path(os.devnull), {})
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/v1"
    finally:
        end(process)


def _shoal(trust: str) -> Callable[[Place], Running]:
    """Shoal with these tables of settings."""

    def start(place: Place) -> Running:
        settings = place.folder / "shoal.toml"
        settings.write_text(
            f'[server]\nlog_level = "warning"\n[hosts.mock]\ndialect = "openai"\nbase_url = "{place.host_url}"\n'
            f'[models.mock]\nhost = "mock"\n{trust}'
        )
        served = serve_shoal(place.folder, settings)
        return Running(served.process, f"{served.base_url}/chat/completions", key=served.key)

    return start


def _floor_with(name: str, client: str) -> Gateway:
    return Gateway(
        name,
        f"raw ASGI + {client} on uvicorn: parse, rewrite",
        lambda place: _floor(place, client),
        None if find_spec(client) else f"{client} is not installed",
    )


def _floor(place: Place, client: str) -> Running:
    port = free_port()
    to = f"{place.host_url}/chat/completions"
    command = [sys.executable, "-m", "bench.floor", "--client", client, "--port", str(port), "--host-url", to]
    return Running(spawn(command, place.folder / "log", {}), f"http://127.0.0.1:{port}/v1/chat/completions")


def _litellm(place: Place, program: str) -> Running:
    port = free_port()
    settings = place.folder / "litellm.yaml"
    settings.write_text(
        "model_list:\n- model_name: mock\n  litellm_params:\n    model: openai/mock\n"
        f"    api_base: {place.host_url}\n    api_key: none\n"
        "general_settings:\n  master_key: sk-bench\nlitellm_settings:\n  telemetry: false\n"
    )
    command = [program, "--config", str(settings), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
    process = spawn(command, place.folder / "log", {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"})
    return Running(process, f"http://127.0.0.1:{port}/v1/chat/completions")


def _tensorzero(place: Place, python: str) -> Running:
    settings = place.folder / "tensorzero.toml"
    settings.write_text(
        '[gateway]\nobservability.enabled = false\n[models.mock]\nrouting = ["mock"]\n[models.mock.providers.mock]\n'
        f'type = "openai"\nmodel_name = "mock"\napi_base = "{place.host_url}/"\napi_key_location = "none"\n'
    )
    process = spawn([python, str(ROOT / "bench" / "serve_tensorzero.py"), str(settings)], place.folder / "log", {})
    assert process.stdout
    for line in process.stdout:
        if line.startswith(b'{"base_url"'):
            base = json.loads(line)["base_url"].rstrip("/")
            return Running(process, f"{base}/chat/completions", model="tensorzero::model_name::mock")
    raise RuntimeError(f"TensorZero did not start (exit code {process.wait()})")


def _portkey(place: Place, node: str, script: Path) -> Running:
    port = free_port()
    process = spawn([node, str(script), f"--port={port}", "--headless"], place.folder / "log", {})
    headers = ["x-portkey-provider: openai", f"x-portkey-custom-host: {place.host_url}"]
    return Running(process, f"http://127.0.0.1:{port}/v1/chat/completions", headers=headers)
