"""Prints what becomes of ten times as many requests as a model can answer, through the whole gateway over HTTP:
`python -m bench.overload [--workers N --redis URL] [--trust enforce]`.

`shoal up` stands before a scripted host that only takes its time, so that neither the host nor this generator is the
bottleneck. `peak` is what as many clients as there are places get, one request after another; `unloaded` is a third of
that, at an even rate. Interactive requests and batch ones (`service_tier: "flex"`) come at an even rate, whatever
becomes of those before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.limits import quantile, redis_here
from bench.process import end, sample, spawn
from shoal.testing import Received, ScriptedHost, Wire, answers

SETTINGS = """
[hosts.scripted]
dialect = "openai"
base_url = "{url}"
[models.m]
host = "scripted"
concurrency = {places}
[trust]
mode = "{trust}"
[limits]
store = "{store}"
[limits.rates.each]
requests = "1000M/second"
"""
QUESTION = "How do I change the address of my account?"


@dataclass
class Found:
    """Seconds that requests took, by what became of them."""

    interactive: list[float] = field(default_factory=list)
    batch: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    answered_at: list[float] = field(default_factory=list)
    begun: float = 0.0
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        """Answers a second while requests came: neither before the first could be there, nor what waited at the end."""
        first, end = min(self.answered_at), self.begun + self.seconds
        return sum(first < at <= end for at in self.answered_at) / (end - first)


@dataclass
class Gateway:
    """A gateway under load."""

    url: str
    key: str
    session: aiohttp.ClientSession

    async def ask(self, found: Found, *, batch: bool) -> None:
        """One request."""
        body: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": QUESTION}], "max_tokens": 20}
        if batch:
            body["service_tier"] = "flex"
        loop = asyncio.get_running_loop()
        begun = loop.time()
        headers = {"authorization": f"Bearer {self.key}"}
        async with self.session.post(f"{self.url}/v1/chat/completions", json=body, headers=headers) as answer:
            await answer.read()
        found.statuses[answer.status] += 1
        times = found.refused if answer.status != 200 else found.batch if batch else found.interactive
        times.append(loop.time() - begun)
        if answer.status == 200:
            found.answered_at.append(loop.time())

    async def at_rate(self, per_s: float, batch: float, seconds: float) -> Found:
        """Requests at an even rate, a share of them batch."""
        found, tasks, loop = Found(), set[asyncio.Task[None]](), asyncio.get_running_loop()
        begun, sent = loop.time(), 0
        found.begun = begun
        while (now := loop.time() - begun) < seconds:
            while sent < now * per_s:
                task = asyncio.create_task(self.ask(found, batch=sent % 10 < batch * 10))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                sent += 1
            await asyncio.sleep(0.002)
        found.seconds = loop.time() - begun
        await asyncio.gather(*tasks)
        return found

    async def one_by_one(self, clients: int, seconds: float) -> Found:
        """So many clients, each one request after another."""
        found, loop = Found(), asyncio.get_running_loop()
        found.begun = begun = loop.time()

        async def client() -> None:
            while loop.time() - begun < seconds:
                await self.ask(found, batch=False)

        await asyncio.gather(*(client() for _ in range(clients)))
        found.seconds = loop.time() - begun
        return found


def slow(service_s: float) -> ScriptedHost:
    """A host that answers everything after that time."""
    answer = answers("Under settings.")

    async def step(received: Received, wire: Wire) -> None:
        await asyncio.sleep(service_s)
        await answer(received, wire)

    return ScriptedHost(otherwise=step)


def start(folder: Path, settings: str, workers: int, redis: str | None) -> tuple[subprocess.Popen[bytes], str, str]:
    """The gateway's process, its address and a key."""
    (folder / "shoal.toml").write_text(settings, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("shoal")), "up", "--json", "--port", "0", "--workers", str(workers)]
    command += ["--data-dir", str(folder / "data"), "--config", str(folder / "shoal.toml")]
    homes = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "home"), "STORE": redis or ""}
    process = spawn(command, folder / "log", homes)
    assert process.stdout
    said = json.loads(process.stdout.readline() or b"{}")
    if "address" not in said:
        raise RuntimeError((folder / "log").read_text(errors="replace")[-500:])
    return process, said["address"], said["member_key"]


async def run(folder: Path, chosen: argparse.Namespace, redis: str | None) -> None:
    async with slow(chosen.service_s) as host:
        store = "memory" if redis is None else "env:STORE"
        settings = SETTINGS.format(url=host.url, places=chosen.places, trust=chosen.trust, store=store)
        process, url, key = await asyncio.to_thread(start, folder, settings, chosen.workers, redis)
        try:
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector) as session:
                await load(Gateway(url, key, session), process.pid, chosen)
        finally:
            await asyncio.to_thread(end, process)


async def load(gateway: Gateway, pid: int, chosen: argparse.Namespace) -> None:
    await gateway.one_by_one(chosen.places, 2.0)
    peak = (await gateway.one_by_one(chosen.places, chosen.seconds)).per_s
    unloaded = await gateway.at_rate(peak * 0.3, 0.0, chosen.seconds)
    of = f"{chosen.places} places, {chosen.service_s * 1e3:.0f} ms each"
    ideal = chosen.places / chosen.service_s
    print(f"{of}, {chosen.workers} worker(s), trust {chosen.trust}: peak {peak:.1f}/s, ideal {ideal:.1f}")
    print(
        "offered/s  batch  goodput  of peak  p50 ms  p99 ms  x unloaded  refused ms p50  p99  statuses  CPU us/request"
    )
    report(peak * 0.3, 0.0, unloaded, unloaded, peak, 0.0)
    for batch in (0.0, 0.5, 0.9):
        before = sample(pid)
        found = await gateway.at_rate(peak * 10, batch, chosen.seconds)
        after = sample(pid)
        cpu = (after.cpu_s - before.cpu_s) if after is not None and before is not None else 0.0
        report(peak * 10, batch, found, unloaded, peak, cpu / max(sum(found.statuses.values()), 1) * 1e6)


def report(offered: float, batch: float, found: Found, unloaded: Found, peak: float, cpu_us: float) -> None:
    base, slowest = quantile(unloaded.interactive, 0.99), quantile(found.interactive, 0.99)
    refused = [quantile(found.refused, share) * 1e3 for share in (0.5, 0.99)]
    print(
        f"{offered:9.0f}  {batch:4.0%}  {found.per_s:7.1f}  {found.per_s / peak:6.1%}  "
        f"{quantile(found.interactive, 0.5) * 1e3:6.0f}  {slowest * 1e3:6.0f}  {slowest / base:10.2f}  "
        f"{refused[0]:14.1f}  {refused[1]:3.1f}  {dict(found.statuses)}  {cpu_us:.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=16)
    parser.add_argument("--service-s", type=float, default=0.2)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--redis", help="the address of an empty Redis or Valkey; one of its own for several workers")
    parser.add_argument("--trust", choices=("off", "observe", "enforce"), default="off")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.workers == 1 and chosen.redis is None:
            asyncio.run(run(Path(folder), chosen, None))
            return
        with redis_here(chosen.redis) as (redis, _):
            asyncio.run(run(Path(folder), chosen, redis))


if __name__ == "__main__":
    main()
