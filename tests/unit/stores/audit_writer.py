"""A process that writes an audit log, for tests of several processes, crashes and full disks; no test.

    python audit_writer.py FOLDER NAME COUNT [die | limit]

`die` ends the process in the middle of the last write; `limit` lets no file grow beyond 3,000 bytes until something
failed.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
import time
from pathlib import Path

from shoal.errors import AuditFailed
from shoal.stores.audit_chain import Chain
from shoal.stores.audit_log import AuditEntry, FileAuditLog
from shoal.trust.keys import RootKey
from shoal.trust.signing import Signer


def die_in_the_next_write() -> None:
    """Of lines, that is: heads are written beside them."""
    real = os.write

    def half(file: int, data: bytes) -> int:
        if bytes(data[:8]) == b'{"chain"':
            return real(file, data)
        real(file, bytes(data)[: len(data) // 2])
        os.fsync(file)
        os._exit(9)

    os.write = half  # type: ignore[assignment]


def refused(log: FileAuditLog) -> bool:
    try:
        log.check()
    except AuditFailed:
        return True
    return False


def main(folder: Path, name: str, count: int, how: str = "") -> None:
    log = FileAuditLog(folder, Signer(RootKey(b"s" * 32), "audit"))
    wrote, durable = threading.Event(), list[int]()
    real = Chain.write

    def write(self: Chain, *what: object) -> None:
        real(self, *what)  # type: ignore[arg-type]
        durable.append(self.records)
        wrote.set()

    Chain.write = write  # type: ignore[method-assign,assignment]
    if how == "limit":
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    for number in range(count):
        log.add(AuditEntry(f"{name}_{number}", number, "default", "k", "ok", "auto", "p"))
    if how == "limit":
        while not refused(log):
            wrote.wait(0.01)
        print("refused")
        wrote.clear()
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        wrote.wait(60)
        while refused(log):
            wrote.wait(0.01)
        print("taken again")
    if how == "die":
        while durable[-1:] != [count]:  # what is torn is the last entry alone
            time.sleep(0.01)
        die_in_the_next_write()
        log.add(AuditEntry(f"{name}_last", count, "default", "k", "ok", "auto", "p"))
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
