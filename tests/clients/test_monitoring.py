"""What the real openai package, in both lines, sees of a reply with a harmful middle, and its moderations."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from shoal.chat import Choice, Piece
from shoal.testing import ScriptedModel
from shoal.trust.monitoring.step import MonitoringStep
from tests.clients.test_openai import HERE, OPENAI2
from tests.gateway.house import Running, running
from tests.unit.trust.monitoring.scene import BAD, MildMonitor, rules

FINE = ["It is a fi", "ne day. And we have ", "plenty of time", " for all of it."]
HARMFUL = ["It is a fi", "ne day. Now go and ", BAD[:3], BAD[3:], " at them all. ", "Then come home."]


def token(text: str) -> Piece:
    """A chunk with logprobs, which repeat its text."""
    return Piece([Choice({"content": text}, 0, None, {"logprobs": {"content": [{"token": text, "logprob": -0.1}]}})])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    step = MonitoringStep(rules(masking={"mode": "off"}), monitor=MildMonitor())
    harmful = [*map(token, HARMFUL), Piece([Choice({}, 0, "stop")])]
    models = (ScriptedModel(FINE, name="fine"), ScriptedModel(harmful, name="harmful"))
    with running(tmp_path_factory.mktemp("data"), *models, monitoring=step) as found:
        yield found


@pytest.fixture(scope="module", params=["current", "2"])
def seen(request: pytest.FixtureRequest, house: Running) -> dict[str, Any]:
    python = sys.executable if request.param == "current" else str(OPENAI2)
    if request.param == "2" and not OPENAI2.exists():
        pytest.skip(f"no {OPENAI2.parent.parent.name}: 'make test' makes it")
    order = [python, str(HERE / "drive_monitoring.py"), f"{house.url}/v1", house.member, f"You {BAD}."]
    done = subprocess.run(order, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_stream_with_a_harmful_middle_never_shows_it(seen: dict[str, Any]) -> None:
    assert seen["streamed"]["content"] == "It is a fine day. "
    assert seen["streamed"]["finish"] == ["content_filter"]
    for hidden in (BAD[:3], BAD[3:], "Now go", "come home"):
        assert hidden not in seen["streamed"]["raw"]


def test_the_stream_helper_takes_the_end_for_one(seen: dict[str, Any]) -> None:
    assert seen["helper"] == "It is a fine day. "


def test_a_whole_reply_ends_before_the_harm(seen: dict[str, Any]) -> None:
    assert seen["whole"] == {"content": "It is a fine day. ", "finish": "content_filter"}


def test_a_harmless_stream_is_whole(seen: dict[str, Any]) -> None:
    assert (seen["fine"]["content"], seen["fine"]["finish"]) == ("".join(FINE), ["stop"])


def test_moderations_are_read(seen: dict[str, Any]) -> None:
    assert seen["moderated"] == {
        "model": "shoal/monitor",
        "flagged": [True, False, True],
        "violence": [True, 0.99],
        "minors": False,
    }
