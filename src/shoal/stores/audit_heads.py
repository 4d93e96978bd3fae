"""Heads of audit chains: kept in a file, and sent to where the operator says. It does not know what they tell.

What was sent elsewhere cannot be taken back by whoever holds this machine; that is what finds a chain that was cut or
written anew.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import structlog

from shoal.stores.audit_chain import BINARY, lock

FILE = "heads.jsonl"
COMMAND_S = 10.0
RETRY_S = 5.0
CLOSE_S = 3.0


def append(path: Path, line: bytes) -> None:
    """Appends the line durably, whoever else does; half a line that a crash left is ended first. Raises OSError."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY, 0o600)
    try:
        lock(file, wait=True)
        whole = os.fstat(file).st_size == 0 or (os.lseek(file, -1, os.SEEK_END) >= 0 and os.read(file, 1) == b"\n")
        left = memoryview(line if whole else b"\n" + line)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    finally:
        os.close(file)


class HeadSink:
    """Sends heads to `file:PATH` or `exec:COMMAND`, by a thread of its own, so that a slow one holds up nothing. A head
    covers all before it, so only the newest is tried again."""

    def __init__(
        self, target: str, retry_s: float = RETRY_S, command_s: float = COMMAND_S, close_s: float = CLOSE_S
    ) -> None:
        """A command has `command_s`; all that is left to do when it closes has `close_s`."""
        kind, _, self._where = target.partition(":")
        self._send_one = self._to_file if kind == "file" else self._to_command
        self._retry_s, self._command_s, self._close_s = retry_s, command_s, close_s
        self._end_by = float("inf")
        self._running: subprocess.Popen[bytes] | None = None
        self._newest: bytes | None = None
        self._failing = False
        self._wake, self._closing = threading.Event(), threading.Event()
        self._log = structlog.get_logger("shoal.audit")
        self._thread = threading.Thread(target=self._run, name="shoal-audit-sink", daemon=True)
        self._thread.start()

    def offer(self, head: bytes) -> None:
        """Takes a head to send, in the place of one that is not sent yet."""
        self._newest = head
        self._wake.set()

    def close(self) -> None:
        """Sends what is left, once, and stops the thread; a command that takes longer is ended, and a file that cannot
        be reached is waited for no more."""
        self._end_by = time.monotonic() + self._close_s
        self._closing.set()
        self._wake.set()
        self._thread.join(self._close_s)
        if self._thread.is_alive() and (running := self._running) is not None:
            _end(running)
            self._thread.join(self._close_s)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(self._retry_s if self._newest is not None else None)
            self._wake.clear()
            self._send()
        self._send()

    def _send(self) -> None:
        head = self._newest
        if head is None or time.monotonic() >= self._end_by:
            return
        try:
            self._send_one(head)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            if not self._failing:
                self._log.error("audit_head_not_sent", cause=type(error).__name__, retry_s=self._retry_s)
            self._failing = True
            return
        if self._failing:
            self._log.warning("audit_head_sent_again")
        self._failing = False
        if self._newest is head:
            self._newest = None

    def _to_file(self, head: bytes) -> None:
        append(Path(self._where).expanduser(), head)

    def _to_command(self, head: bytes) -> None:
        quiet = subprocess.DEVNULL
        command = shlex.split(self._where)
        # The operator's own command from the settings, without a shell, as a group that can be ended as a whole.
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
        ) as run:
            self._running = run
            try:
                run.communicate(head, timeout=min(self._command_s, max(self._end_by - time.monotonic(), 0)))
            except subprocess.TimeoutExpired:
                _end(run)
                raise
            finally:
                self._running = None
        if run.returncode:
            raise subprocess.CalledProcessError(run.returncode, command)


def _end(running: subprocess.Popen[bytes]) -> None:
    """Ends a command and all that it started; where there are no groups, the command alone."""
    if running.poll() is not None:
        return
    if not hasattr(os, "killpg"):
        running.kill()
        return
    with suppress(ProcessLookupError):  # it ended by itself just now
        os.killpg(running.pid, signal.SIGKILL)
