"""What the audit costs: CPU per request and piece, records per second with fsync, bytes per record, time to verify.

    python -m bench.audit [--data PATH] [--records 1000000]

A request is a chat of 300 bytes in a conversation, its reply one piece (or 100), its record what masking, defence and
monitoring leave. `--data` may be a folder of audit chains: then their exchanges are written again instead. CPU is user
and system time. Everything is written into a temporary folder (TMPDIR says where; a disk in memory syncs for nothing).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import ROOT
from shoal.call import Attempt, Purpose
from shoal.chat import Chat, Message, Piece, ShoalOptions, Usage
from shoal.stores.audit_log import MOST_WAITING, AuditEntry, Entry, FileAuditLog
from shoal.stores.ledger import Record
from shoal.trust.audit.export import Filter, read
from shoal.trust.audit.refusals import Refusals
from shoal.trust.audit.step import AuditStep, signer_of
from shoal.trust.audit.verify import verify
from shoal.trust.keys import RootKey

RATE = 10_000
PACED_S = 10.0
BYTES = 300
PIECES = 100
REPEATS = 7
ROUND = 2000
SCORES = ("hate", "identity_attack", "violence", "physical_harm", "sexual", "profanity", "self_harm", "illicit")
ACCOUNT = {
    "mode": "enforce",
    "masked": {"EMAIL_ADDRESS": [1, 0.15], "PERSON": [2, 0.3]},
    "defence": {"mode": "enforce", "jailbreak": 0.012, "instructions": 0.004},
    "monitoring": {side: {name: 0.0123 for name in SCORES} | {"safety": 0.98} for side in ("prompt", "reply")},
}
CHAT = Chat(
    "auto",
    (Message.of("user", "x" * (BYTES - 60)),),
    {"temperature": 0.2, "max_tokens": 256},
    shoal=ShoalOptions(conversation="c-1"),
)


class Nowhere:
    """A log that takes entries and forgets them: what is left is the caller's own cost."""

    def add(self, entry: Entry) -> None: ...

    def check(self) -> None: ...

    def close(self) -> None: ...


def step_to(log: Any) -> AuditStep:
    return AuditStep(log, Refusals(), RootKey(b"r" * 32), "0123456789abcdef", {"auto"})


def record(number: int) -> Record:
    attempt = Attempt("shoal/answer", "embedded", Purpose.ANSWER, 1.0, 0, "ok", 1, 0.01, 0.02, Usage(80, 40))
    fields = {"model": "shoal/answer", "outcome": "ok", "latency_s": 0.0234, "trust": ACCOUNT, "attempts": [attempt]}
    return Record(f"ex_{number:028x}", "default", "k_4f9a8b7c", 1.0, "auto", False, **fields)  # type: ignore[arg-type]


