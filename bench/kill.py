"""Kills the gateway again and again under load, and looks at what the ledger says then: `python -m bench.kill`.

`shoal up` runs as a process of its own, with its data in one folder, in front of a scripted host. Clients ask for whole
and streamed answers, all at once, until kill -9 ends the process at a random point of what they have seen come; it is
started again on the same data, and so on. At the end the ledger is held against what the clients received:

* every answer that a client received whole is in it, once, with its attempt;
* no other counts as confirmed complete (outcome "ok" and delivered);
* an exchange that was interrupted leaves one row at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.process import end, spawn
from shoal.stores.database import FILE
from shoal.stores.journal import FOLDER
from shoal.testing import Received, ScriptedHost, Step, Wire, answers, trickles

SETTINGS = """
[hosts.scripted]
dialect = "openai"
base_url = "{url}"

[models.scripted]
host = "scripted"
price = {{ input = 1.0, output = 2.0 }}

[trust]
mode = "{trust}"
"""
TEXTS = tuple(f"word {number} " for number in range(12))
PATIENCE_S = 120.0
MOST_EVENTS = 400
GONE = (aiohttp.ClientError, OSError, asyncio.TimeoutError)


@dataclass
class Seen:
    """What the clients saw, by the exchange's id: answers received `whole`, and those that `broke` off; `asked` counts
    requests, `events` pieces of answers."""

    whole: set[str] = field(default_factory=set)
    broke: set[str] = field(default_factory=set)
    asked: int = 0
    events: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the ledger says of it. The first block must be zero."""

    missing: int
    without_attempt: int
    confirmed_not_received: int
    twice: int
    journals_left: int
    rows: int
    confirmed: int
    received_not_confirmed: int
    settled_not_confirmed: int
    interrupted: int

    @property
    def faults(self) -> int:
        return self.missing + self.without_attempt + self.confirmed_not_received + self.twice + self.journals_left


@dataclass
class Gateway:
    """One life of the gateway."""

    process: subprocess.Popen[bytes]
    url: str
    key: str


class Kills:
    """The rounds. `folder` holds the data, the settings and the log."""

    def __init__(self, folder: Path, host: ScriptedHost, seed: int, clients: int, trust: str = "off") -> None:
        self.seen = Seen()
        self._folder = folder
        self._random = random.Random(seed)
        self._clients = clients
        self._key = ""
        self._kill = asyncio.Event()
        self._kill_at = 0
        (folder / "shoal.toml").write_text(SETTINGS.format(url=host.url, trust=trust), encoding="utf-8")

    async def round(self) -> None:
        """Starts the gateway, loads it, kills it."""
        gateway = await self._start()
        self._kill.clear()
        self._kill_at = self.seen.events + self._random.randrange(MOST_EVENTS)
        if self._random.random() < 0.1:  # while it may still replay what the last one left
            self._kill.set()
        async with aiohttp.ClientSession() as session:
            tasks = [asyncio.create_task(self._ask(session, gateway)) for _ in range(self._clients)]
            async with asyncio.timeout(PATIENCE_S):
                await self._kill.wait()
            gateway.process.kill()
            await asyncio.gather(*tasks)
        await asyncio.to_thread(gateway.process.communicate)

    async def finish(self) -> None:
        """Starts it a last time, lets it take up what was left, and ends it well."""
        gateway = await self._start()
        journals = self._folder / "data" / FOLDER
        until = time.monotonic() + PATIENCE_S
        while len({path.name.partition("-")[0] for path in journals.glob("*-*.log")}) > 1:
            assert time.monotonic() < until, "the journals were not taken up"
            await asyncio.sleep(0.05)
        await asyncio.to_thread(end, gateway.process)

    async def _start(self) -> Gateway:
        def start() -> Gateway:
            shoal = str(Path(sys.executable).with_name("shoal"))
            options = ["--json", "--port", "0", "--data-dir", str(self._folder / "data")]
            command = [shoal, "up", *options, "--config", str(self._folder / "shoal.toml")]
            homes = {"XDG_CONFIG_HOME": str(self._folder / "config"), "XDG_DATA_HOME": str(self._folder / "home")}
            process = spawn(command, self._folder / "log", homes)
            assert process.stdout
            for line in process.stdout:
                said = json.loads(line)
                if said.get("event") == "started":
                    self._key = said.get("member_key", self._key)
                    return Gateway(process, f"{said['address']}/v1", self._key)
            raise RuntimeError(f"the gateway ended: {(self._folder / 'log').read_text(errors='replace')[-500:]}")

        return await asyncio.to_thread(start)

    async def _ask(self, session: aiohttp.ClientSession, gateway: Gateway) -> None:
        """One client: asks again and again until nobody answers."""
        messages = [{"role": "user", "content": "How so?"}]
        while True:
            body = {"model": "scripted", "messages": messages, "stream": self._random.random() < 0.6}
            headers = {"authorization": f"Bearer {gateway.key}"}
            if self._random.random() < 0.2:
                headers["connection"] = "close"
            self.seen.asked += 1
            try:
                async with session.post(f"{gateway.url}/chat/completions", json=body, headers=headers) as answer:
                    await self._read(answer)
            except GONE:
                return

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        name = answer.headers["x-shoal-exchange"]
        self._count()
        try:
            async for _ in answer.content.iter_any():
                self._count()
        except GONE:
            self.seen.broke.add(name)
            raise
        if answer.status == 200:
            self.seen.whole.add(name)

    def _count(self) -> None:
        self.seen.events += 1
        if self.seen.events >= self._kill_at:
            self._kill.set()


