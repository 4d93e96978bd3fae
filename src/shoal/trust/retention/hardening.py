"""What the process asks of the system, so that less of what was said outlives it: no core dumps; and, hardened, memory
that others cannot read, that is never swapped out and is overwritten when freed.

None of it wipes a string of Python that something still points at. Where the system does not know a wish, or refuses
it, that is said (`Hardening`), and the gateway goes on. Sources: prctl(2), mlock(2), malloc_trim(3), mallopt(3).
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PR_SET_DUMPABLE = 4
# Current and future pages, each once it is used: the reserved stacks of threads take no memory.
MCL_ALL_ON_FAULT = 1 | 2 | 4
# Read by glibc and Python when a process starts: freed memory is overwritten, also what a thread would keep for itself
# as it is; and Python leaves freeing to glibc, since its own allocator overwrites nothing.
ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0", "PYTHONMALLOC": "malloc"}
)
DONE = "yes"
NO_LIBRARY = "this system does not know it"
TRIM_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Hardening:
    """For each wish "yes", or why not."""

    core_dumps_off: str
    not_dumpable: str | None = None
    locked: str | None = None
    overwritten: str | None = None

    def wire(self) -> dict[str, str]:
        """What was asked for, with what came of it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


def no_core_dumps() -> str:
    """Sets the largest core dump to nothing, for good. Returns "yes" or why not."""
    try:
        import resource
    except ImportError:
        return NO_LIBRARY
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        return f"refused ({type(error).__name__})"
    return DONE


def harden(environment: Mapping[str, str]) -> Hardening:
    """All wishes; `environment` is this process's own, to see whether it was started with ENVIRONMENT."""
    overwritten = all(environment.get(name) == value for name, value in ENVIRONMENT.items())
    return Hardening(
        core_dumps_off=no_core_dumps(),
        not_dumpable=_asked("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0),
        locked=_locked(),
        overwritten=DONE if overwritten and _c_function("malloc_trim") else NO_LIBRARY,
    )


def _locked() -> str:
    """Memory is locked only where there is no limit: under one, a later request for memory would fail."""
    try:
        import resource
    except ImportError:
        return NO_LIBRARY
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        return "not tried: RLIMIT_MEMLOCK is limited (LimitMEMLOCK=infinity in a unit of systemd)"
    return _asked("mlockall", MCL_ALL_ON_FAULT)


def _asked(name: str, *values: int) -> str:
    function = _c_function(name)
    if function is None:
        return NO_LIBRARY
    return DONE if function(*values) == 0 else f"refused (errno {ctypes.get_errno()})"


def _c_function(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of the C library; None where there is no such library or it lacks the function."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)


class Returning:
    """Gives freed memory back to the system soon after exchanges have ended, so that its pages come back empty. An
    observer of ended exchanges; a thread does the work, at most once in TRIM_EVERY_S."""

    def __init__(self) -> None:
        self._trim = _c_function("malloc_trim")
        self._due = threading.Event()
        if self._trim is not None:
            threading.Thread(target=self._run, name="shoal-returning", daemon=True).start()

    def __call__(self, record: object) -> None:
        """An exchange has ended."""
        self._due.set()

    def _run(self) -> None:
        while self._trim is not None:
            self._due.wait()
            time.sleep(TRIM_EVERY_S)
            self._due.clear()
            self._trim(0)
