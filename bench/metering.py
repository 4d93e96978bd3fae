"""Prints how well the GPU fit meets measured energy, and what metering costs: `python -m bench.metering --data PATH`.

Data: `carbon/mlenergy_llm_points.csv`, points of the ML.ENERGY leaderboard (February 2026), GPU energy alone. The fit
was made on some of these points: its error on them says how well the form fits. How it does on models that it has not
seen is printed too: the same form, fitted anew without each model in its turn.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from shoal.call import OWN_HOST, Attempt, Price, Purpose
from shoal.chat import Chat, Message, Usage
from shoal.facts.tables import load
from shoal.metering.factors import Fixed, Now
from shoal.metering.fit import Fit, read_fit
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering, build
from shoal.metering.own import GUARDS, OwnWork
from shoal.metering.step import MeteringStep
from shoal.stores.ledger import Record

POINTS = "carbon/mlenergy_llm_points.csv"
# Dense in their weights, but with state-space layers instead of most of the attention.
HYBRID = "Nemotron"
ROUNDS, REPEATS = 20_000, 5
CHAT = Chat("served", (Message.of("user", "hi"),))


@dataclass(frozen=True, slots=True)
class Point:
    """A measured point: parameters in 1e9, mean requests at once, mean tokens per answer, J per output token."""

    task: str
    model: str
    gpus: int
    params_b: float
    batch: float
    output: float
    joules: float


def read_points(path: Path) -> list[Point]:
    """The dense bf16 points on H100."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["gpu"] == "H100" and row["precision"] == "bfloat16"]
    numbers = ("total_b", "avg_batch", "avg_output_len", "J_per_output_token")
    return [
        Point(row["task"], row["model_id"], int(row["num_gpus"]), *(float(row[name]) for name in numbers))
        for row in rows
        if row["active_b"] == row["total_b"]
    ]


def error(fit: Fit, point: Point, *, context: bool) -> float:
    """Modelled over measured, less 1."""
    seen = point.output / 2 if context else 0.0
    return fit.joules_per_token(point.params_b, point.batch, seen) / point.joules - 1


def report(name: str, points: Sequence[Point], fit: Fit, *, context: bool) -> dict[str, object]:
    """Mean and extreme errors of the fit on some points."""
    errors = [error(fit, point, context=context) for point in points]
    return {
        "points": name,
        "n": len(points),
        "mean_abs_error": round(mean_abs(errors), 4),
        "least": round(min(errors), 3),
        "most": round(max(errors), 3),
        "measured_over_modelled": [round(1 / (1 + max(errors)), 3), round(1 / (1 + min(errors)), 3)],
    }


def fits(points: Sequence[Point], fit: Fit) -> None:
    """Prints the errors by set, and the models of the first."""
    chat = [
        point
        for point in points
        if point.task == "lm-arena-chat" and 8 <= point.params_b <= 32 and HYBRID not in point.model
    ]
    long = [point for point in points if point.task == "gpqa" and HYBRID not in point.model]
    print(json.dumps(report("lm-arena-chat, pure dense transformers of 8-32 B (aim 0.08)", chat, fit, context=False)))
    print(
        "  " + ", ".join(f"{name} ({sum(p.model == name for p in chat)})" for name in sorted({p.model for p in chat}))
    )
    print(json.dumps(unseen(chat)))
    print(json.dumps(report("all dense bf16 (aim 0.13)", points, fit, context=False)))
    print(json.dumps(report("gpqa, pure dense transformers, without the context", long, fit, context=False)))
    print(json.dumps(report("gpqa, pure dense transformers, with the context", long, fit, context=True)))
    for model in sorted({point.model for point in points}):
        print("  " + json.dumps(report(model, [p for p in points if p.model == model], fit, context=False)))


def unseen(points: Sequence[Point]) -> dict[str, object]:
    """The error on each model of the same form fitted to the others (least squares of the relative error)."""
    errors = []
    for left_out in sorted({point.model for point in points}):
        others = [point for point in points if point.model != left_out]
        scale = np.array([point.joules for point in others])
        weights = np.linalg.lstsq(features(others) / scale[:, None], np.ones(len(others)), rcond=None)[0]
        mine = [point for point in points if point.model == left_out]
        errors += list(features(mine) @ weights / np.array([point.joules for point in mine]) - 1)
    return {
        "points": "the first set, each model unseen",
        "n": len(errors),
        "mean_abs_error": round(mean_abs(errors), 4),
    }


