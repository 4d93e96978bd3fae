"""Several processes of the gateway on one port: starts them, watches them, replaces who dies or stands still, and has
them stop in good order. It knows no request, opens no database and has no thread, so that it can fork at any time.

The workers inherit one listening socket: what waits there is taken by whoever is free, also while another is being
replaced. A pipe that this process alone can write to tells them to stop: it closes when they should, or when this
process is no more.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from types import FrameType
from typing import NamedTuple

import structlog

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 30.0
# Who lived for so long died of something new.
STEADY_S = 60.0
# What a worker may take beyond the time that running requests have: to write down what is left.
CLOSING_S = 30.0
# How often a worker's event loop says that it goes on, and how long it may say nothing: a busy machine kills nobody.
BEAT_S, STILL_S = 2.0, 30.0
# Who was stopped for longer than that cannot tell whether others were.
STOPPED_S = 5.0
FAILED = 1


class Place(NamedTuple):
    """The place of one worker among `of`: what it listens on, the pipe that closes when it should stop, the folder in
    which workers find each other, and what to call once it answers, and then again and again (`beat`)."""

    number: int
    of: int
    listening: socket
    metrics: socket | None
    lifeline: int
    folder: Path
    alive: Callable[[], None]


@dataclass(slots=True)
class Worker:
    """One place: its process (0 while there is none), since when it runs, when it was last heard of through the pipe
    `hears`, and when it is to be started again."""

    number: int
    pid: int = 0
    begun: float = 0.0
    due: float = 0.0
    pause_s: float = 0.0
    hears: int = -1
    heard: float = 0.0
    answers: bool = False


class Supervisor:
    """`work` is what a worker does, in a process of its own; what it returns is that process's exit code. `drain_s` is
    how long requests may go on when all stop."""

    def __init__(
        self,
        of: int,
        work: Callable[[Place], int],
        listening: socket,
        folder: Path,
        *,
        metrics: socket | None = None,
        drain_s: float = 30.0,
    ) -> None:
        self._work = work
        self._listening = listening
        self._metrics = metrics
        self._folder = folder
        self._drain_s = drain_s
        self._workers = [Worker(number) for number in range(of)]
        self._lifeline, self._alive = os.pipe()
        self._wake = -1
        self._signals = 0
        self._log = structlog.get_logger("shoal.workers")

    def run(self, announce: Callable[[], None]) -> int:
        """Runs until a signal ends it; `announce` is called once all workers answer. The first is started alone, since
        it makes what all need. Returns an exit code: that of a worker that could not even start."""
        with _woken(self._note) as self._wake:
            try:
                code = self._start(self._workers[:1]) or self._start(self._workers[1:])
                if not code and not self._signals:
                    announce()
                    self._watch()
                return code
            finally:
                self._stop()

    def _start(self, workers: Iterable[Worker]) -> int:
        """Starts these and waits until they answer. Returns the exit code of one that did not."""
        some = list(workers)
        for worker in some:
            self._fork(worker)
        while not self._signals and not all(worker.answers for worker in some):
            self._wait(None)
            for worker, code in self._ended():
                self._log.error("worker_not_started", worker=worker.number, code=code)
                return code if code > 0 else FAILED
        return 0

    def _watch(self) -> None:
        """Replaces who dies or stands still, until a signal comes."""
        while not self._signals:
            begun = time.monotonic()
            at_most_s = min(map(_next, self._workers)) - begun
            self._wait(at_most_s)
            self._end_still(stopped=time.monotonic() - begun > max(at_most_s, 0.0) + STOPPED_S)
            for worker, code in self._ended():
                self._postpone(worker, code)
            for worker in self._workers:
                if not worker.pid and worker.due <= time.monotonic() and not self._signals:
                    self._fork(worker)

    def _end_still(self, *, stopped: bool) -> None:
        """Kills who has said nothing for too long; its requests break off, as they would have."""
        now = time.monotonic()
        for worker in self._workers:
            if stopped:
                worker.heard = now
            elif worker.pid and worker.answers and now - worker.heard > STILL_S:
                worker.heard = now
                self._log.error("worker_stands_still", worker=worker.number, pid=worker.pid, for_s=STILL_S)
                os.kill(worker.pid, signal.SIGKILL)

    def _postpone(self, worker: Worker, code: int) -> None:
        now = time.monotonic()
        steady = now - worker.begun > STEADY_S or not worker.pause_s
        worker.pause_s = FIRST_PAUSE_S if steady else min(worker.pause_s * 2, LONGEST_PAUSE_S)
        worker.due = now + worker.pause_s
        self._log.error("worker_ended", worker=worker.number, code=code, again_in_s=worker.pause_s)

    def _stop(self) -> None:
        """Lets requests that run end, and waits for the workers; at once after a second signal."""
        asked = self._signals
        os.close(self._alive)
        self._listening.close()
        until = time.monotonic() + self._drain_s + CLOSING_S
        while any(worker.pid for worker in self._workers):
            self._wait(until - time.monotonic())
            list(self._ended())
            if self._signals > max(asked, 1):
                asked = self._signals
                self._tell(signal.SIGINT)
            if time.monotonic() >= until:
                self._log.error("workers_killed", why="they did not end in time")
                self._tell(signal.SIGKILL)
                until += CLOSING_S
        os.close(self._lifeline)

    def _tell(self, what: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid:
                os.kill(worker.pid, what)

    def _wait(self, at_most_s: float | None) -> None:
        """Until there is something to do: a signal, a child that ended, a worker that answers, or the time."""
        pipes = {worker.hears: worker for worker in self._workers if worker.hears >= 0}
        found, _, _ = select.select([self._wake, *pipes], [], [], at_most_s and max(at_most_s, 0.0))
        if self._wake in found:
            os.read(self._wake, 4096)
        for each in pipes.keys() & set(found):
            self._hear(pipes[each])

    def _hear(self, worker: Worker) -> None:
        """Takes note of what a worker says; one that closed its pipe is about to end: `_ended` will find it."""
        if not os.read(worker.hears, 4096):
            os.close(worker.hears)
            worker.hears = -1
            return
        if not worker.answers:
            worker.answers = True
            self._log.info("worker_answers", worker=worker.number, pid=worker.pid)
        worker.heard = time.monotonic()

    def _ended(self) -> Iterator[tuple[Worker, int]]:
        """The workers whose process has ended, each with its exit code: below zero the signal that killed it."""
        for worker in self._workers:
            if not worker.pid:
                continue
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                worker.pid = 0
                if worker.hears >= 0:
                    os.close(worker.hears)
                    worker.hears = -1
                yield worker, os.waitstatus_to_exitcode(status)

    def _fork(self, worker: Worker) -> None:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        sys.stdout.flush()
        sys.stderr.flush()
        worker.begun, worker.answers = time.monotonic(), False
        worker.pid = os.fork()
        if not worker.pid:
            self._become(worker.number, reading, writing)
        os.close(writing)
        worker.hears = reading

    def _become(self, number: int, reading: int, writing: int) -> None:
        """The life of a worker, in its own process; it does not return."""
        code = FAILED
        try:
            _forget_signals()
            # A terminal's Ctrl-C is for the supervisor alone.
            os.setpgid(0, 0)
            for inherited in (self._alive, reading, *(each.hears for each in self._workers if each.hears >= 0)):
                os.close(inherited)
            place = Place(
                number,
                len(self._workers),
                self._listening,
                self._metrics,
                self._lifeline,
                self._folder,
                lambda: _say(writing),
            )
            code = self._work(place)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _note(self, sig: int, _frame: FrameType | None) -> None:
        if sig != signal.SIGCHLD:
            self._signals += 1


def _next(worker: Worker) -> float:
    """When there is something to do for a worker, at the latest."""
    if not worker.pid:
        return worker.due
    return (worker.heard if worker.answers else time.monotonic()) + STILL_S + BEAT_S


def beat(alive: Callable[[], None]) -> None:
    """Says from the running event loop that it goes on, now and for as long as it does."""
    alive()
    asyncio.get_running_loop().call_later(BEAT_S, beat, alive)


def _say(pipe: int) -> None:
    # Nobody reads where the supervisor is no more, or is stopped.
    with suppress(OSError):
        os.write(pipe, b"1")


@contextmanager
def _woken(note: Callable[[int, FrameType | None], None]) -> Iterator[int]:
    """A pipe that can be read whenever a signal has come; signals are as they were before afterwards."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    kinds = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
    before = {kind: signal.signal(kind, note) for kind in kinds}
    woken = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(woken)
        for kind, handler in before.items():
            signal.signal(kind, handler)
        os.close(reading)
        os.close(writing)


def _forget_signals() -> None:
    """A child begins without its parent's handlers."""
    signal.set_wakeup_fd(-1)
    for kind in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(kind, signal.SIG_DFL)


def stay_until_told() -> None:
    """From now on no signal ends this worker by itself: the server takes those that come while it runs, and what it
    closes afterwards is not to be cut short."""
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, _unheard)


def _unheard(_sig: int, _frame: FrameType | None) -> None:
    return None
