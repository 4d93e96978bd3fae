"""One run of `shoal verify-retention`: starts gateways, sends canaries down every route, kills, and searches.

It knows no form of a text and no wire format; it prints nothing.
"""

from __future__ import annotations

import asyncio
import json
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from shoal import __version__, testing
from shoal.cli.retention_child import ASK
from shoal.cli.retention_host import BEHAVIOURS, recording_host
from shoal.cli.retention_learning import SHADOWED, judged, learning_routes, write_route
from shoal.config import Settings, environment
from shoal.errors import RequestError, ShoalError
from shoal.identity import credential
from shoal.trust.masking.policy import Policy
from shoal.trust.retention.proof.canaries import MASKED, Canaries
from shoal.trust.retention.proof.forms import forms
from shoal.trust.retention.proof.memory import residue
from shoal.trust.retention.proof.report import Gone, Report
from shoal.trust.retention.proof.routes import CHAT, Door, Route, chat_body, routes
from shoal.trust.retention.proof.sandbox import PATIENT, PLACES, Sandbox
from shoal.trust.retention.proof.search import CARD_PART, UNREAD, Finding, Searcher
from shoal.trust.retention.proof.system import changed, core_limit, open_elsewhere
from shoal.trust.retention.proof.wire import Wire

AT_ONCE = 8
START_S = 60.0
SETTLE_S = 0.6
LOOKS = 8
KILLED = "the gateway is killed in mid-request"
ALL_ENDED = "after all have ended"
ENDED = "the gateway is told to end in mid-request"