def mixed() -> Step:
    """Whole answers at once, streams in small packets."""
    whole, streamed = answers(*TEXTS), trickles(*TEXTS, size=400)

    async def step(received: Received, wire: Wire) -> None:
        await (streamed if received.json.get("stream") else whole)(received, wire)

    return step


def judge(folder: Path, seen: Seen) -> Verdict:
    """Holds the ledger against what was seen."""
    data = folder / "data"
    # Guards may have attempts of their own.
    good = (
        "SELECT exchange_id FROM attempts WHERE outcome = 'ok' AND purpose = 'answer' "
        "GROUP BY exchange_id HAVING count(*) = 1"
    )
    with closing(sqlite3.connect(data / FILE)) as connection:
        rows = connection.execute("SELECT id, outcome, delivered FROM exchanges").fetchall()
        attempts = {name for (name,) in connection.execute(good)}
    outcomes = {name: outcome for name, outcome, _ in rows}
    confirmed = {name for name, outcome, delivered in rows if outcome == "ok" and delivered}
    settled = {name for name, outcome, delivered in rows if outcome == "ok" and not delivered}
    return Verdict(
        missing=sum(outcomes.get(name) != "ok" for name in seen.whole),
        without_attempt=len(seen.whole - attempts),
        confirmed_not_received=len(confirmed - seen.whole),
        twice=len(rows) - len(outcomes) + max(0, len(rows) - seen.asked),
        journals_left=len(list((data / FOLDER).glob("*-*.log"))),
        rows=len(rows),
        confirmed=len(confirmed),
        received_not_confirmed=len(seen.whole - confirmed),
        settled_not_confirmed=len(settled),
        interrupted=sum(outcome == "interrupted" for outcome in outcomes.values()),
    )


async def run(folder: Path, kills: int, clients: int, seed: int, trust: str = "off") -> tuple[Seen, Verdict]:
    """All of it."""
    async with ScriptedHost(otherwise=mixed()) as host:
        rounds = Kills(folder, host, seed, clients, trust)
        for _ in range(kills):
            await rounds.round()
        await rounds.finish()
    return rounds.seen, judge(folder, rounds.seen)


def table(kills: int, seen: Seen, found: Verdict) -> str:
    """What is printed."""
    lines = {
        "kill -9 under load": kills,
        "requests sent": seen.asked,
        "answers received whole": len(seen.whole),
        "  of these not in the ledger as ok": found.missing,
        "  of these without their one attempt": found.without_attempt,
        "answers that broke off": len(seen.broke),
        "rows in the ledger": found.rows,
        "  written twice, or more than requests": found.twice,
        "  confirmed complete": found.confirmed,
        "    of these not received whole": found.confirmed_not_received,
        "  settled, not confirmed": found.settled_not_confirmed,
        "    of these received whole": found.received_not_confirmed,
        "  interrupted": found.interrupted,
        "journals left": found.journals_left,
    }
    return "\n".join(f"{name:40} {count:>8,}" for name, count in lines.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trust", choices=("off", "observe", "enforce"), default="off")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen, found = asyncio.run(run(Path(folder), args.kills, args.clients, args.seed, args.trust))
    print(table(args.kills, seen, found))
    sys.exit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
