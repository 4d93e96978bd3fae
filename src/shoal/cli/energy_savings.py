"""`shoal energy savings`: what was saved against the declared baseline, with its interval, or why nothing is claimed.

It draws samples and reads replays; it calls no model. What may be said is metering/savings.py's.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_json, table
from shoal.cli.spans import FORMS, begin_of, end_of
from shoal.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from shoal.config import Settings
    from shoal.config.metering import Baseline
    from shoal.metering.savings import Saving
    from shoal.metering.savings_sample import Draw, Replay
    from shoal.stores.database import Database

HOUR_S, DAY_S = 3600.0, 86_400.0
MONTH_DAYS = 30
# How many exchanges stand for all where nothing has to be replayed.
SAMPLE = 2000
NOTHING_USED = "nothing was used in that span, so nothing was saved: name another with --from and --to"
COLUMNS = ("quantity", "what may be said", "saved", "interval (95 %)", "sampled", "of exchanges")


def savings(
    begin: Annotated[
        float | None, typer.Option("--from", metavar="TIME", parser=begin_of, help=f"{FORMS}; else 30 days ago.")
    ] = None,
    end: Annotated[
        float | None,
        typer.Option("--to", metavar="TIME", parser=end_of, help="To the end of that; else this hour's begin."),
    ] = None,
    draw: Annotated[
        int | None, typer.Option("--draw", metavar="NUMBER", min=1, help="Draws so many exchanges to be replayed.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the drawn exchanges are written.")
    ] = None,
    replays: Annotated[
        Path | None, typer.Option("--replays", metavar="FILE", help="The drawn exchanges with what the baseline took.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another number draws another sample.")] = 0,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Say what was saved against the baseline of the settings, and claim nothing that the sample does not show.

    Routers, guards, judges and failed tries are on the actual side. No model is called.
    """
    from shoal.cli.house import database, settings_of

    settings = settings_of(config, data_dir).settings
    declared = settings.metering.baseline
    if declared is None:
        raise ConfigError('no baseline is declared: set metering.baseline.kind, such as "largest-model"')
    now = time.time()
    span = (
        (now - MONTH_DAYS * DAY_S) // DAY_S * DAY_S if begin is None else begin,
        now // HOUR_S * HOUR_S if end is None else end,
    )
    if span[0] >= span[1]:
        raise typer.BadParameter("the span ends before it begins", param_hint="--to")
    with database(settings) as opened:
        if draw is not None:
            _draw(opened, (*span, tenant), draw, seed, out)
            return
        found = _claims(opened, settings, declared, (*span, tenant), seed, replays)
    _show(found, as_json)


def _draw(opened: Database, span: tuple[float, float, str | None], size: int, seed: int, out: Path | None) -> None:
    from shoal.metering.savings_sample import write_draw

    if out is None:
        raise typer.BadParameter("name the file that the drawn exchanges are written to", param_hint="--out")
    drawn = _drawn(opened, span, size, seed)
    if not drawn.ids:
        raise ConfigError(NOTHING_USED)
    try:
        write_draw(out, drawn)
    except OSError as error:
        raise StorageError(f"{out} cannot be written ({error.strerror}): name another file with --out") from None
    note(f"{len(drawn.ids)} of {drawn.exchanges} exchanges drawn: {out}; replay each, and name the file with --replays")


def _drawn(opened: Database, span: tuple[float, float, str | None], size: int, seed: int) -> Draw:
    from shoal.metering.savings_sample import Draw, draw
    from shoal.stores.usage_rows import ids_of
    from shoal.stores.usage_sums import Span

    return Draw(*span, seed, *draw(ids_of(opened, Span(*span)), size, seed))


def _claims(
    opened: Database,
    settings: Settings,
    declared: Baseline,
    span: tuple[float, float, str | None],
    seed: int,
    replays: Path | None,
) -> list[Saving]:
    from shoal.metering.baseline import model_of
    from shoal.metering.savings_claims import Sampled, actual, claims, meters
    from shoal.metering.savings_sample import Replay
    from shoal.metering.start import check_metering
    from shoal.stores.usage_rows import attempts_of

    model = model_of(settings, declared)
    if model is not None and replays is None:
        raise ConfigError(
            f"the baseline is what '{model}' would have taken for the same requests: draw a sample with --draw, replay "
            "it, and name the file with --replays"
        )
    drawn, replayed = _sample(opened, span, seed, replays)
    if not drawn.ids:
        raise ConfigError(NOTHING_USED)
    rows, facts = attempts_of(opened, drawn.ids), check_metering(settings)
    metering = meters(settings, facts, (row for of_one in rows.values() for row in of_one))
    sample = [Sampled(actual(rows[name], metering), replayed.get(name, Replay())) for name in drawn.ids]
    return claims(declared, sample, drawn.exchanges, metering=metering, facts=facts, model=model)


def _sample(
    opened: Database, span: tuple[float, float, str | None], seed: int, replays: Path | None
) -> tuple[Draw, dict[str, Replay]]:
    """The draw with its replays; without a file, one that needs none."""
    from shoal.metering.savings_sample import read_replays

    if replays is None:
        return _drawn(opened, span, SAMPLE, seed), {}
    given, replayed = read_replays(replays)
    drawn = _drawn(opened, (given.begin, given.end, given.tenant), max(len(given.ids), 1), given.seed)
    strange = set(given.ids) - set(drawn.ids)
    if strange or drawn.exchanges < given.exchanges:
        raise ConfigError(
            f"{replays}: {len(strange)} of its exchanges are not in the draw of {len(drawn.ids)} from that span: every "
            "drawn exchange must be replayed, and none besides; draw anew if exchanges came later or were erased"
        )
    return drawn, replayed


def _show(found: list[Saving], as_json: bool) -> None:
    if as_json:
        say_json([asdict(each) | {"told": told(each)} for each in found])
        return
    say(f"baseline: {found[0].baseline} ({found[0].against})")
    table(
        COLUMNS,
        [(each.quantity, each.verdict, *(said(each)), each.sampled, each.exchanges) for each in found],
    )
    note("savings against different baselines are never summed")


def told(saving: Saving) -> bool:
    """Whether a figure may be told."""
    from shoal.metering.savings import Verdict

    return saving.verdict in (Verdict.SAVED, Verdict.COST_MORE)


def said(saving: Saving) -> tuple[str, str]:
    """The saving and its interval; nothing where none is claimed."""
    if not told(saving):
        return "", ""
    return f"{saving.expected:.3g}", f"{saving.low:.3g} to {saving.high:.3g}"
