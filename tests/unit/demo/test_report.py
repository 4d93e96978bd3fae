"""The demo's figures, worked by hand on four results."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from demo.messages import Message
from demo.report import Result, figures, row, show
from demo.verdict import Answer

RESULTS = [
    Result(Message("1", "a", "triage", "change_pin"), Answer("change_pin", "shoal/triage-banking", 0.010)),
    Result(Message("2", "b", "triage", "change_pin"), Answer("pin_blocked", "shoal/triage-banking", 0.020)),
    Result(Message("3", "c", "triage", "change_pin"), Answer("I don't know", "auto", 0.030)),
    Result(Message("4", "d", "large", "large"), Answer("", "", 0.040, error="InternalServerError")),
]


def test_row() -> None:
    found = row("triage", RESULTS[:3])
    assert found == {
        "name": "triage",
        "messages": 3,
        "right": 1,
        "wrong": 1,
        "abstained": 1,
        "by_specialist": 2,
        "p50_ms": pytest.approx(20),
        "p99_ms": pytest.approx(30),
    }


def test_figures() -> None:
    found = figures(RESULTS, 0.2)
    assert found["share_without_large_model"] == 0.5
    assert found["share_without_large_model_and_right"] == 0.25
    assert found["cpu_ms_per_request"] == pytest.approx(50)
    models = found["models"]
    assert isinstance(models, list)
    assert [one["name"] for one in models] == ["shoal/triage-banking", "auto", "InternalServerError"]


@pytest.mark.parametrize("cpu_s", [0.2, None])
def test_show_prints_every_kind_and_model(cpu_s: float | None) -> None:
    console = Console(file=io.StringIO(), width=120)
    show(figures(RESULTS, cpu_s), console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "shoal/triage-banking" in printed
    assert "InternalServerError" in printed
    assert "33.3%" in printed
    assert ("50.0 ms" if cpu_s else "not known") in printed
