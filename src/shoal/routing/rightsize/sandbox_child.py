"""Runs one file of foreign Python in this process, after giving up what it may not have. It knows nothing of Shoal.

Started as `python -I -B sandbox_child.py FOLDER PROOF_FD`, in a process group of its own; `FOLDER/answer.py` is run,
then the tests from standard input in the same names. Only after both is the word that comes before them written to
PROOF_FD, so that an answer that ends the process early has not passed. Both share a process, so an answer that sets out
to deceive its tests can.
"""

import _posixsubprocess
import ctypes
import os
import posix
import resource
import signal
import struct
import sys

CPU_S = 10
MEMORY_BYTES = 1 << 30
FILE_BYTES = 16 << 20
PROCESSES = 64
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT, BENEATH, VERSION = 444, 445, 446, 1, 1
NO_NEW_PRIVILEGES, DIES_WITH_PARENT, KILLED = 38, 1, 9
READ = 0b1100
"""Landlock's rights to read files and folders; those of EVERYTHING that are not READ write, make, remove or execute."""
FILE_RIGHTS = 0b110 | 1 << 14
EVERYTHING = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
READABLE = (
    "/usr",
    "/lib",
    "/lib64",
    "/opt",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev",
    "/proc/self",
    "/proc/meminfo",
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = (
    *("socket.", "subprocess.", "ctypes.", "os.system", "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.kill"),
    *("sqlite3.", "dbm.", "os.setxattr", "os.removexattr", "os.utime", "os.mknod", "os.mkfifo"),
    *("resource.", "pty.", "syslog.", "ftplib.", "smtplib.", "urllib.", "http.", "webbrowser.", "sys._current"),
)
UNHEARD = {
    *("fork_exec", "pidfd_open", "pidfd_send_signal", "setpriority"),
    *("sched_setaffinity", "sched_setparam", "sched_setscheduler"),
}
CHANGES = {
    **{"os.remove": (0, 1), "os.rmdir": (0, 1), "os.mkdir": (0, 2), "os.chmod": (0, 2), "os.chown": (0, 3)},
    **{"os.rename": (0, 1, 2, 3), "os.link": (0, 1, 2, 3), "os.symlink": (0, 1, 2), "os.truncate": (0,)},
}
"""Which values of an event are paths, or open folders that paths begin in."""


def alone() -> bool:
    """Whether the kernel gave this process a network of its own, in which there is nothing. Where it may, it gives it
    processes of its own too: then this returns in a child who can name no process of the machine, nor end or slow one.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for spaces in (NEW_NETWORK | NEW_PROCESSES, NEW_NETWORK):
        if libc.unshare(spaces) == 0 or libc.unshare(NEW_USER | spaces) == 0:
            if spaces & NEW_PROCESSES:
                _go_on_in_a_child(libc)
            return True
    return False


def _go_on_in_a_child(libc: ctypes.CDLL) -> None:
    """Returns in the child, who ends with this process; this one waits for it and ends as it did."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(min(max(os.waitstatus_to_exitcode(status), -1) % 256, 255))
    libc.prctl(DIES_WITH_PARENT, KILLED, 0, 0, 0)


def confine(folder: str) -> bool:
    """Whether the kernel (Landlock, from Linux 5.13 on) lets this process from now on write in the folder alone, read
    besides only what Python needs, and execute nothing. Machine code cannot go round it."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(LANDLOCK_CREATE, None, 0, VERSION)
    if version < 1:
        return False
    every = EVERYTHING[min(version, 3)]
    rules = libc.syscall(LANDLOCK_CREATE, ctypes.byref(ctypes.c_uint64(every)), 8, 0)
    readable = {path: READ for path in (*READABLE, sys.prefix, sys.base_prefix, *sys.path)}
    for path, rights in {**readable, os.devnull: every & FILE_RIGHTS, folder: every & ~1}.items():
        _allow(libc, rules, path, rights)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(libc.syscall(LANDLOCK_RESTRICT, rules, 0) == 0)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    if not os.path.exists(path):
        return
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= FILE_RIGHTS
    libc.syscall(LANDLOCK_ADD, rules, BENEATH, struct.pack("=Qi", rights, opened), 0)
    os.close(opened)


def limit() -> None:
    """Bounds on CPU, memory, files and processes; root is not held by the last."""
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def guard(folder: str) -> None:
    """From here on sockets, processes and writing outside the folder are errors. A hook of Python, for what runs in
    Python: machine code could go round it."""
    inside = os.path.realpath(folder) + os.sep

    def outside(path: object) -> bool:
        if isinstance(path, int):
            return path >= 0  # a file or folder that is open, wherever it lies
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        return isinstance(path, str) and not os.path.realpath(path).startswith(inside)

    def hook(event: str, values: tuple[object, ...]) -> None:
        if event.startswith(REFUSED):
            raise PermissionError(f"{event} is not allowed here")
        if event == "open":
            mode, flags = values[1], values[2]
            writes = (isinstance(flags, int) and flags & WRITES) or (isinstance(mode, str) and set(mode) & set("wax+"))
            if writes and outside(values[0]) and values[0] != os.devnull:
                raise PermissionError("writing is allowed in the temporary folder only")
            if outside(values[0]) and os.path.isdir(values[0]):  # type: ignore[arg-type]
                raise PermissionError("a folder that is open is a way to write in it")
        elif event in CHANGES and any(outside(values[at]) for at in CHANGES[event]):
            raise PermissionError("changes are allowed in the temporary folder only")

    sys.addaudithook(hook)


def silence() -> None:
    """Takes away what reaches other processes and of which Python tells no hook."""

    def refused(*_: object) -> None:
        raise PermissionError("other processes are not to be reached from here")

    for module in (_posixsubprocess, os, posix, signal, sys.modules["_signal"]):
        for name in UNHEARD & vars(module).keys():
            setattr(module, name, refused)


def main() -> None:
    """Runs the answer and then its tests; ends with an error where either raises."""
    folder, proof, run = sys.argv[1], int(sys.argv[2]), exec
    word, tests = sys.stdin.buffer.readline(), sys.stdin.buffer.read()
    os.chdir(folder)
    said = b"alone\n" if alone() else b"hooked\n"
    confine(folder)
    limit()
    with open("answer.py", "rb") as file:
        sources = [compile(file.read(), "answer.py", "exec"), compile(tests, "tests.py", "exec")]
    silence()
    guard(folder)
    names: dict[str, object] = {"__name__": "__main__"}
    for source in sources:
        run(source, names)
    os.write(proof, word + said)


if __name__ == "__main__":
    main()
