"""`shoal plan train`: a training run on every machine, in every region, from every start on. It knows the options and
how results are shown; the arithmetic is in planning/."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import note, say_json
from shoal.cli.plan_table import notes_on, show, to_wire
from shoal.errors import ConfigError

if TYPE_CHECKING:
    from shoal.facts.tables import Facts
    from shoal.impacts import Range
    from shoal.planning.options import Space
    from shoal.planning.train import Terms
    from shoal.planning.workload import Workload

NUMBER = re.compile(r"^\s*(?P<figure>[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*(?P<unit>[kKMBGT]?)\s*$")
UNITS = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}


def number(text: str) -> float:
    """A number such as 7e9, 7B or 1.4T. Raises typer.BadParameter."""
    found = NUMBER.match(text)
    if found is None:
        raise typer.BadParameter(f"'{text}' is no number above 0: write it like 7e9, 7B or 1.4T")
    try:
        return float(found["figure"]) * UNITS[found["unit"]]
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no number: write it like 7e9, 7B or 1.4T") from None


def spread(text: str) -> Range:
    """A share or factor such as 0.4, or its low, expected and high such as 0.3:0.4:0.5. Raises typer.BadParameter."""
    from shoal.impacts import Range

    try:
        ends = [float(each) for each in text.split(":")]
        return Range.checked(*(ends * 3 if len(ends) == 1 else ends))
    except (ValueError, TypeError):
        raise typer.BadParameter(f"'{text}' is no range: write 0.4, or low:expected:high like 0.3:0.4:0.5") from None


def train(
    params: Annotated[
        float | None, typer.Option("--params", parser=number, metavar="NUMBER", help="All parameters: 7e9 or 7B.")
    ] = None,
    tokens: Annotated[
        float | None, typer.Option("--tokens", parser=number, metavar="NUMBER", help="Distinct tokens: 1.4e12 or 1.4T.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help="A published model instead of its parameters and tokens."),
    ] = None,
    active: Annotated[
        float | None,
        typer.Option("--active", parser=number, metavar="NUMBER", help="Parameters that a token passes, of a mixture."),
    ] = None,
    epochs: Annotated[float, typer.Option("--epochs", help="How often each token is seen.")] = 1.0,
    method: Annotated[
        Literal["full", "continued", "lora", "head"], typer.Option("--method", help="What is trained.")
    ] = "full",
    trainable: Annotated[
        float | None,
        typer.Option("--trainable", parser=number, metavar="NUMBER", help="Trained parameters of a frozen base."),
    ] = None,
    base_bits: Annotated[int, typer.Option("--base-bits", min=2, max=32, help="Bits of a frozen base's weights.")] = 16,
    context: Annotated[
        int | None, typer.Option("--context", help="Tokens of a sequence; counts the attention.")
    ] = None,
    layers: Annotated[int | None, typer.Option("--layers", help="With --width: the model's shape.")] = None,
    width: Annotated[int | None, typer.Option("--width", help="With --layers: the model's shape.")] = None,
    bits: Annotated[Literal["8", "16", "32"], typer.Option("--bits", help="What is computed in.")] = "16",
    hardware: Annotated[
        list[str] | None, typer.Option("--hardware", metavar="NAME", help="Such as h100; may be repeated.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", metavar="NAME", help="A cloud region or country; may be repeated.")
    ] = None,
    start: Annotated[
        list[str] | None, typer.Option("--start", metavar="TIME", help="Such as 2026-12-01T06:00Z; may be repeated.")
    ] = None,
    intensity: Annotated[
        list[str] | None,
        typer.Option("--intensity", metavar="[REGION=]PATH", help="Intensity over time, for --start; may be repeated."),
    ] = None,
    devices: Annotated[int | None, typer.Option("--devices", min=1, help="How many; else enough for --within.")] = None,
    within: Annotated[float, typer.Option("--within", metavar="DAYS", help="How long it may take.")] = 30.0,
    mfu: Annotated[
        str | None, typer.Option("--mfu", metavar="RANGE", help="Share of peak: 0.4 or 0.3:0.4:0.5.")
    ] = None,
    pue: Annotated[float | None, typer.Option("--pue", help="Instead of the published one.")] = None,
    price: Annotated[float | None, typer.Option("--price", min=0, help="USD per device and hour.")] = None,
    experiments: Annotated[
        str | None, typer.Option("--experiments", metavar="RANGE", help="Energy of all other runs over this one's.")
    ] = None,
    by: Annotated[
        Literal["carbon", "cost", "energy", "water", "time"], typer.Option("--by", help="What the first is best in.")
    ] = "carbon",
    account: Annotated[
        Literal["location", "market", "marginal"], typer.Option("--account", help="Whose carbon is compared.")
    ] = "location",
    every: Annotated[bool, typer.Option("--all", help="List every option, not only those that none beats.")] = False,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say what a training run takes in time, energy, carbon, water and money, and where and on what it is best done.

    Without --hardware and --region everything that the facts know to be let is compared.
    """
    from shoal.cli.facts import facts_of
    from shoal.planning.options import compare

    facts = facts_of(config)
    work = _work(
        facts,
        model,
        {
            **{"params": params, "tokens": tokens, "active": active, "epochs": epochs, "method": method},
            **{"trainable": trainable, "base_bits": base_bits, "context": context, "layers": layers, "width": width},
            "precision": int(bits),
        },
    )
    space = _space(facts, hardware or [], region or [], start or [], intensity or [])
    terms = _terms(devices, within, mfu, pue, price, experiments)
    found = compare(work, space, facts, terms, by=by, account=account)
    notes = [*_base(facts, model, work), *notes_on(work, space, found, facts)]
    if as_json:
        say_json(to_wire(found, every, notes, facts.version))
        return
    show(found, every, account)
    for line in notes:
        note(line)


