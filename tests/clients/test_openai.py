"""The real openai package, the current line and the 2.x line, against a running gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Choice, Piece, Usage
from shoal.config import Settings
from shoal.errors import HostCut, HostRateLimited
from shoal.metering.start import open_metering
from shoal.testing import ScriptedModel
from tests.gateway.house import Running, running

HERE = Path(__file__).parent
OPENAI2 = HERE.parents[1] / ".venv-openai2" / "bin" / "python"


def deltas(*calls: dict[str, Any]) -> list[Piece]:
    return [Piece([Choice({"tool_calls": [call]})]) for call in calls]


MODELS = (
    ScriptedModel(["Hel", "lo"], name="plain"),
    ScriptedModel(
        [
            *deltas(
                {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}},
                {"index": 0, "function": {"arguments": '{"city": "'}},
                {"index": 0, "function": {"arguments": 'Oslo"}'}},
            ),
            Piece([Choice({}, 0, "tool_calls")], Usage(1, 2)),
        ],
        name="tools",
    ),
    ScriptedModel([HostRateLimited("wait", host="h", retry_after_s=1)], name="limited"),
    ScriptedModel(["half", HostCut("the host ended early", host="h")], name="cut"),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    metering = open_metering(Settings(), [model.card for model in MODELS])
    with running(tmp_path_factory.mktemp("data"), *MODELS, metering=metering) as found:
        yield found


@pytest.fixture(scope="module", params=["current", "2"])
def seen(request: pytest.FixtureRequest, house: Running) -> dict[str, Any]:
    python = sys.executable if request.param == "current" else str(OPENAI2)
    if request.param == "2" and not OPENAI2.exists():
        pytest.skip(f"no {OPENAI2.parent.parent.name}: 'make test' makes it")
    order = [python, str(HERE / "drive_openai.py"), f"{house.url}/v1", house.member]
    done = subprocess.run(order, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["version"].startswith("2.") == (request.param == "2")
    return found


def test_a_whole_reply(seen: dict[str, Any]) -> None:
    assert seen["whole"]["content"] == "Hello"
    assert seen["whole"]["total_tokens"] == 9
    assert seen["whole"]["answered_by"] == "plain"
    assert set(seen["whole"]["energy_wh"]) == {"low", "expected", "high"}
    assert seen["whole"]["request_id"].startswith("ex_")


def test_a_stream_with_usage(seen: dict[str, Any]) -> None:
    took = seen["streamed"].pop("energy_wh")
    assert took["low"] <= took["expected"] <= took["high"]
    assert seen["streamed"] == {"content": "Hello", "finish": "stop", "total_tokens": 9}


def test_the_stream_helper_puts_tool_calls_together(seen: dict[str, Any]) -> None:
    helper = seen["helper"]
    assert (helper["id"], helper["name"], helper["args"]) == ("call_1", "weather", '{"city": "Oslo"}')
    assert "tool_calls.function.arguments.done" in helper["kinds"]


def test_models_are_listed_and_found(seen: dict[str, Any]) -> None:
    assert seen["models"] == {"ids": ["cut", "limited", "plain", "tools"], "one": "plain"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("key", ("AuthenticationError", "invalid_api_key", 401)),
        ("model", ("NotFoundError", "model_not_found", 404)),
        ("field", ("BadRequestError", "invalid_request", 400)),
        ("limited", ("RateLimitError", "host_rate_limited", 429)),
        ("limited_stream", ("RateLimitError", "host_rate_limited", 429)),
        ("cut", ("APIError", "host_cut", None)),
    ],
)
def test_faults_have_their_class(seen: dict[str, Any], name: str, expected: tuple[str, str, int | None]) -> None:
    fault = seen["faults"][name]
    assert (fault["class"], fault["code"], fault["status"]) == expected


def test_many_at_once(seen: dict[str, Any]) -> None:
    assert seen["at_once"] == ["Hello"] * 20
