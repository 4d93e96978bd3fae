"""Gateways side by side on one mock host: CPU per request and per streamed chunk, speed, memory, start time.

`python -m bench.gateway [--peers-venv PATH] [--portkey PATH] [--json]` starts each gateway anew for every round, warms
it up, loads it over loopback and prints the median of the rounds with the ratio to the bare floor. CPU is the time of
the gateway's process tree as the operating system counts it: on a shared machine it holds, wall-clock figures less so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import CHUNKS, Bounds, Figures, measure
from bench.peers import Gateway, gateways, mock_host
from bench.process import ROOT


@dataclass(frozen=True)
class Figure:
    """A row of the table: how to print `name`, and the reach that docs/methodology/speed.md sets for it."""

    name: str
    title: str
    form: str = "{:,.0f}"
    reach: str = ""
    ratio: bool = False


ROWS = (
    Figure("cpu_us_32", "CPU µs per request, 32 connections", reach="300", ratio=True),
    Figure("cpu_us_1", "CPU µs per request, 1 connection", ratio=True),
    Figure("per_s_32", "requests/s, 32 connections", ratio=True),
    Figure("p50_ms_32", "p50 ms, 32 connections", "{:.2f}"),
    Figure("p99_ms_32", "p99 ms, 32 connections", "{:.2f}"),
    Figure("per_s_1", "requests/s, 1 connection"),
    Figure("p50_ms_1", "p50 ms, 1 connection", "{:.2f}"),
    Figure("p99_ms_1", "p99 ms, 1 connection", "{:.2f}"),
    Figure("cpu_us_stream", f"CPU µs per stream of {CHUNKS} chunks, 16 at once", ratio=True),
    Figure("cpu_us_chunk", "CPU µs per chunk", "{:.1f}", reach="20", ratio=True),
    Figure("per_s_stream", "streams/s, 16 at once", ratio=True),
    Figure("p50_ms_stream", "p50 ms of a whole stream", "{:.1f}"),
    Figure("first_ms_stream", "p50 ms to a stream's first byte", "{:.1f}"),
    Figure("rss_idle_mb", "RSS MB after the first request", "{:.0f}"),
    Figure("rss_mb", "RSS MB under load", "{:.0f}", reach="150"),
    Figure("start_s", "start to first answer, s", "{:.2f}", reach="2"),
    Figure("start_cpu_s", "CPU s until then", "{:.2f}"),
)


def medians(rounds: list[Figures]) -> Figures:
    """The median of each figure over the rounds that have it."""
    names = {name for figures in rounds for name in figures}
    return {name: statistics.median(one[name] for one in rounds if name in one) for name in names}


def compile_shoal() -> None:
    """Leaves bytecode beside the sources, as pip does where Shoal is installed: without it, and where Python is told to
    write none, each start compiles all of it anew."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "src" / "shoal")], check=True)


def commands(repeats: int) -> Figures:
    """Wall seconds of `import shoal` (above an empty interpreter) and of `shoal --help`: the best of `repeats`, since
    others' load on the machine only adds."""
    empty = _timed(["-c", "pass"], repeats)
    return {
        "import_s": _timed(["-c", "import shoal"], repeats) - empty,
        "help_s": _timed([str(Path(sys.executable).with_name("shoal")), "--help"], repeats),
    }


def _timed(words: list[str], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - begun)
    return best


def compare(
    chosen: list[Gateway], repeats: int, bounds: Bounds, pace_ms: float, say: Callable[[str], None]
) -> dict[str, Figures]:
    """The medians of each gateway that could be measured, rounds interleaved so that all meet the same weather."""
    rounds: dict[str, list[Figures]] = {gateway.name: [] for gateway in chosen}
    with mock_host(CHUNKS, pace_ms) as host_url:
        for turn in range(repeats):
            for gateway in chosen:
                say(f"round {turn + 1}/{repeats}: {gateway.name}")
                try:
                    rounds[gateway.name].append(measure(gateway, host_url, bounds))
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    say(f"  {gateway.name} not measured: {error}")
    return {name: medians(found) for name, found in rounds.items() if found}


def table(results: dict[str, Figures], rows: tuple[Figure, ...] = ROWS) -> Table:
    """One column per gateway; in brackets the ratio to the floor."""
    shown = Table(title="Gateways on one mock host")
    shown.add_column("")
    shown.add_column("reach", justify="right")
    for name in results:
        shown.add_column(name, justify="right")
    floor = results.get("floor", {})
    for row in rows:
        cells = [_cell(figures, row, floor if name != "floor" else {}) for name, figures in results.items()]
        shown.add_row(row.title, row.reach, *cells)
    return shown


def _cell(figures: Figures, row: Figure, floor: Figures) -> str:
    if row.name not in figures:
        return "-"
    text = row.form.format(figures[row.name])
    if row.ratio and floor.get(row.name):
        text += f" ({figures[row.name] / floor[row.name]:.2f}x)"
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    peers = ROOT / ".venv-peers"
    parser.add_argument("--peers-venv", type=Path, default=peers, help="one with litellm[proxy] and tensorzero")
    parser.add_argument("--portkey", type=Path, default=peers, help="a folder with node_modules/@portkey-ai/gateway")
    parser.add_argument("--only", help="names of gateways, comma-separated")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--requests", type=int, default=Bounds.requests, help="whole requests at 32 connections")
    parser.add_argument("--streams", type=int, default=Bounds.streams)
    parser.add_argument("--seconds", type=float, default=Bounds.seconds, help="at most, for each load")
    parser.add_argument("--pace-ms", type=float, default=0.0, help="the host's pause between the chunks of a stream")
    parser.add_argument("--data", help="not used: the load is made here")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    screen, log = Console(width=None if sys.stdout.isatty() else 160), Console(stderr=True)
    known = gateways(args.peers_venv, args.portkey)
    wanted = set(args.only.split(",")) if args.only else {gateway.name for gateway in known}
    chosen = [gateway for gateway in known if gateway.name in wanted and not gateway.missing]
    absent = {gateway.name: gateway.missing for gateway in known if gateway.missing}
    compile_shoal()
    load_before = os.getloadavg()[0]
    bounds = Bounds(args.requests, args.streams, args.seconds)
    results = compare(chosen, args.repeats, bounds, args.pace_ms, log.print)
    times = commands(5) if "Shoal" in wanted else {}
    if args.json:
        print(json.dumps({"gateways": results, "commands": times, "absent": absent, "load_before": load_before}))
        return
    screen.print(table(results))
    if times:
        screen.print(
            f"import shoal: {times['import_s']:.3f} s (reach 0.2); shoal --help: {times['help_s']:.3f} s (0.3)"
        )
    for gateway in chosen:
        screen.print(f"{gateway.name}: {gateway.how}")
    for name, why in absent.items():
        screen.print(f"{name}: {why}")
    screen.print(
        f"median of {args.repeats} rounds; {os.cpu_count()} cores, Python {sys.version.split()[0]}, load average "
        f"before the run {load_before:.1f}; in brackets the ratio to the floor"
    )


if __name__ == "__main__":
    main()
