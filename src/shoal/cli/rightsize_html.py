"""The report of `shoal rightsize` as one page that loads nothing: plots where matplotlib is there, tables in any case.
It computes nothing; names come from callers and are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from shoal.cli.energy_report_html import POLICY, STYLE
from shoal.cli.rightsize_show import COLUMNS, NARROW_COLUMNS, beside, cells, certified, narrow, spread
from shoal.errors import ConfigError
from shoal.impacts import METHOD
from shoal.routing.rightsize.report import FamilyReport, Report

HOW = (
    "Quality and differences: means with percentile bootstrap intervals (95 %); where all scores are equal, the exact "
    "binomial bound. Differences are taken task by task. Seconds are those of this run, with what ran beside it. A "
    "certificate is made by Learn then Test: thresholds on the small model's expected loss are tried from the most "
    "careful one on with the exact binomial tail, until one fails. It holds for tasks that are drawn as these were."
)
CURVES = ("small model", "share that it keeps", "expected loss up to", "its answers there", "both together")


def html_of(report: Report) -> str:
    """The page."""
    title = escape(f"Right-sizing against {report.reference}")
    body = "\n".join([f"<h1>{title}</h1>", *_sections(report)])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{STYLE}</style></head>\n'
        f"<body>{body}</body></html>\n"
    )


def _sections(report: Report) -> Iterator[str]:
    yield _list(
        f"{each.advice} ({beside(each.chosen)})" if each.chosen is not None else each.advice for each in report.families
    )
    if report.finding is not None:
        yield f"<p>By a learned route: {escape(report.finding.recommendation)}</p>"
    if report.certificates:
        yield "<h2>Certificates</h2>" + _list(certified(name, each) for name, each in report.certificates.items())
    yield "<h2>All models</h2>"
    yield _table(COLUMNS, [cells(family.name, each) for family in report.families for each in family.measures])
    yield "<h2>Share and quality</h2>" + _plots(report)
    for family in report.families:
        yield from _curve(family)
    yield "<h2>Narrowness</h2>" + _narrowness(report)
    yield "<h2>What this took</h2>"
    yield _table(
        ("", "USD", "Wh", "gCO2e"),
        [(name, *map(spread, part.values())) for name, part in (("answers", report.taken), ("judging", report.judged))],
    )
    if report.notes:
        yield "<h2>Notes</h2>" + _list(report.notes)
    yield f"<h2>How this was found</h2><p>{escape(HOW)}</p>"
    aim = report.aim
    yield (
        f"<p>Judge: {escape(report.judge)}. Tasks: {report.data}. alpha {aim.alpha:g}, delta {aim.delta:g}, shared out "
        f"among {report.tests} tests; {report.fewest} tasks are the fewest that can certify anything. "
        f"Metering: {escape(METHOD)}</p>"
    )


def _plots(report: Report) -> str:
    try:
        from shoal.cli.rightsize_plots import svgs

        return "\n".join(svgs(report)) or "<p>No small model gave anything to choose by.</p>"
    except ConfigError as error:
        return f"<p>{escape(error.message)}</p>"


def _curve(family: FamilyReport) -> Iterator[str]:
    rows = [
        (name, f"{each.coverage:.1%}", f"{each.threshold:.3f}", f"{each.kept:.1%}", f"{each.together:.1%}")
        for name, points in family.curves.items()
        for each in points
    ]
    if rows:
        yield f"<h3>{escape(family.name)}</h3>" + _table(CURVES, rows)


def _narrowness(report: Report) -> str:
    lost = [
        f"{family.name}: {each.model} loses {-each.difference.mean:.1%} against {report.reference}"
        for family in report.families
        for each in family.measures
        if each.difference is not None and each.difference.high < 0
    ]
    told = "<p>Families that a model surely loses:</p>" + _list(lost) if lost else "<p>No family is surely lost.</p>"
    return told + (_table(NARROW_COLUMNS, [narrow(each) for each in report.narrowness]) if report.narrowness else "")


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in each) + "</tr>" for each in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
