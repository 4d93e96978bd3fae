"""Prints how long reports on a large ledger take: `python -m bench.reports --records 1000000`.

Rows are made up and inserted directly, over 30 days, busier by day: exchanges with one or two attempts of eight models
by 200 keys in 20 teams, half of them with tags. It measures what `shoal usage` and `shoal energy report` ask of the
database, from roll-ups and from the rows themselves, and what adding an hour up takes. With `--open` all rows are of
one hour that has not ended, read 40 seconds before its end.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from shoal.cli.energy_report_html import html_of
from shoal.metering.report import make_report
from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, ENDS, EXCHANGES, QUANTITIES
from shoal.stores.usage_hours import refresh
from shoal.stores.usage_lines import SUMMED
from shoal.stores.usage_marks import HOUR_S, mark, roll_up
from shoal.stores.usage_sums import SHOWN, By, Span, grouped

NAMES: tuple[By, ...] = ("model", "key", "team", "user", "tag", "day", "hour", "host", "tenant", "purpose", "zone")
DAYS, KEYS, TEAMS, MODELS = 30, 200, 20, 8
BEGIN = 1_790_000_000.0 // 86_400 * 86_400
NOW = BEGIN + DAYS * 86_400 + 1800
CHUNK = 5000
# The hour that is open, and the moment in it at which it is read.
OPEN = int(BEGIN // HOUR_S) + DAYS * 24
LATE = (OPEN + 1) * HOUR_S - 40.0


def times(chance: random.Random, records: int, *, within_hour: bool) -> list[float]:
    """When exchanges begin, in order: more of them at noon than at night, or evenly over the open hour."""
    if within_hour:
        return sorted(chance.uniform(OPEN * HOUR_S, LATE) for _ in range(records))
    hours = (chance.randrange(DAYS) * 24 + min(max(chance.gauss(13, 4), 0), 23.9) for _ in range(records))
    return sorted(BEGIN + hour * HOUR_S for hour in hours)


def exchange(chance: random.Random, number: int, started: float) -> dict[str, Any]:
    """One exchange."""
    key = min(int(chance.expovariate(1 / 40)), KEYS - 1)
    tags = {"app": f"app-{key % 7}", "stage": chance.choice(["test", "live"])} if number % 2 else None
    return {
        **{"id": f"ex_{number:026}", "tenant": f"t{key % 3}", "key_id": f"key_{key}", "team": f"team-{key % TEAMS}"},
        **{"user": f"user-{key}", "asked": "auto", "model": "m", "outcome": "ok", "latency_s": 1.0, "streamed": False},
        **{"started": started, "tags": tags},
    }


def attempts(chance: random.Random, of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One attempt, and for one exchange in five a second."""
    for position in range(2 if chance.random() < 0.2 else 1):
        model = min(int(chance.expovariate(1 / 2)), MODELS - 1)
        took = chance.random()
        ranges = {
            end.format(name): took * factor for name in QUANTITIES for end, factor in zip(ENDS, (1, 2, 3), strict=True)
        }
        yield {
            **{"exchange_id": of["id"], "position": position, "model": f"model-{model}", "host": f"host-{model % 3}"},
            **{"purpose": "answer", "outcome": "ok", "started": of["started"], "latency_s": 1.0, "cpu_s": 0.0},
            **{"retry": 0, "pieces": 1, "prompt_tokens": 200, "completion_tokens": 100, "cached_tokens": 0},
            **{"reasoning_tokens": 0, "tier": "modelled", "facts": "facts-1", "method": "shoal-metering/1"},
            **{"zone": "DEU", "grid_gco2e_per_kwh": 344.0, **ranges},
        }