def best_us(work: Callable[[], object], times: int) -> float:
    """CPU µs of this thread for one of `times` pieces of work, the best of REPEATS."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.thread_time()
        work()
        best = min(best, (time.thread_time() - begun) / times * 1e6)
    return best


def print_caller() -> None:
    """What the thread that serves the request spends."""
    step, piece, settled = step_to(Nowhere()), Piece.of("y" * BYTES), record(1)

    async def requests() -> None:
        for _ in range(ROUND):
            step.check()
            session = step.open("default", CHAT)
            await session.asked(CHAT)
            session.read(piece)
            step.add(session.entry(settled))

    session, chunk = step.open("default", CHAT), Piece.of("four", None)

    def pieces() -> None:
        for _ in range(ROUND):
            session.read(chunk)

    def refusals() -> None:
        for _ in range(ROUND):
            step.refused("invalid_api_key")

    print(f"{'caller, per request of one piece':<44}{best_us(lambda: asyncio.run(requests()), ROUND):>9.1f} µs CPU")
    print(f"{'caller, per further piece of a stream':<44}{best_us(pieces, ROUND):>9.2f} µs CPU")
    print(f"{'caller, per refusal':<44}{best_us(refusals, ROUND):>9.2f} µs CPU")


@dataclass(frozen=True, slots=True)
class Copied:
    """An exchange of a chain that is there already."""

    told: dict[str, Any]

    @property
    def time(self) -> int:
        return int(self.told["time"])

    def wire(self) -> dict[str, Any]:
        return self.told


def entries(data: Path) -> Iterator[Entry]:
    """Without end: the exchanges in `data`, else invented ones as the exchange makes them."""
    known = set(AuditEntry.__dataclass_fields__) | {"kind", "key"}
    found = [{name: each[name] for name in known & each.keys()} for each in itertools.islice(_exchanges(data), ROUND)]
    if found:
        yield from (Copied(each) for each in itertools.cycle(found))
    step, piece = step_to(Nowhere()), Piece.of("y" * BYTES)
    for number in itertools.count():
        session = step.open("default", CHAT)
        session.read(piece)
        session._prompt_mac = "0" * 64
        yield session.entry(record(number))


def _exchanges(data: Path) -> Iterator[dict[str, Any]]:
    return (each for each in read(data, Filter()) if each["kind"] == "exchange") if data.is_dir() else iter(())


def print_fastest(folder: Path, made: Iterator[Entry], records: int) -> None:
    """As many as the log's thread can write; this thread only hands over what it made before."""
    log = FileAuditLog(folder, signer_of(RootKey(b"r" * 32)))
    wall = cpu = 0.0
    for at in range(0, records, MOST_WAITING // 2):
        batch = list(itertools.islice(made, min(MOST_WAITING // 2, records - at)))
        begun, used = time.perf_counter(), time.process_time()
        for each in batch:
            log.add(each)
        while log._waiting:
            time.sleep(0.002)
        wall, cpu = wall + time.perf_counter() - begun, cpu + time.process_time() - used
    log.close()
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{'records per second, written and synced':<44}{records / wall:>9.0f}")
    print(f"{'log thread, per record':<44}{cpu / records * 1e6:>9.1f} µs CPU")
    print(f"{'size per record':<44}{size / records:>9.0f} bytes")


def print_paced(folder: Path, made: Iterator[Entry]) -> None:
    """RATE records per second for PACED_S: how late the latest was durable."""
    log = FileAuditLog(folder, signer_of(RootKey(b"r" * 32)))
    batch = list(itertools.islice(made, int(RATE * PACED_S)))
    begun, added, latest, used = time.perf_counter(), 0, 0.0, time.process_time()
    while added < len(batch):
        due = min(len(batch), int((time.perf_counter() - begun) * RATE))
        for each in batch[added:due]:
            log.add(each)
        added = due
        durable = log._chain.records if log._chain is not None else 0
        latest = max(latest, time.perf_counter() - begun - durable / RATE)
        time.sleep(0.005)
    cpu = time.process_time() - used
    log.close()
    took = time.perf_counter() - begun
    print(f"{f'{RATE} records/s for {PACED_S:.0f} s, done after':<44}{took:>9.2f} s")
    print(f"{'  the latest was durable after':<44}{latest:>9.2f} s, CPU {cpu / PACED_S * 100:.0f} % of a core")


def print_verify(folder: Path) -> None:
    begun, used = time.perf_counter(), time.process_time()
    report = verify(folder, [signer_of(RootKey(b"r" * 32)).public])
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    if not report.whole:
        raise SystemExit(f"the chain is not whole: {report.findings[:3]}")
    print(f"{f'verify {report.lines} lines, {report.heads} heads':<44}{took:>9.2f} s, CPU {cpu:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--records", type=int, default=1_000_000)
    args = parser.parse_args()
    print_caller()
    made = entries(args.data)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        print_paced(Path(one), made)
        print_fastest(Path(two), made, args.records)
        print_verify(Path(two))
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