class Child:
    """One gateway under watch."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, sandbox: Sandbox, answers: Path) -> None:
        self.process = process
        self.wire = Wire(port)
        self._sandbox = sandbox
        self._answers = answers

    @property
    def pid(self) -> int:
        return self.process.pid

    async def holders(self, canaries: Canaries | None) -> dict[str, int] | None:
        """Runs the collector there; with canaries, what still holds them. None where there are no such signals."""
        if not hasattr(signal, "SIGUSR1"):
            return None
        self._answers.unlink(missing_ok=True)
        if canaries is not None:
            words = json.dumps([canaries.run, canaries.digits])
            self._answers.with_suffix(ASK).write_text(words, encoding="utf-8")
        self.process.send_signal(signal.SIGUSR1)
        await asyncio.to_thread(_appears, self._answers)
        found: dict[str, int] = json.loads(self._answers.read_text(encoding="utf-8"))
        self._answers.with_suffix(ASK).unlink(missing_ok=True)
        return found

    async def kill(self) -> None:
        """At once, as a crash would."""
        self.process.kill()
        await self.process.wait()

    async def end(self) -> None:
        """As an operator would."""
        self.process.terminate()
        async with asyncio.timeout(START_S):
            await self.process.wait()


async def verify(settings: Settings, only: str = "") -> Report:
    """One whole run with the operator's own rules; `only` is what the names of the routes to go must hold. Raises
    ShoalError where the gateway does not start, RequestError where there is no such route."""
    learning = (each.name for each in learning_routes())
    if not any(only in name for name in (KILLED, ENDED, *learning, *(each.name for each in routes()))):
        raise RequestError(f"no route has a name with '{only}' in it: leave --only out and see the report for names")
    with tempfile.TemporaryDirectory(prefix="shoal-retention-") as folder:
        return await Run(settings, Path(folder), only).report()


class Run:
    """One run: what it needs, step by step."""

    def __init__(self, settings: Settings, folder: Path, only: str = "") -> None:
        """`folder` is empty. The words to look for are written beside the sandbox, which is searched."""
        self._settings = settings
        self._only = only
        self._sandbox = Sandbox.made(folder.resolve() / "watched")
        self._answers = folder / "answers"
        self._canaries = Canaries()
        self._member = ""
        self._pages: dict[str, bytes] = {}
        self._elsewhere: dict[str, bytes] = {}
        self._report = Report(time.time(), _about(settings))
        self._host = recording_host(self._canaries)
        masking = settings.trust.masking_of("default")
        self._enforced = Policy(masking, settings.trust.mode).strongest == "enforce"

    async def report(self) -> Report:
        """Sends, ends, searches."""
        report = self._report
        async with self._host:
            self._sandbox.write_settings(self._settings, self._host.url, testing.refused(), iter(BEHAVIOURS))
            if self._only in KILLED:
                await self._crash()
            await self._travel()
            await self._learn()
        report.controls["some routes went as meant"] = any(each.as_meant for each in report.routes)
        if self._only:
            report.notes.append(f"only the routes with '{self._only}' in their names were gone")
        searcher = Searcher(self._canaries, [self._canaries.of(each.route).prompt for each in report.routes])
        report.findings += self._received(searcher)
        report.findings += self._search(searcher)
        report.controls["every form is found in a file made for it"] = _finds_all(searcher, self._canaries)
        report.searched = list(searcher.searched.values())
        return report

    async def _crash(self) -> None:
        """Kills a gateway while a host thinks, and looks at its memory before: there the canaries must be."""
        async with self._child("first") as child:
            planted = self._canaries.of(KILLED)
            door = Door(child.wire, self._member)
            asked = asyncio.create_task(door.post(CHAT, chat_body(f"{PATIENT}/silent", planted)))
            await self._host.until(lambda: bool(self._host.requests), START_S)
            during = await asyncio.to_thread(residue, child.pid, self._canaries)
            await child.kill()
            answered = await asked
        # The next start tidies up what the crash left.
        for name in ("data", "audit"):
            shutil.copytree(self._sandbox[name], self._sandbox["crashed"] / name)
        self._report.memory["while a request is under way"] = during
        if during.tried == "yes":
            self._report.controls["canaries are found in memory while a request is under way"] = during.total > 0
        self._report.routes.append(Gone(KILLED, answered.status, answered.status == 0))

    async def _travel(self) -> None:
        """All routes, then the memory, then the end in mid-request."""
        chosen = [each for each in routes() if self._only in each.name]
        if not chosen and not any(self._only in name for name in (KILLED, ENDED)):
            return
        async with self._child("second") as child:
            door = Door(child.wire, self._member)
            limit = asyncio.Semaphore(AT_ONCE)
            self._report.routes += await asyncio.gather(*(self._go(each, door, limit) for each in chosen))
            await asyncio.sleep(SETTLE_S)
            await self._look(child)
            if self._only in ENDED:
                await self._end(child, door)
            else:
                await child.end()

    async def _learn(self) -> None:
        """The routes of a gateway that learns: there content is kept, masked and encrypted."""
        chosen = [each for each in learning_routes() if self._only in each.name]
        if not chosen:
            return
        if not self._enforced:
            self._report.notes.append(
                "routes that learn were left out: masking is not enforced, so nothing may be kept"
            )
            return
        await asyncio.to_thread(write_route, self._sandbox.root.parent / "route")
        async with self._child("third", self._sandbox.learning) as child:
            door, room = Door(child.wire, self._member), asyncio.Semaphore(1)
            for each in chosen:
                gone = await self._go(each, door, room)
                if each.name == SHADOWED and gone.as_meant:
                    gone = replace(gone, as_meant=await self._judged())
                self._report.routes.append(gone)
            await asyncio.sleep(SETTLE_S)
            await self._look(child, "after all have ended where routes learn")
            await child.end()

    async def _judged(self) -> bool:
        """Waits until a shadow call is over; whether it came to that."""
        try:
            await self._host.until(lambda: judged(self._host.requests), START_S)
        except TimeoutError:
            return False
        return True

    async def _end(self, child: Child, door: Door) -> None:
        """Tells the gateway to end while a host thinks."""
        planted = self._canaries.of(ENDED)
        seen = len(self._host.requests)
        asked = asyncio.create_task(door.post(CHAT, chat_body(f"{PATIENT}/silent", planted)))
        await self._host.until(lambda: len(self._host.requests) > seen, START_S)
        await child.end()
        answered = await asked
        self._report.routes.append(Gone(ENDED, answered.status, answered.status in (0, 503, 504)))

    async def _go(self, route: Route, door: Door, limit: asyncio.Semaphore) -> Gone:
        async with limit:
            try:
                answered = await route.send(door, self._canaries.of(route.name))
            except TimeoutError:
                return Gone(route.name, 0, False)
        return Gone(route.name, answered.status, answered.status in route.expects)

    async def _look(self, child: Child, when: str = ALL_ENDED) -> None:
        """At what the gateway shows and holds once all has ended."""
        admin = credential.load(self._sandbox["home"] / "config" / "shoal", self._sandbox["data"])
        headers = {"authorization": f"Bearer {admin}"}
        for path in ("/metrics", "/v1/models", "/healthz"):
            self._pages[path] = (await child.wire.send("GET", path, headers)).body
        memory = self._report.memory
        memory[when] = await asyncio.to_thread(residue, child.pid, self._canaries)
        if await child.holders(None) is not None:
            memory[f"{when}, after a run of the collector"] = await asyncio.to_thread(
                residue, child.pid, self._canaries
            )
        found = await self._reachable(child)
        if found is None:
            self._report.notes.append("what is reachable in memory was not looked for: this system has no SIGUSR1")
        self._report.reachable |= found or {}
        self._elsewhere.update(open_elsewhere(child.pid, self._sandbox.root))
        self._report.about["core_dumps"] = core_limit(child.pid)

    async def _reachable(self, child: Child) -> dict[str, int] | None:
        """What holds canaries once all has ended: on a busy machine the last task may end a moment later."""
        for _ in range(LOOKS):
            if not (found := await child.holders(self._canaries)):
                break
            await asyncio.sleep(SETTLE_S)
        return found

    def _received(self, searcher: Searcher) -> Iterator[Finding]:
        """What the host got: masked kinds are findings, the rest is said in the report."""
        if not self._enforced:
            self._report.notes.append("masking is not enforced: what hosts received was not held against it")
        seen: dict[str, set[str]] = {}
        for number, each in enumerate(self._host.requests):
            name = f"request {number} to {each.path}"
            head = json.dumps(each.headers).encode()
            for finding in searcher.data("what the host received", name, b"\n".join((head, each.body))):
                seen.setdefault(finding.route, set()).add(finding.kind)
                if self._enforced and finding.kind in (*MASKED, CARD_PART):
                    yield finding
        self._report.routes = [
            Gone(each.route, each.status, each.as_meant, tuple(sorted(seen.get(each.route, ()))))
            for each in self._report.routes
        ]

    def _search(self, searcher: Searcher) -> Iterator[Finding]:
        for name, place in PLACES.items():
            yield from searcher.folder(place, self._sandbox[name])
        for path, page in self._pages.items():
            yield from searcher.data("pages of the gateway", path, page)
        for name, content in sorted(self._elsewhere.items()):
            yield from searcher.file("files open elsewhere", name, content)
        fresh = set(changed(self._report.started, self._sandbox.root.parent))
        foreign = searcher.folder("temporary folders of the system", Path("/"), fresh)
        # What other programs have taken away meanwhile is no finding.
        yield from (each for each in foreign if not each.form.startswith(UNREAD))

    @asynccontextmanager
    async def _child(self, name: str, settings: Path | None = None) -> AsyncIterator[Child]:
        """A gateway, killed in the end if it still runs. Raises ShoalError where it does not start."""
        logs = self._sandbox["logs"]
        answers = self._answers.with_suffix(f".{name}")
        command = [sys.executable, "-m", "shoal.cli.retention_child", str(answers), "up", "--json"]
        with (logs / f"{name}.out").open("wb") as out, (logs / f"{name}.err").open("wb") as err:
            process = await self._start([*command, "--config", str(settings or self._sandbox.settings)], out, err)
            try:
                ended = lambda: process.returncode is not None  # noqa: E731
                started = await asyncio.to_thread(_started, ended, logs / f"{name}.out", logs / f"{name}.err")
                self._member = started.get("member_key", self._member)
                yield Child(process, int(started["address"].rpartition(":")[2]), self._sandbox, answers)
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()

    async def _start(self, command: list[str], out: IO[bytes], err: IO[bytes]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *command,
            cwd=self._sandbox["work"],
            env=environment(without="SHOAL_") | self._sandbox.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def _appears(path: Path) -> None:
    """Waits for a file. Raises TimeoutError."""
    until = time.monotonic() + START_S
    while not path.exists():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


def _started(ended: Callable[[], bool], out: Path, err: Path) -> dict[str, Any]:
    """The gateway's first words. Raises ShoalError where there are none."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and not ended():
        for line in out.read_text(encoding="utf-8").splitlines():
            if '"started"' in line:
                return dict(json.loads(line))
        time.sleep(0.02)
    last = err.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise ShoalError("the gateway that is to be watched did not start: " + " / ".join(last))


def _about(settings: Settings) -> dict[str, Any]:
    """What was tried: versions, and the settings that matter most here."""
    return {
        "shoal": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "hardened": settings.server.hardened,
        "plugins": list(settings.plugins.modules),
        "content_kept": sorted(name for name, each in settings.audit.tenants.items() if each.content != "none"),
    }


def _finds_all(searcher: Searcher, canaries: Canaries) -> bool:
    """Whether the search finds what was made to be found."""
    canary = canaries.of(KILLED).text
    for form, needle in forms(canary.value):
        found = list(searcher.data("a file made for the search", "control", b"\0" + needle + b"\0"))
        if not any(each.form == form for each in found):
            return False
    return True
