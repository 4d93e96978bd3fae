"""What a process says of failures that nobody caught: type and place of the exception, never its message.

Python, asyncio and libraries print messages, arguments and source of what failed, and those may be what somebody said.
Here stands what is said instead; it knows no request.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

LONGEST_VALUE = 300
PLAIN = (bool, int, float, type(None))


def place_of(error: BaseException) -> str:
    """File and line where the error arose."""
    return _place(error.__traceback__)


def _place(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"


def without_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: exceptions become their type, containers and bytes their kind, long strings their length.
    The name of the event itself stays."""
    failed = event.pop("exc_info", None)
    shown = {name: value if name == "event" else _shown(value) for name, value in event.items()}
    event.clear()
    event.update(shown)
    if failed:
        error = failed if isinstance(failed, BaseException) else sys.exc_info()[1]
        if error is not None:
            event.update(error=type(error).__name__, at=place_of(error))
    return event


def _shown(value: Any) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE else f"({len(value)} characters)"
    if isinstance(value, list | tuple) and all(isinstance(each, (*PLAIN, str)) for each in value):
        return [_shown(each) for each in value]
    return type(value).__name__


class LibraryLog(logging.Handler):
    """Hands a library's own log line on as its place and level. The words stay away: they may have been put together
    with anything."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._log = structlog.get_logger("shoal.library")

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: a log line is no reason to fail."""
        error = record.exc_info[1] if record.exc_info else None
        failed = {"error": type(error).__name__, "at": place_of(error)} if error is not None else {}
        self._log.log(record.levelno, "library", name=record.name, line=f"{record.pathname}:{record.lineno}", **failed)


def say_no_text() -> None:
    """For the rest of this process: exceptions that nobody catches, warnings and the log lines of libraries come out as
    events without their words."""
    log = structlog.get_logger("shoal.process")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("uncaught", error=kind.__name__, at=_place(trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            log.error("thread_failed", error=args.exc_type.__name__, at=_place(args.exc_traceback))

    def unraisable(args: Any) -> None:
        log.error("unraisable", error=args.exc_type.__name__, at=_place(args.exc_traceback))

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    logging.captureWarnings(True)
    root = logging.getLogger()
    for each in tuple(root.handlers):
        root.removeHandler(each)
    root.addHandler(LibraryLog())


def say_no_text_of_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """The same for tasks and callbacks of a loop; asyncio itself shows them with their arguments."""
    log = structlog.get_logger("shoal.process")

    def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None:
            log.error("task_failed")
        else:
            log.error("task_failed", error=type(error).__name__, at=place_of(error))

    loop.set_exception_handler(failed)