def fill(database: Database, records: int, *, within_hour: bool = False) -> float:
    """Inserts the rows; returns the seconds that it took."""
    chance, begun = random.Random(1), time.perf_counter()
    begins = times(chance, records, within_hour=within_hour)
    for first in range(0, records, CHUNK):
        made = [exchange(chance, number, begins[number]) for number in range(first, min(first + CHUNK, records))]
        with database.engine.begin() as connection:
            connection.execute(insert(EXCHANGES), made)
            connection.execute(insert(ATTEMPTS), [each for one in made for each in attempts(chance, one)])
    with database.engine.begin() as connection:
        mark(connection, [OPEN] if within_hour else range(int(BEGIN // HOUR_S), int(NOW // HOUR_S)))
    if database.postgres:  # as its own daemon does within a minute
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return time.perf_counter() - begun


def timed(database: Database, by: tuple[By, ...], quantities: tuple[str, ...] | None = None, tries: int = 3) -> float:
    """The best of some tries, in seconds."""
    best = float("inf")
    for _ in range(tries):
        begun = time.perf_counter()
        grouped(database, by, Span(), quantities or tuple(SUMMED))
        best = min(best, time.perf_counter() - begun)
    return round(best, 3)


def measure(database: Database, records: int) -> Iterator[dict[str, object]]:
    """The figures, one by one."""
    yield {"what": "inserted", "records": records, "seconds": round(fill(database, records), 1)}
    names: list[By] = ["key", "team", "model", "tag", "day"]
    for by in names:
        yield {"what": "usage from rows", "by": by, "seconds": timed(database, (by,), SHOWN, 1)}
    begun = time.perf_counter()
    hours = refresh(database, NOW + HOUR_S)
    yield {"what": "hours added up", "hours": hours, "seconds": round(time.perf_counter() - begun, 1)}
    for by in names:
        yield {"what": "usage from roll-ups", "by": by, "seconds": timed(database, (by,), SHOWN)}
    for each in NAMES:
        yield {"what": "all quantities from roll-ups", "by": each, "seconds": timed(database, (each,))}
    yield {"what": "all quantities from roll-ups", "by": "day and model", "seconds": timed(database, ("day", "model"))}
    for by in names:
        begun = time.perf_counter()
        html_of(make_report(database, Span(BEGIN, NOW), by, {"host-0"}))
        yield {"what": "energy report as HTML with plots", "by": by, "seconds": round(time.perf_counter() - begun, 2)}
        begun = time.perf_counter()
        make_report(database, Span(BEGIN, NOW), by, {"host-0"})
        yield {"what": "energy report", "by": by, "seconds": round(time.perf_counter() - begun, 2)}


def measure_open(database: Database, records: int) -> Iterator[dict[str, object]]:
    """The figures of an hour that is still open, one by one."""
    took = fill(database, records, within_hour=True)
    yield {"what": "inserted into the open hour", "records": records, "seconds": round(took, 1)}
    yield {"what": "energy report from rows alone", "by": "model", "seconds": report_s(database, "model")}
    yield {"what": "all steps added up at once", "seconds": refreshed(database, LATE)}
    begun = [LATE - age for age in (75.0, 135.0)]
    with database.engine.begin() as connection:
        roll_up(connection, [Begun(at) for at in begun])
    yield {"what": "two steps added up, as each minute", "seconds": refreshed(database, LATE)}
    names: list[By] = ["key", "team", "model", "tag", "hour"]
    for by in names:
        yield {"what": "usage", "by": by, "seconds": timed(database, (by,), SHOWN)}
        yield {"what": "energy report", "by": by, "seconds": report_s(database, by)}
    yield {"what": "hour added up from steps", "seconds": refreshed(database, LATE + HOUR_S)}
    yield {"what": "energy report of the ended hour", "by": "model", "seconds": report_s(database, "model")}


class Begun(NamedTuple):
    """Something that was written, and when it began."""

    started: float


def refreshed(database: Database, now: float) -> float:
    """Adds up what is due; returns the seconds that it took."""
    begun = time.perf_counter()
    refresh(database, now)
    return round(time.perf_counter() - begun, 2)


def report_s(database: Database, by: By) -> float:
    """The seconds of a report until the present moment of the open hour."""
    begun = time.perf_counter()
    make_report(database, Span(BEGIN, LATE), by, {"host-0"})
    return round(time.perf_counter() - begun, 2)


def main() -> None:
    """Measures on SQLite in a folder of its own, or on the PostgreSQL at `--url`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--url", help="a PostgreSQL database that may be written to; else SQLite")
    parser.add_argument("--open", action="store_true", help="all rows in an hour that has not ended")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder), given.url)
        database.migrate()
        for figure in (measure_open if given.open else measure)(database, given.records):
            print(json.dumps(figure), flush=True)
        database.close()


if __name__ == "__main__":
    main()
