"""`shoal up` as a process, one worker or several, before a scripted host: for tests that kill what runs."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from sqlalchemy import text

from shoal.stores.database import Database
from shoal.testing import Received, ScriptedHost, Wire, answers, stream
from tests import web
from tests.waiting import SOON_S

RUN = "from shoal.cli import main; main()"
# A store that answers nobody counts as away after a second; a machine that is busy may take longer to answer.
PATIENT = f"""
from shoal.gateway import metrics_workers
from shoal.stores import counters_redis, postgres, redis_line
redis_line.ANSWER_S = counters_redis.JOIN_S = metrics_workers.ANSWER_S = {SOON_S}
postgres.ANSWER_S, postgres.TURN_S, postgres.CONNECT_S = {SOON_S}, {SOON_S}, {SOON_S:.0f}
{RUN}
"""
SETTINGS = """
[server]
drain_s = 100
[hosts.far]
dialect = "openai"
base_url = "{url}"
[models.m]
host = "far"
price = {{ input = 1, output = 2 }}
concurrency = 64
[limits]
store = "env:STORE"
lease_s = 1
[budgets.all]
requests = 20
tokens = 100000
per = "year"
[trust]
mode = "off"
"""
ASK = {"model": "m", "messages": [{"role": "user", "content": "How so?"}], "max_tokens": 50}


class Host:
    """A scripted host in a thread of its own. While `held`, streams stop after their first words."""

    def __init__(self) -> None:
        self.held = False
        self._go_on = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._up = threading.Event()
        self.url = ""
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))

    def __enter__(self) -> Host:
        self._thread.start()
        assert self._up.wait(SOON_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    def go_on(self) -> None:
        """Streams that were held say the rest."""
        self._loop.call_soon_threadsafe(self._go_on.set)

    async def _run(self) -> None:
        whole = answers("Because.")

        async def step(received: Received, wire: Wire) -> None:
            if received.json.get("stream"):
                await stream("Because ", "it is so.", until=self._go_on)(received, wire)
            else:
                await whole(received, wire)

        async with ScriptedHost(otherwise=step) as host:
            self.url = host.url
            self._up.set()
            await self._end.wait()


@dataclass
class Shoal:
    """`shoal up` with its workers."""

    process: subprocess.Popen[str]
    home: Path
    url: str
    member: str
    host: Host

    @property
    def admin(self) -> str:
        (token,) = json.loads((self.home / "config/shoal/credentials.json").read_text()).values()
        return str(token)

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()  # type: ignore[no-any-return]

    def ask(self, client: web.Client | None = None) -> int:
        """The status of one request. What an answer other than 200 said is in the report of a test that fails."""
        post = web.post if client is None else client.post
        headers = {"authorization": f"Bearer {self.member}"}
        answer = post(f"{self.url}/v1/chat/completions", json=ASK, headers=headers)
        if answer.status_code != 200:
            print(answer.status_code, answer.text)
        return answer.status_code

    def metrics(self) -> list[str]:
        headers = {"authorization": f"Bearer {self.admin}"}
        return web.get(f"{self.url}/metrics", headers=headers).text.splitlines()

    def used(self) -> dict[str, tuple[float, float]]:
        """What is used and reserved of each quantity; below zero while nobody knows."""
        headers = {"authorization": f"Bearer {self.member}"}
        answer = web.get(f"{self.url}/v1/shoal/usage", headers=headers)
        found = answer.json()["limits"] if answer.status_code == 200 else []
        unknown: dict[str, tuple[float, float]] = dict.fromkeys(("requests", "tokens"), (-1, -1))
        return unknown | {each["quantity"]: (each["used"], each["reserved"]) for each in found}

    def log(self) -> str:
        return (self.home / "log").read_text()

    def ended(self) -> int:
        return self.process.wait(SOON_S)


@contextmanager
def started(
    home: Path,
    store: str,
    *words: str,
    settings: str = SETTINGS,
    workers: int = 2,
    database: str = "",
    code: str = PATIENT,
) -> Iterator[Shoal]:
    """A gateway that answers, or one that ended at once; afterwards all its processes have ended. `database` is the
    address of a PostgreSQL, where there is one. `code` is what is run: RUN notices a store that is away at once."""
    with Host() as host:
        (home / "shoal.toml").write_text(settings.format(url=host.url))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}
        environment |= {"XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"), "STORE": store}
        environment["DATABASE"] = database
        command = [sys.executable, "-c", code, "up", "--port", "0", "--workers", str(workers), "--json", *words]
        with (home / "log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        with process:
            assert process.stdout is not None
            line = process.stdout.readline()
            said = json.loads(line) if line else {}
            shoal = Shoal(process, home, said.get("address", ""), said.get("member_key", ""), host)
            family = shoal.workers() if said else []
            try:
                yield shoal
            except BaseException:
                print(shoal.log())
                raise
            finally:
                host.go_on()
                process.terminate()
                process.wait(2 * SOON_S)
                assert not psutil.wait_procs(family, SOON_S)[1], shoal.log()


def rows(home: Path, url: str | None = None) -> Counter[str]:
    """Ends of exchanges in the ledger, by outcome."""
    database = Database(home / "data/shoal", url)
    try:
        with database.engine.connect() as connection:
            found = connection.execute(text("SELECT outcome, count(*) FROM exchanges GROUP BY outcome"))
            return Counter({str(outcome): int(many) for outcome, many in found})
    finally:
        database.close()