def features(points: Sequence[Point]) -> NDArray[np.float64]:
    """What the coefficients multiply: 1/B, P/B, 1, P."""
    return np.array([[1 / p.batch, p.params_b / p.batch, 1.0, p.params_b] for p in points])


def mean_abs(errors: Sequence[float]) -> float:
    """The mean distance from zero."""
    return statistics.fmean(map(abs, errors))


def microseconds(work: Callable[[], object]) -> float:
    """CPU µs per call, the best of REPEATS."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.process_time()
        for _ in range(ROUNDS):
            work()
        best = min(best, time.process_time() - begun)
    return round(best / ROUNDS * 1e6, 2)


def speed(metering: Metering) -> None:
    """Prints what metering an answer costs (aim 20 µs)."""
    served = Attempt("served", "h", Purpose.ANSWER, 0.0, 0, "ok", 400, 0.1, 5.0, Usage(1200, 400, 300))
    embedded = Attempt("embedded", "", Purpose.ANSWER, 0.0, 0, "ok", 1, 0.01, 0.01, Usage(100, 40, cpu_s=0.004))
    whole = [embedded, served]
    guards = Attempt(GUARDS, OWN_HOST, Purpose.GUARD, 0.0, 0, "ok", 0, None, 0.001, Usage(cpu_s=0.001))
    figures = {
        "a served model": microseconds(lambda: metering.attempt(served, 64.0)),
        "an embedded model": microseconds(lambda: metering.attempt(embedded)),
        "an answer of both": microseconds(lambda: metering.answer(whole, {1: 64.0})),
        "its JSON": microseconds(metering.answer(whole, {1: 64.0}).to_json),
    }
    print(json.dumps({"cpu_us": figures}))
    step = MeteringStep(Fixed(Now(metering, "bench")))
    record = Record("ex", "t", "k", 0.0, "m", False)
    wired = {
        "a served model": microseconds(lambda: travel(step, record, [served])),
        "an embedded model": microseconds(lambda: travel(step, record, [embedded])),
        "an answer of both": microseconds(lambda: travel(step, record, whole)),
        "a served model behind guards": microseconds(lambda: travel(step, record, [served, guards])),
        "an answer of both behind guards": microseconds(lambda: travel(step, record, [*whole, guards])),
        "timing the guards of a whole reply": round(microseconds(timed) - microseconds(untimed), 2),
        "counting who is on the host": microseconds(lambda: step.enter(served, CHAT, 1.0).leave(2.0)),
    }
    print(json.dumps({"cpu_us in the path of a request, with the JSON (aim 20)": wired}))


def timed() -> list[Attempt]:
    """The steps before the call, of one piece and at the end, with what it costs to time them."""
    own = OwnWork()
    for work in (own.timed(nothing()), own.piece(nothing()), own.timed(nothing())):
        for _ in work.__await__():
            pass
    return own.attempts(0.0, guarded=True)


def untimed() -> None:
    """The same steps without it."""
    for work in (nothing(), nothing(), nothing()):
        for _ in work.__await__():
            pass


async def nothing() -> None:
    """A step that does nothing."""


def travel(step: MeteringStep, record: Record, attempts: list[Attempt]) -> bytes:
    """All that metering does for an answer before it goes out."""
    for attempt in attempts:
        attempt.impacts = None
        if attempt.host != OWN_HOST:
            attempt.concurrency = step.enter(attempt, CHAT, 1.0).leave(2.0)
    record.attempts, record.impacts = attempts, None
    step.settle(record)
    return b"" if record.impacts is None else orjson.dumps(orjson.Fragment(record.impacts.to_json()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    options = parser.parse_args()
    facts = load()
    served = Metered("served", "served", "aws/us-east-1", hardware="h100", params_b=8.0, price=Price(0.1, 0.05, 0.2))
    speed(build([served, *(Metered(name, "embedded", "FRA") for name in ("embedded", GUARDS))], facts))
    if (options.data / POINTS).exists():
        fits(read_points(options.data / POINTS), read_fit(facts))
    else:
        print(f"no {options.data / POINTS}: the fit is not compared")


if __name__ == "__main__":
    main()
