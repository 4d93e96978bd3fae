"""Reports as CSV: groups, trend, inventory lines for a carbon ledger, and the rows that they are added up from.

docs/reference/report-columns.md lists the columns. It computes nothing.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from shoal.errors import StorageError
from shoal.impacts import Range, Tier
from shoal.metering.report import QUANTITIES, Report, moment
from shoal.metering.report_lines import InventoryLine
from shoal.stores.database import Database
from shoal.stores.usage_lines import TOKENS
from shoal.stores.usage_rows import COLUMNS as ROW_COLUMNS
from shoal.stores.usage_rows import usage_rows
from shoal.stores.usage_sums import Span, Sums

ENDS = ("low", "expected", "high")
GROUP_COLUMNS = (
    *("name", "exchanges", "attempts", "failed_attempts", *TOKENS),
    *(f"{name}_{end}" for name in QUANTITIES for end in (*ENDS, "unknown_attempts")),
    *(f"{tier.value}_attempts" for tier in Tier),
)
INVENTORY_COLUMNS = (
    *("period_begin", "period_end", "organisation", "scope", "category", "activity", "accounting", "zone"),
    *("activity_kwh", "kgco2e", "kgco2e_low", "kgco2e_high", "kgco2e_per_kwh"),
    *("attempts", "unknown_attempts", "data_quality", "factors_version", "method_version"),
)
# The scope whose activity is electricity alone.
ELECTRICITY = 2
# What a spreadsheet would take for a formula, in East Asian settings the wide signs too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(report: Report, part: str) -> str:
    """The report's part "groups", "trend" or "inventory"."""
    if part == "inventory":
        period = (moment(report.span.begin), moment(report.span.end), report.span.tenant or "")
        return _text(INVENTORY_COLUMNS, ([*period, *_line(each)] for each in report.lines))
    return _text(GROUP_COLUMNS, (_group(each) for each in (report.trend if part == "trend" else report.groups)))


def write_rows(database: Database, span: Span, out: Path | None) -> None:
    """Every attempt of the span, into the file or onto standard output."""
    rows = ([row[name] for name in ROW_COLUMNS] for row in usage_rows(database, span))
    if out is None:
        _write(sys.stdout, ROW_COLUMNS, rows)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            _write(file, ROW_COLUMNS, rows)
    except OSError as error:
        raise StorageError(f"{out} cannot be written ({error.strerror}): name another file with --out") from None


def _text(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    _write(text, columns, rows)
    return text.getvalue()


def _write(file: TextIO, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)


def _group(sums: Sums) -> Iterator[object]:
    yield from (sums.name, sums.exchanges, sums.attempts, sums.failed, *(sums.tokens[name] for name in TOKENS))
    for name in QUANTITIES:
        yield from (*_ends(sums.known.get(name), empty=0 if not sums.attempts else None), sums.unknown[name])
    yield from (sums.tiers[tier.value] for tier in Tier)


def _line(each: InventoryLine) -> Iterator[object]:
    line, kwh = each.line, each.kwh
    factor = None
    if line.scope == ELECTRICITY and line.kgco2e is not None and kwh is not None and kwh.expected:
        factor = line.kgco2e.expected / kwh.expected
    low, expected, high = _ends(line.kgco2e)
    yield from (line.scope, line.category, line.name, f"{line.method}-based", each.zone)
    yield from (None if kwh is None else kwh.expected, expected, low, high, factor)
    yield from (each.attempts, each.unknown_attempts, _quality(each.tiers), each.facts, each.method_version)


def _quality(tiers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in tiers.items()) or "unknown"


def _ends(found: Range | None, empty: int | None = None) -> tuple[object, object, object]:
    return (empty,) * 3 if found is None else (found.low, found.expected, found.high)


def _cell(value: Any) -> object:
    """The value as a cell; text is never a formula."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
