"""Workings: the arithmetic that is shown gives what the meters found."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Attempt
from shoal.impacts import RANGES, Impacts
from shoal.metering.cost import TURNED_AWAY
from shoal.metering.metering import Metering
from shoal.metering.workings import workings
from shoal.metering.workings_machines import End
from tests.unit.metering.attempts import attempt, facts
from tests.unit.metering.test_factor_version import MODELS, SETTING

METERING: Metering = SETTING.build(facts())
BY_NAME = {model.name: model for model in MODELS}
ARITHMETIC = re.compile(r"(?:[-+*/() ,.0-9e]|max\()+")


def worked(made: Attempt, end: End = "expected") -> tuple[Impacts, dict[str, float]]:
    if made.measured_j is None:
        found = METERING.attempt(made, made.concurrency)
    else:
        found = METERING.measured(made, made.measured_j, made.concurrency)
    texts = workings(BY_NAME[made.model], facts(), SETTING.asked, made, found, end)
    assert all(ARITHMETIC.fullmatch(text) for text in texts.values()), texts
    return found, {name: float(eval(text, {"max": max})) for name, text in texts.items()}


@given(
    model=st.sampled_from([model.name for model in MODELS]),
    tokens=st.tuples(*[st.integers(0, 30_000)] * 3),
    seconds=st.floats(0.001, 100),
    cpu_s=st.sampled_from([0.0, 0.013, 2.5]),
    pieces=st.integers(0, 50),
    outcome=st.sampled_from(["ok", "cancelled", *sorted(TURNED_AWAY), "host_failed", "host_timeout"]),
    concurrency=st.none() | st.floats(1, 600),
    joules=st.none() | st.floats(0.1, 1e5),
    guessed=st.booleans(),
    end=st.sampled_from(["low", "expected", "high"]),
)
def test_the_arithmetic_gives_what_the_meters_found(
    model: str,
    tokens: tuple[int, int, int],
    seconds: float,
    cpu_s: float,
    pieces: int,
    outcome: str,
    concurrency: float | None,
    joules: float | None,
    guessed: bool,
    end: End,
) -> None:
    prompt, output, cached = tokens
    made = attempt(model, prompt=prompt, output=output, cached=min(cached, prompt), cpu_s=cpu_s, seconds=seconds)
    made.pieces, made.outcome, made.concurrency, made.measured_j = pieces, outcome, concurrency, joules
    made.usage = replace(made.usage, estimated=guessed)
    found, values = worked(made, end)
    expected = {name: getattr(found, name) for name in RANGES}
    assert values == {
        name: pytest.approx(getattr(each, end), rel=1e-8, abs=1e-18)
        for name, each in expected.items()
        if each is not None
    }


def test_a_worked_case_word_for_word() -> None:
    made = attempt("shoal/answer", cpu_s=0.01)
    found = METERING.attempt(made)
    texts = workings(BY_NAME["shoal/answer"], facts(), SETTING.asked, made, found)
    assert texts["energy_wh"] == "(0.01 * 3.758 / 3600) * 1.58"
    assert texts["usage_gco2e"].startswith("(0.01 * 3.758 / 3600) * 1.58 * ")
    assert texts["cost_usd"] == "0"
