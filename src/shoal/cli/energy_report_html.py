"""Reports as one HTML page that loads nothing: plots where matplotlib is there, tables in any case. It computes
nothing; names come from callers and are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from shoal.cli.energy_report import spread
from shoal.cli.usage import COLUMNS, row
from shoal.errors import ConfigError
from shoal.impacts import METHOD
from shoal.metering.report import FORMULAS, SCI_BOUNDARY, Report, idle_total, moment

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2733 }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #d9e0e6; vertical-align: top }
th { font-weight: 600 } td { font-variant-numeric: tabular-nums } svg { max-width: 100%; height: auto }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
UNKNOWN = "Attempts of which a quantity is unknown are counted beside the sums, never added as zero."


def html_of(report: Report) -> str:
    """The page."""
    begin, end = moment(report.span.begin), moment(report.span.end)
    whose = f" of {report.span.tenant}" if report.span.tenant is not None else ""
    title = escape(f"Energy report{whose}, {begin} to {end}")
    body = "\n".join([f"<h1>{title}</h1>", *_sections(report)])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>\n'
        f"<body>{body}</body></html>\n"
    )


def _sections(report: Report) -> Iterable[str]:
    yield f"<h2>By {report.by}</h2><p>{UNKNOWN}</p>"
    yield _table((report.by, *COLUMNS), [row(each) for each in (*report.groups, report.total)])
    yield "<h2>Per request and per 1000 tokens</h2><p>SCI after ISO/IEC 21031 and SCI for AI.</p>"
    yield _table(
        ("unit", "units", "gCO2e, average grid", "gCO2e, marginal"),
        [
            (each.unit, f"{each.units:g}", spread(each.gco2e, each.at_least_gco2e), spread(each.marginal_gco2e))
            for each in report.rates
        ],
    )
    yield "<h2>Plots</h2>" + _plots(report)
    yield f"<h2>Trend by {report.trend_by}</h2>"
    yield _table((report.trend_by, *COLUMNS), [row(each) for each in report.trend])
    yield from _inventory(report)
    yield from _method(report)


def _plots(report: Report) -> str:
    try:
        from shoal.cli.energy_report_plots import svgs

        return "\n".join(svgs(report)) or "<p>Nothing was used.</p>"
    except ConfigError as error:
        return f"<p>{escape(error.message)}</p>"


def _inventory(report: Report) -> Iterable[str]:
    yield "<h2>Lines of a greenhouse-gas inventory (GHG Protocol)</h2>"
    yield _table(
        ("scope", "category", "activity", "accounting", "zone", "kWh", "kgCO2e", "attempts not in it", "factors"),
        [
            (
                *(each.line.scope, each.line.category or "", each.line.name, f"{each.line.method}-based", each.zone),
                *("" if each.kwh is None else spread(each.kwh), spread(each.line.kgco2e), each.unknown_attempts),
                f"{each.facts}, {each.method_version}",
            )
            for each in report.lines
        ],
    )
    idle = idle_total(report.idle)
    if report.span.tenant is not None:
        yield "<p>Idle energy is the machines', not an organisation's: it is in the report over all of them.</p>"
    elif idle is None:
        yield "<p>Idle energy: no counter was read, so it is not known.</p>"
    else:
        yield f"<p>Idle energy, in no sum above: {spread(idle.energy_wh)} Wh, {spread(idle.usage_gco2e)} gCO2e.</p>"


def _method(report: Report) -> Iterable[str]:
    yield f"<h2>What the figures rest on</h2><p>Boundary: {escape(SCI_BOUNDARY)}.</p><p>Method: {escape(METHOD)}</p>"
    yield _table(("figure", "formula"), list(FORMULAS.items()))
    yield _table(
        ("version of the facts", "method", "zone", "attempts"),
        [(each.facts, each.method, each.zone, each.attempts) for each in report.factors],
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in each) + "</tr>" for each in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
