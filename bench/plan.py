"""Prints how planned training runs meet published ones, and what deferring work saves: `python -m bench.plan --data
PATH`.

Data: `carbon/dos-group__lets-wait-awhile/data`, grid intensity of Germany, Great Britain and France in 2020 (from
ENTSO-E; for tests only, not shipped). Without it the published runs alone are printed. MFU was read from the same runs:
the first part says how far one run may be from the expected value, not how good the method is.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shoal.facts.tables import Facts, load
from shoal.planning.curve import Curve, make_curve, read_curve
from shoal.planning.defer import Deferral, Job, choose, past_errors, yesterday
from shoal.planning.train import plan
from shoal.planning.workload import Workload

FOLDER = "carbon/dos-group__lets-wait-awhile/data"
GRIDS: Mapping[str, str] = {"DE": "ger_ci.csv", "GB": "gb_ci.csv", "FR": "fr_ci.csv"}
# Runs that were dense or whose active parameters are known, and not made smaller from larger ones.
RUNS: Mapping[str, str] = {
    "GPT-3": "v100",
    "LLaMA-1 7B": "a100",
    "LLaMA-1 65B": "a100",
    "Llama 2 7B": "a100",
    "Llama 2 13B": "a100",
    "Llama 2 70B": "a100",
    "BLOOM 176B": "a100",
    "Llama 3 8B": "h100",
    "Llama 3 70B": "h100",
    "Llama 3.1 8B": "h100",
    "Llama 3.1 70B": "h100",
    "Llama 3.1 405B": "h100",
    "GLaM": "tpu-v4",
    "PaLM 540B": "tpu-v4",
}
TOKENS = {"GPT-3": 300e9}
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLACK_H = 24.0
MONTH_D = 28


def run(name: str, hardware: str, facts: Facts) -> dict[str, object]:
    """Published and expected device hours of a run."""
    figures = {fact.quantity: fact.value for fact in facts.about("run", name)}
    tokens = TOKENS.get(name) or figures["tokens_b"] * 1e9
    active = figures.get("active_b")
    work = Workload(figures["params_b"] * 1e9, tokens, active=None if active is None else active * 1e9)
    hours = figures.get("device_hours") or figures["devices"] * figures["days"] * 24
    found = plan(work, hardware, None, facts).device_hours
    return {
        "run": name,
        "hardware": hardware,
        "hours": round(hours),
        "expected": round(found.expected),
        "range": [round(found.low), round(found.high)],
        "off": round(found.expected / hours - 1, 3),
        "in_range": found.low <= hours <= found.high,
    }


def runs(facts: Facts) -> None:
    """Prints every run and the whole."""
    found = [run(name, hardware, facts) for name, hardware in RUNS.items()]
    for each in found:
        print(json.dumps(each))
    off = [abs(float(str(each["off"]))) for each in found]
    print(
        json.dumps(
            {
                "runs": len(found),
                "median_abs_off": round(statistics.median(off), 3),
                "in_range": sum(bool(each["in_range"]) for each in found),
            }
        )
    )


def hourly(curve: Curve) -> list[datetime]:
    """The hours of 2020 at which work comes up and the curve still holds a day and a job after it."""
    hours = int((min(END, curve.end - timedelta(hours=SLACK_H + 12)) - BEGIN) / HOUR)
    return [BEGIN + HOUR * at for at in range(hours)]


def deferred(curve: Curve, hours: float, times: Sequence[datetime]) -> dict[str, float]:
    """The share of all carbon that deferring a job at each of these times saves: with perfect foresight, and with the
    curve of the day before."""
    now: list[float] = []
    perfect: list[float] = []
    naive: list[float] = []
    for at in times:
        job = Job(at, hours, SLACK_H)
        now.append(curve.mean(at, hours))
        perfect.append(choose(job, curve).gco2e_per_kwh)
        naive.append(curve.mean(choose(job, yesterday(curve, job)).start, hours))
    whole = sum(now)
    return {"perfect": round(1 - sum(perfect) / whole, 3), "yesterday": round(1 - sum(naive) / whole, 3)}


def intervals(curve: Curve, hours: float) -> dict[str, object]:
    """How often what came lay in the stated interval, where work was deferred; how often a saving was claimed, and was
    one."""
    held, claimed, true, count = 0, 0, 0, 0
    at = BEGIN + DAY * 60
    while at + timedelta(hours=SLACK_H + hours) < END:
        job = Job(at, hours, SLACK_H)
        past = _last(curve, at, MONTH_D)
        found = Deferral(job, choose(job, yesterday(past, job)), "yesterday", past_errors(job, past), None)
        at += timedelta(hours=25)
        if found.interval is None or found.choice.start == job.earliest:
            continue
        came = 1 - curve.mean(found.choice.start, hours) / curve.mean(job.earliest, hours)
        count += 1
        held += found.interval[0] <= came <= found.interval[1]
        claimed += found.sure
        true += found.sure and came > 0
    return {"deferred": count, "held": round(held / count, 3), "claimed": claimed, "claimed_and_true": true}


def _last(curve: Curve, at: datetime, days: int) -> Curve:
    """The part of the curve that was known: the days before a time."""
    first = round((at - timedelta(days=days) - curve.begin).total_seconds() / curve.step_s)
    last = round((at - curve.begin).total_seconds() / curve.step_s)
    step = timedelta(seconds=curve.step_s)
    return make_curve([(curve.begin + step * n, curve.values[n]) for n in range(first, last)], "the past")


def by_hour(curve: Curve) -> Curve:
    """The curve in steps of an hour, as forecasts are."""
    count = int((curve.end - curve.begin) / HOUR)
    return make_curve(
        [(curve.begin + HOUR * at, curve.mean(curve.begin + HOUR * at, 1)) for at in range(count)], "hours"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the public test data")
    parser.add_argument("--hours", type=float, nargs="+", default=[1.0, 4.0])
    options = parser.parse_args()
    runs(load())
    if options.data is None or not (options.data / FOLDER).is_dir():
        print("no grid data: give --data PATH for the simulation of deferring")
        return
    for name, file in GRIDS.items():
        curve = by_hour(read_curve(options.data / FOLDER / file))
        times = hourly(curve)
        for hours in options.hours:
            saved = deferred(curve, hours, times)
            print(json.dumps({"grid": name, "job_h": hours, "slack_h": SLACK_H, "times": len(times), **saved}))
            print("  " + json.dumps({"interval_90": intervals(curve, hours)}))


if __name__ == "__main__":
    main()
