"""The file of results: one line per try, only ever added to, so that a run that was interrupted goes on where it was.

Its first line says which tasks and which judge it belongs to. What a line says of a task and a model holds until a
later line says otherwise; errors are tried again. It calls nothing.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from shoal.errors import ConfigError
from shoal.routing.rightsize.result import Result, Taken
from shoal.routing.rightsize.tasks import Task

FORM = 1
Key = tuple[str, str]


class Results:
    """The results of one run of tasks; `done` by task and model."""

    def __init__(self, file: BinaryIO, done: dict[Key, Result]) -> None:
        self._file = file
        self.done = done

    @classmethod
    def open(cls, path: Path, tasks: str, judge: str) -> Results:
        """Opens or begins the file. A last line that was not written to its end is taken away.

        Raises ConfigError where the file belongs to other tasks or another judge, another run writes to it, or it
        cannot be read or written.
        """
        file = _locked(path)
        try:
            done = _resumed(file, path, tasks, judge)
        except ConfigError:
            file.close()
            raise
        return cls(file, done)

    def has(self, task: str, model: str) -> bool:
        """Whether there is a score already."""
        found = self.done.get((task, model))
        return found is not None and found.error is None

    def add(self, result: Result) -> None:
        """Takes a result in; it is with the operating system when this returns. Raises ConfigError on a full disk."""
        self.done[result.task, result.model] = result
        _append(self._file, result.to_line())

    def take(self, tasks: Iterable[Task], models: Collection[str]) -> int:
        """Takes in what labels say already of these models; how many scores that is. What they took is not known."""
        known = [
            Result(task.id, name, each.score, tokens=each.tokens, taken=Taken())
            for task in tasks
            for name, each in task.known.items()
            if name in models and not self.has(task.id, name)
        ]
        for result in known:
            self.add(result)
        return len(known)

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def __iter__(self) -> Iterator[Result]:
        return iter(self.done.values())


def _locked(path: Path) -> BinaryIO:
    """The file, which nobody else may write to meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise ConfigError(f"another run writes to {path}: wait for it, or name another --out") from None
    return file


def _resumed(file: BinaryIO, path: Path, tasks: str, judge: str) -> dict[Key, Result]:
    file.seek(0)
    lines = file.read()
    whole = lines[: lines.rfind(b"\n") + 1]
    file.truncate(len(whole))
    if not whole:
        _append(file, json.dumps({"form": FORM, "tasks": tasks, "judge": judge}))
        return {}
    head, *rest = whole.splitlines()
    _check_head(head, path, tasks, judge)
    return {(each.task, each.model): each for each in _read(rest, path)}


def _append(file: BinaryIO, line: str) -> None:
    try:
        file.write(line.encode() + b"\n")
        file.flush()
    except OSError as error:
        fault = f"the results cannot be written ({error.strerror}): free space and run it again"
        raise ConfigError(fault) from None


def _check_head(head: bytes, path: Path, tasks: str, judge: str) -> None:
    try:
        found = json.loads(head)
        form, of_tasks, of_judge = found["form"], found["tasks"], found["judge"]
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{path} is no file of results: name another --out") from None
    if form != FORM:
        raise ConfigError(f"{path} is of another version: name another --out")
    if of_tasks != tasks:
        raise ConfigError(
            f"{path} holds results of other tasks (their digest is {str(of_tasks)[:12]}, that of these is "
            f"{tasks[:12]}): name another --out, or give the tasks as they were"
        )
    if of_judge != judge:
        raise ConfigError(f"{path} was judged by '{str(of_judge)[:80]}', not '{judge}': name another --out")


def _read(lines: Iterable[bytes], path: Path) -> Iterator[Result]:
    for at, line in enumerate(lines, 2):
        try:
            yield Result.from_wire(json.loads(line))
        except (ValueError, KeyError, TypeError):
            raise ConfigError(f"{path}, line {at} is damaged: take it away, its task is then tried again") from None
