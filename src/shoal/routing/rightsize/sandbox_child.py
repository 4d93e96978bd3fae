"""Runs one file of foreign Python in this process, after giving up what it may not have. It knows nothing of Shoal.

Started as `python -I -B sandbox_child.py FOLDER PROOF_FD`, in a process group of its own; `FOLDER/answer.py` is run,
then `FOLDER/tests.py` in the same names. Only after both is the word from standard input written to PROOF_FD, so that
an answer that ends the process early has not passed.
"""

import ctypes
import os
import resource
import sys

CPU_S = 10
MEMORY_BYTES = 1 << 30
FILE_BYTES = 16 << 20
PROCESSES = 64
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REFUSED = (
    *("socket.", "subprocess.", "ctypes.", "os.system", "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.kill"),
    *("pty.", "syslog.", "ftplib.", "smtplib.", "urllib.", "http.", "webbrowser.", "sys._current", "os.putenv"),
)
CHANGES = frozenset(
    ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate")
)


def without_network() -> bool:
    """Whether the kernel gave this process a network of its own, in which there is nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(NEW_NETWORK) == 0 or libc.unshare(NEW_USER | NEW_NETWORK) == 0)


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
        elif event in CHANGES and any(map(outside, values[:2])):
            raise PermissionError("changes are allowed in the temporary folder only")

    sys.addaudithook(hook)


def main() -> None:
    """Runs both files; ends with an error where either raises."""
    folder, proof = sys.argv[1], int(sys.argv[2])
    word = sys.stdin.buffer.readline()
    os.chdir(folder)
    alone = without_network()
    limit()
    sources = []
    for name in ("answer.py", "tests.py"):
        with open(name, encoding="utf-8") as file:
            sources.append(compile(file.read(), name, "exec"))
    guard(folder)
    names: dict[str, object] = {"__name__": "__main__"}
    for source in sources:
        exec(source, names)  # noqa: S102
    os.write(proof, word + (b"alone\n" if alone else b"hooked\n"))


if __name__ == "__main__":
    main()
