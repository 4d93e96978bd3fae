"""`shoal energy report`: energy, carbon, water and cost of a span of time, for people, spreadsheets and carbon ledgers.

It chooses the span and the format; the figures are metering/report.py's.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shoal.cli.options import AsJson, ConfigPath, DataDir
from shoal.cli.output import note, say, say_exactly, table
from shoal.cli.spans import FORMS, begin_of, end_of
from shoal.errors import StorageError

if TYPE_CHECKING:
    from shoal.impacts import Range
    from shoal.metering.report import Report

DAY_S = 86_400.0
MONTH_DAYS = 30
ReportBy = Literal["key", "team", "user", "model", "tag", "day", "hour", "host", "tenant", "purpose", "zone", "facts"]


def report(
    begin: Annotated[
        float | None, typer.Option("--from", metavar="TIME", parser=begin_of, help=f"{FORMS}; else 30 days ago.")
    ] = None,
    end: Annotated[
        float | None, typer.Option("--to", metavar="TIME", parser=end_of, help="To the end of that; else until now.")
    ] = None,
    by: Annotated[ReportBy, typer.Option("--by", help="What a line stands for.")] = "model",
    style: Annotated[
        Literal["table", "csv", "json", "html"], typer.Option("--format", help="How the report is written.")
    ] = "table",
    part: Annotated[
        Literal["groups", "trend", "inventory", "rows"], typer.Option("--part", help="Which part of it as CSV.")
    ] = "groups",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Writes there, not to the screen.")] = None,
    plots: Annotated[
        Path | None, typer.Option("--plots", metavar="DIR", help="Writes plots there too, as SVG and PNG.")
    ] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Only this organisation.")] = None,
    data_dir: DataDir = None,
    config: ConfigPath = None,
    as_json: AsJson = False,
) -> None:
    """Report energy, carbon, water and cost: totals, trend, per request and per 1000 tokens, and inventory lines.

    Each figure has its range; what is not known is counted, never taken for zero.
    """
    from shoal.cli.house import settings_of
    from shoal.cli.usage import usage_database
    from shoal.metering.inventory import own_hosts
    from shoal.metering.report import make_report
    from shoal.stores.usage_sums import Span

    now = time.time()
    span = Span(
        (now - MONTH_DAYS * DAY_S) // DAY_S * DAY_S if begin is None else begin, now if end is None else end, tenant
    )
    if span.begin >= span.end:
        raise typer.BadParameter("the report ends before it begins", param_hint="--to")
    written = "json" if as_json else style
    if part != "groups" and written != "csv":
        raise typer.BadParameter(f"'{part}' is written as CSV: add --format csv", param_hint="--part")
    if out is not None and written == "table":
        raise typer.BadParameter("a table is for the screen: add --format csv, json or html", param_hint="--out")
    settings = settings_of(config, data_dir).settings
    with usage_database(settings) as opened:
        if part == "rows":
            from shoal.cli.energy_report_csv import write_rows

            write_rows(opened, span, out)
            return
        made = make_report(opened, span, by, own_hosts(settings))
    if written == "table":
        show(made)
    else:
        _put(_written(made, written, part), out)
    if plots is not None:
        from shoal.cli.energy_report_plots import write_plots

        for path in write_plots(made, plots):
            note(f"plotted: {path}")


def _written(made: Report, style: str, part: str) -> str:
    if style == "csv":
        from shoal.cli.energy_report_csv import csv_of

        return csv_of(made, part)
    if style == "html":
        from shoal.cli.energy_report_html import html_of

        return html_of(made)
    import json

    return json.dumps(made.to_wire(), ensure_ascii=False) + "\n"


def _put(text: str, out: Path | None) -> None:
    if out is None:
        say_exactly(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{out} cannot be written ({error.strerror}): name another file with --out") from None
    note(f"written: {out}")


def show(made: Report) -> None:
    """The report as tables."""
    from shoal.cli.usage import COLUMNS, quantity, row
    from shoal.metering.report import SCI_BOUNDARY, moment

    say(f"{moment(made.span.begin)} to {moment(made.span.end)}")
    note(f"boundary: {SCI_BOUNDARY}")
    if not made.groups:
        note("nothing was used in that span: name another with --from and --to")
    table((made.by, *COLUMNS), [row(each) for each in (*made.groups, made.total)])
    if made.by != made.trend_by:
        table((made.trend_by, *COLUMNS), [row(each) for each in made.trend])
    table(
        ("carbon per unit (SCI)", "units", "gCO2e, average grid", "gCO2e, marginal"),
        [
            (
                f"per {each.unit}",
                f"{each.units:g}",
                spread(each.gco2e, each.at_least_gco2e),
                spread(each.marginal_gco2e),
            )
            for each in made.rates
        ],
    )
    table(
        ("scope", "activity", "accounting", "zone", "kWh", "kgCO2e", "attempts that are not in it"),
        [
            (
                *(
                    f"{each.line.scope}" if each.line.category is None else f"{each.line.scope}.{each.line.category}",
                    each.line.name,
                    f"{each.line.method}-based",
                    each.zone,
                ),
                *("" if each.kwh is None else spread(each.kwh), spread(each.line.kgco2e), each.unknown_attempts),
            )
            for each in made.lines
        ],
    )
    table(
        ("factors", "method", "zone", "attempts"),
        [(each.facts, each.method, each.zone, each.attempts) for each in made.factors],
    )
    if made.total.unknown["energy_wh"]:
        note(f"energy: {quantity(made.total, 'energy_wh')}; see `shoal usage --by model` for which are unknown")


def spread(found: Range | None, least: float | None = None) -> str:
    """A range in few figures; where it is unknown, what it is at least."""
    if found is None:
        return f"unknown, at least {least:.3g}" if least else "unknown"
    said = f"{found.expected:.3g}"
    return f"{said} ({found.low:.3g} to {found.high:.3g})" if found.low < found.high else said
