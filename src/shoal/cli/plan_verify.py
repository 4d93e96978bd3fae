"""`shoal plan verify`: published training runs and claims beside Shoal's arithmetic. It works out nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shoal.cli.options import AsJson, ConfigPath
from shoal.cli.output import note, say_json, table

if TYPE_CHECKING:
    from shoal.planning.verify import Check

COLUMNS = ("name", "figure", "published", "ours", "off", "verdict", "how", "note")


def verify(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="PATH", help="A JSON of published runs instead of the facts' own.")
    ] = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Print every published figure beside our arithmetic, and fail where one that should reproduce does not.

    A figure that is known to be wrong is flagged; it fails if it is found right after all.
    """
    from shoal.cli.facts import facts_of
    from shoal.planning.published import read_runs, shipped
    from shoal.planning.verify import Verdict
    from shoal.planning.verify import verify as checked

    facts = facts_of(config)
    runs, others = read_runs(data, facts) if data is not None else (shipped(facts), [])
    checks = checked(runs, facts)
    counts = {verdict: sum(check.verdict is verdict for check in checks) for verdict in Verdict}
    if as_json:
        say_json({"facts": facts.version, "checks": [each.to_wire() for each in checks], "counts": counts})
    else:
        table(COLUMNS, [_row(each) for each in checks])
        note(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
        for other in others:
            note(f"no training run, so not checked: {other}")
    if counts[Verdict.FAILED]:
        raise typer.Exit(1)


def _row(check: Check) -> tuple[object, ...]:
    ours = "unknown" if check.ours is None else f"{check.ours:,.6g}"
    off = "" if check.off is None else f"{check.off:+.2%}" if check.off < 1 else f"{check.off + 1:.3g} times"
    return (
        check.name,
        check.unit,
        f"{check.published:,.10g}",
        ours,
        off,
        check.verdict,
        check.formula,
        check.note,
    )
