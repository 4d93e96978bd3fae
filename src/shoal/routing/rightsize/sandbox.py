"""A judge that runs a model's code against the task's tests, in a child process with little left to it.

The child has no network and sees no process of the machine (namespaces where the kernel permits them, else Python's own
sockets and signals are blocked), an empty environment, an empty temporary folder, bounds on CPU, memory, file size and
processes, and a time limit, after which its whole group is killed. Where the kernel has Landlock it can write and read
nothing else of the machine but what Python needs; elsewhere it can read what the user can read. Code of which nothing
is known belongs on a machine of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from shoal.errors import ConfigError
from shoal.routing.rightsize.judges import Verdict
from shoal.routing.rightsize.tasks import Task

WALL_S = 15.0
MOST_CODE = 1_000_000
CHILD = Path(__file__).with_name("sandbox_child.py")
_CODE = re.compile(r"```(?:python|py|python3)?[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL)


class CodeTests:
    """1 where the answer's code and then the task's tests run to their end without an error. `alone` says whether every
    child that passed had no network at all, None before the first."""

    name = "tests"

    def __init__(self, wall_s: float = WALL_S) -> None:
        """Raises ConfigError where there are no process groups to kill."""
        if not hasattr(os, "killpg"):
            raise ConfigError("the judge 'tests' needs a POSIX system: run it in a Linux container")
        self._wall_s = wall_s
        self.alone: bool | None = None

    def check(self, task: Task) -> None:
        """It needs `tests`, Python that raises where the answer is wrong."""
        if task.tests is None:
            raise ConfigError(f"task '{task.id}' has no 'tests': this judge needs Python that raises where it is wrong")
        try:
            compile(task.tests, "tests.py", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ConfigError(f"task '{task.id}': its tests are not Python") from None

    async def judge(self, task: Task, answer: str) -> Verdict:
        """Code in fences of Markdown counts, else all of the answer."""
        if len(answer) > MOST_CODE:
            return Verdict(0.0)
        with tempfile.TemporaryDirectory(prefix="shoal-tests-") as folder:
            _write(Path(folder, "answer.py"), code_of(answer))
            return Verdict(float(await self._passes(folder, task.tests or "")))

    async def _passes(self, folder: str, tests: str) -> bool:
        word = secrets.token_hex(16).encode() + b"\n"
        reader, writer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-B", str(CHILD), folder, str(writer)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={"HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"},
                cwd=folder,
                pass_fds=(writer,),
                start_new_session=True,
            )
            os.set_blocking(reader, False)
            await self._wait(process, word + tests.encode("utf-8", "replace"))
            return self._proved(reader, word)
        finally:
            os.close(reader)
            os.close(writer)

    async def _wait(self, process: asyncio.subprocess.Process, given: bytes) -> None:
        """Until it has ended or its time is up; what it left behind is killed in any case."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wall_s):
                    await process.communicate(given)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _proved(self, reader: int, word: bytes) -> bool:
        try:
            said = os.read(reader, 4096)
        except BlockingIOError:
            return False
        if not said.startswith(word):
            return False
        self.alone = (self.alone is not False) and said[len(word) :] == b"alone\n"
        return True


def code_of(answer: str) -> str:
    """The code of an answer: all blocks in fences of Markdown, else all of it."""
    blocks = _CODE.findall(answer)
    return "\n\n".join(blocks) if blocks else answer


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")
