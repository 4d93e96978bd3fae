"""How the findings of `shoal rightsize` are told: sentences and a table on standard output, or one JSON value. It holds
no prompt and no answer.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shoal.cli.output import note, say, table
from shoal.routing.rightsize.measures import wire_mean

if TYPE_CHECKING:
    from shoal.impacts import Range
    from shoal.routing.certificate import Certificate
    from shoal.routing.rightsize.cascading import Outcome
    from shoal.routing.rightsize.measures import Mean, Measure
    from shoal.routing.rightsize.narrowness import Elsewhere
    from shoal.routing.rightsize.report import FamilyReport, Report
    from shoal.routing.rightsize.running import Ended

COLUMNS = (
    *("family", "model", "tasks", "failed", "quality", "95 %", "against the reference", "95 %", "p50 s", "p95 s"),
    *("USD per 1000", "Wh per 1000", "gCO2e per 1000"),
)
NARROW = ("small model", "certified for", "tasks of", "against the reference", "passes its threshold", "right there")
NARROW_COLUMNS = (*NARROW, "called foreign", "of its own, held out")


def show(found: Report, ended: Ended) -> None:
    """Everything for a person."""
    for family in found.families:
        say(family.advice)
        if family.chosen is not None:
            say(f"  {beside(family.chosen)}")
    say("")
    for small, certificate in found.certificates.items():
        say(certified(small, certificate))
    if found.finding is not None:
        say(f"by a learned route: {found.finding.recommendation}")
    if found.certificates or found.finding is not None:
        say("")
    table(COLUMNS, [cells(family.name, each) for family in found.families for each in family.measures])
    if found.narrowness:
        say("\nOutside of what a small model is certified for:")
        table(NARROW_COLUMNS, [narrow(each) for each in found.narrowness])
    for text in (*found.notes, *how_it_ended(ended)):
        note(text)


def beside(found: Outcome) -> str:
    """How good both are together, beside the reference alone and chance at the same share."""
    both = f"together {found.together.mean:.3f} [{found.together.low:.3f}, {found.together.high:.3f}]"
    alone = f"{found.pair.reference} alone {found.reference.mean:.3f}"
    return f"{both}, {alone}, by chance at the same share {found.chance:.3f}"


def certified(small: str, certificate: Certificate) -> str:
    """What a certificate says, in one sentence a family."""
    until = datetime.fromtimestamp(certificate.expires, UTC).date().isoformat()
    parts = [
        f"{name}: {part.share:.1%} to it, {part.losses} of {part.n} worse"
        for name, part in certificate.segments.items()
        if part is not None
    ]
    sure = f"{100 - 100 * certificate.delta:g}%"
    return (
        f"certificate for {small} before {certificate.reference}: at most {certificate.alpha:.1%} of answers worse, "
        f"with {sure} confidence for all reported at once, until {until} ({'; '.join(parts)})"
    )


def cells(family: str, each: Measure) -> tuple[object, ...]:
    """A row of the table."""
    return (
        family,
        each.model,
        each.tasks - each.missing,
        each.failed,
        *_mean(each.quality),
        *_mean(each.difference, sign="+"),
        _number(each.p50_s),
        _number(each.p95_s),
        *(spread(value, 1000) for value in (each.cost_usd, each.energy_wh, each.carbon_gco2e)),
    )


def narrow(each: Elsewhere) -> tuple[object, ...]:
    """A row of the table on narrowness."""
    shares = (each.passed, each.right, each.foreign, each.own)
    return (
        *(each.model, each.family, each.other, "-" if each.difference is None else f"{each.difference.mean:+.3f}"),
        *("-" if share is None else f"{share:.1%}" for share in shares),
    )


def how_it_ended(ended: Ended) -> list[str]:
    """What a reader must know of the run."""
    said = [f"stopped: {ended.stopped}"] if ended.stopped is not None else []
    said += [
        f"'{model}' was given up after many failures in a row ({code}): mend that and run the same command again"
        for model, code in ended.given_up.items()
    ]
    if ended.missing:
        said.append(f"{ended.missing} answers are missing; {ended.made} were tried now, {ended.before} before")
    return said


def wire(found: Report, ended: Ended) -> dict[str, Any]:
    """All of it as JSON."""
    return {
        "reference": found.reference,
        "models": found.models,
        "judge": found.judge,
        "tasks": found.data,
        "alpha": found.aim.alpha,
        "delta": found.aim.delta,
        "tolerance": found.aim.tolerance,
        "tests": found.tests,
        "fewest": found.fewest,
        "families": [_family(each) for each in found.families],
        "certificates": {name: json.loads(each.to_json()) for name, each in found.certificates.items()},
        "route": None if found.finding is None else _short(asdict(found.finding)),
        "narrowness": [_short(asdict(each)) for each in found.narrowness],
        "taken": {name: _range(each) for name, each in found.taken.items()},
        "judging": {name: _range(each) for name, each in found.judged.items()},
        "notes": list(found.notes),
        "run": asdict(ended),
    }


def _family(each: FamilyReport) -> dict[str, Any]:
    return {
        "family": each.name,
        "tasks": each.tasks,
        "advice": each.advice,
        "chosen": None if each.chosen is None else _outcome(each.chosen),
        "others": [_outcome(found) for found in each.runner_up],
        "models": [_measure(found) for found in each.measures],
        "curves": {name: [_short(asdict(point)) for point in points] for name, points in each.curves.items()},
    }


def _outcome(found: Outcome) -> dict[str, Any]:
    return {
        "model": found.pair.small,
        "by": found.pair.how,
        "share": _short(found.share),
        "threshold": _short(found.segment.threshold),
        "least_confidence": least_confidence(found),
        "losses": found.segment.losses,
        "n": found.segment.n,
        "quality_of_its_share": wire_mean(found.kept),
        "quality_together": wire_mean(found.together),
        "quality_of_reference": wire_mean(found.reference),
        "quality_by_chance": _short(found.chance),
        "gain_over_chance": _short(list(found.gain)),
        "saves": {name: None if each is None else _short(asdict(each)) for name, each in found.savings.items()},
    }


def least_confidence(found: Outcome) -> float | None:
    """The threshold as the settings want it, rounded to the careful side; None where confidence is not what counts."""
    if found.pair.how != "confidence":
        return None
    return min(1.0, max(0.0, float(f"{1 - found.segment.threshold + 5e-7:.6f}")))


def _measure(each: Measure) -> dict[str, Any]:
    return {
        "model": each.model,
        "tasks": each.tasks,
        "failed": each.failed,
        "missing": each.missing,
        "quality": wire_mean(each.quality),
        "difference": wire_mean(each.difference),
        "p50_s": _short(each.p50_s),
        "p95_s": _short(each.p95_s),
        "cost_usd": _range(each.cost_usd),
        "energy_wh": _range(each.energy_wh),
        "carbon_gco2e": _range(each.carbon_gco2e),
    }


def _range(value: Range | None) -> dict[str, float] | None:
    return None if value is None else value.to_wire()


def _short(value: Any) -> Any:
    """Numbers with six digits, wherever they stand."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list | tuple) else value


def _mean(found: Mean | None, sign: str = "") -> tuple[str, str]:
    if found is None:
        return "-", "-"
    return f"{found.mean:{sign}.3f}", f"[{found.low:{sign}.3f}, {found.high:{sign}.3f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def spread(value: Range | None, times: float = 1.0) -> str:
    """A range in few digits; "unknown" where it is."""
    if value is None:
        return "unknown"
    low, expected, high = (f"{end * times:.3g}" for end in (value.low, value.expected, value.high))
    return expected if low == high else f"{expected} [{low}, {high}]"
