"""What runs on this machine, and which counters it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog

from shoal.call import ModelCard
from shoal.config import Settings
from shoal.metering.counters.rapl import RaplSource
from shoal.metering.counters.scripted import ScriptedSource
from shoal.metering.counters.seam import Domain
from shoal.metering.here import READERS, by_kind, counted, is_here, labels, open_sources, probe

CPU, GPU = ScriptedSource([Domain("p", "cpu")], []), ScriptedSource([Domain("g", "gpu")], [])


@pytest.mark.parametrize(
    ("host", "machines", "here"),
    [
        ({"row": "vllm", "base_url": "http://127.0.0.1:8000/v1"}, {}, True),
        ({"row": "vllm", "base_url": "http://127.9.9.9/v1"}, {}, True),
        ({"row": "vllm", "base_url": "http://[::1]:8000/v1"}, {}, True),
        ({"row": "vllm", "base_url": "http://localhost:8000/v1"}, {}, True),
        ({"row": "vllm", "base_url": "http://localhost.example.com/v1"}, {}, False),
        ({"row": "vllm", "base_url": "http://10.0.0.5:8000/v1"}, {}, False),
        ({"row": "vllm", "base_url": "http://10.0.0.5:8000/v1"}, {"here": True}, True),
        ({"row": "vllm", "base_url": "http://127.0.0.1:8000/v1"}, {"here": False}, False),
        ({"row": "ollama"}, {}, True),
        ({"row": "openai", "key": "env:KEY"}, {}, False),
    ],
)
def test_a_host_is_here_where_its_address_or_the_settings_say_so(
    host: dict[str, Any], machines: dict[str, Any], here: bool
) -> None:
    settings = Settings.model_validate({"hosts": {"box": host}, "metering": {"hosts": {"box": machines}}})
    assert is_here("box", settings.metering.hosts["box"], settings) is here


def test_a_router_is_counted_by_nothing_and_a_host_that_nobody_configured_is_elsewhere() -> None:
    assert counted(ModelCard("auto", "general", "composite"), Settings(), ["cpu"]) == ()
    assert counted(ModelCard("m", "general", "host", host="strange"), Settings(), ["cpu"]) == ()
    assert counted(ModelCard("s", "general", "specialist"), Settings(), ["gpu"]) == ()
    assert counted(ModelCard("s", "general", "specialist"), Settings(), ["cpu", "gpu"]) == ("cpu",)


def test_sources_by_kind_and_by_name() -> None:
    sources = {"rapl": CPU, "nvml": GPU, "amd": GPU}
    assert by_kind(sources) == {"cpu": [CPU], "gpu": [GPU, GPU]}
    assert labels(sources) == {"cpu": "RAPL", "gpu": "NVML, AMD SMI"}


def test_what_is_missing_is_said_as_modelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "rapl", lambda: RaplSource(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "amdsmi", None)
    with structlog.testing.capture_logs() as said:
        assert open_sources(["rapl", "amd"]) == {}
    assert [each["counters"] for each in said] == ["rapl", "amd"]
    assert "modelled, not measured" in said[0]["cause"]
    assert "amdsmi is not installed" in said[1]["cause"]


def test_a_counter_that_can_be_read_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "rapl", lambda: CPU)
    assert open_sources(["rapl"]) == {"rapl": CPU}
    assert probe("rapl") == (CPU, "")