def _work(facts: Facts, model: str | None, given: dict[str, Any]) -> Workload:
    """The run, its size from a published model where one is named. Raises ConfigError."""
    from shoal.planning.published import find_run
    from shoal.planning.workload import Method, Workload

    if model is not None:
        known = find_run(facts, model)
        for name, figure in (("params", "params_b"), ("tokens", "tokens_b"), ("active", "active_b")):
            value = known.get(figure)
            if given[name] is None and value is not None:
                given[name] = value * 1e9
    for name in ("params", "tokens"):
        if given[name] is None:
            raise ConfigError(
                f"give --{name}, or the --model of a published run that has them (`shoal facts list run`)"
            )
    return Workload(**{**given, "method": Method(given["method"])})


def _base(facts: Facts, model: str | None, work: Workload) -> list[str]:
    """What the training of a base took that is trained further: others did it, so it is not counted."""
    from shoal.planning.published import find_run
    from shoal.planning.workload import Method, flops
    from shoal.planning.workload import Workload as Base

    if work.method is Method.FULL:
        return []
    tokens = None if model is None else find_run(facts, model).get("tokens_b")
    if tokens is None:
        return ["the base's own training is not counted"]
    took = flops(Base(work.params, tokens * 1e9, active=work.active), facts).expected
    return [f"the base's own training, {took:.3g} FLOP by others, is not counted"]


def _space(facts: Facts, hardware: list[str], regions: list[str], starts: list[str], intensity: list[str]) -> Space:
    from shoal.facts.grid import subject_of
    from shoal.planning.curve import Curve, parse_time, read_curve
    from shoal.planning.options import Space

    curves: dict[str, Curve] = {}
    for each in intensity:
        region, equals, path = each.rpartition("=")
        curves[subject_of(facts, region) if equals else ""] = read_curve(Path(path))
    times = tuple(parse_time(each) for each in starts)
    return Space(_split(hardware), _split(regions), times or (None,), curves)


def _split(names: list[str]) -> tuple[str, ...]:
    """Names that were repeated or joined by commas."""
    return tuple(name.strip() for each in names for name in each.split(",") if name.strip())


def _terms(
    devices: int | None, within: float, mfu: str | None, pue: float | None, price: float | None, experiments: str | None
) -> Terms:
    from shoal.planning.train import Terms

    reached = None if mfu is None else spread(mfu)
    return Terms(devices, within, reached, pue, price, None if experiments is None else spread(experiments))
