"""A chain of the audit log: its lines, its files, and how it is written. It does not know what the lines tell.

A line is `{"prev":HASH,"seq":NUMBER,...}` and a newline; HASH is the SHA-256 of the whole line before, newline
included, so that a reader needs no JSON to follow a chain. The last line of every write ends with `"sig"`, an Ed25519
signature of the line without it. A chain is written by one process and lies in segments `chain-ID-NUMBER.jsonl`.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import orjson

if sys.platform != "win32":
    import fcntl

Json = dict[str, Any]
GENESIS = "0" * 64
BINARY = getattr(os, "O_BINARY", 0)  # Windows alone has it
NAME = re.compile(r"chain-([0-9a-f]{28})-(\d{4,})\.jsonl")
PREFIX = re.compile(rb'\{"prev":"([0-9a-f]{64})","seq":(\d{1,18}),')
SIGNATURE = re.compile(rb',"sig":"([0-9a-f]{128})"\}\n')
SIGNATURE_BYTES = len(',"sig":""}\n') + 128
LINE_DOMAIN, HEAD_DOMAIN = b"shoal audit line\n", b"shoal audit head\n"
SEGMENT_BYTES = 64 * 1024 * 1024
# Records that several threads hand over may change places by this much; a clock that steps back goes further.
JITTER_NS = 100_000_000
TAIL_BYTES = 64 * 1024


class Signer(Protocol):
    """Makes Ed25519 signatures (64 bytes); `public` is the public key, 32 bytes."""

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class End:
    """The last whole line of a chain: its number and hash."""

    chain: str
    seq: int
    hash: str

    def wire(self) -> Json:
        return {"chain": self.chain, "seq": self.seq, "hash": self.hash}


def sign(body: bytes, signer: Signer, domain: bytes) -> bytes:
    """The line of a JSON object (`body`, no newline), with its signature as the last field."""
    return body[:-1] + b',"sig":"' + signer.sign(domain + body).hex().encode() + b'"}\n'


def unsign(line: bytes) -> tuple[bytes, bytes] | None:
    """The line as it was signed and the signature, good or bad; None where it has none."""
    found = SIGNATURE.fullmatch(line[-SIGNATURE_BYTES:])
    return None if found is None else (line[:-SIGNATURE_BYTES] + b"}", bytes.fromhex(found[1].decode()))


def segments(folder: Path) -> dict[str, list[Path]]:
    """The files of every chain in the folder by its id, oldest chain and first segment first. What has such a name and
    is no file is left out: a pipe would keep its reader waiting for good."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        if (match := NAME.fullmatch(path.name)) and path.is_file():
            found.setdefault(match[1], []).append((int(match[2]), path))
    return {chain: [path for _, path in sorted(found[chain])] for chain in sorted(found)}


def impostors(folder: Path) -> list[Path]:
    """What is named like a file of a chain and is none: a folder, a pipe, a link to nowhere."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if NAME.fullmatch(path.name) and not path.is_file())


def first_line(paths: Sequence[Path]) -> Json:
    """What the chain's first line says; nothing where it cannot be read."""
    with paths[0].open("rb") as file:
        try:
            told = orjson.loads(file.readline())
        except orjson.JSONDecodeError:
            return {}
    return told if isinstance(told, dict) else {}


def named_in(told: Mapping[str, Any]) -> Iterator[End]:
    """The ends of other chains that a chain's first line names; what is not of that form is left out."""
    found = told.get("found")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and isinstance(each.get("seq"), int):
            yield End(str(each.get("chain")), each["seq"], str(each.get("hash")))


def end_of(chain: str, paths: Sequence[Path]) -> End | None:
    """The end of a chain; None where it has no whole line."""
    for path in reversed(paths):
        line = _last_line(path)
        if match := PREFIX.match(line):
            return End(chain, int(match[2]), sha256(line).hexdigest())
    return None


def _last_line(path: Path) -> bytes:
    """The last whole line; half a line after it is what a crash left."""
    size, window = path.stat().st_size, TAIL_BYTES
    while True:
        with path.open("rb") as file:
            file.seek(max(0, size - window))
            tail = file.read(window)
        whole, newline, _ = tail.rpartition(b"\n")
        start = whole.rfind(b"\n")
        if start >= 0 or window >= size:
            return whole[start + 1 :] + newline
        window *= 4


def loose_ends(folder: Path) -> list[End]:
    """The ends of the chains in the folder that no other chain names yet: what a new chain must name, so that none can
    vanish unseen."""
    chains = segments(folder)
    named = {(end.chain, end.seq) for paths in chains.values() for end in named_in(first_line(paths))}
    ends = (end_of(chain, paths) for chain, paths in chains.items())
    return [end for end in ends if end is not None and (end.chain, end.seq) not in named]


def is_being_written(paths: Sequence[Path]) -> bool:
    """Whether a living process holds the chain's last segment; False where the system has no such locks."""
    if sys.platform == "win32":
        return False
    with paths[-1].open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


class Chain:
    """A new chain, held by this process. `write` either makes all of a batch durable or leaves nothing of it."""

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        about: Mapping[str, Any],
        segment_bytes: int = SEGMENT_BYTES,
        lost: Sequence[End] = (),
    ) -> None:
        """Makes the first file; its first line tells `about`, the process, the chains found beside it, and those of
        this process that are `lost`. Raises OSError."""
        now = time.time_ns()
        self.id = f"{now // 1_000_000:012x}{os.urandom(8).hex()}"
        self.records = 0
        self.seq, self.hash = -1, GENESIS
        self._folder = folder
        self._signer = signer
        self._segment_bytes = segment_bytes
        self._time = 0
        self._segment, self._size = 1, 0
        self._clean = True
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = [end.wire() for end in (*loose_ends(folder), *lost)]
        self._file = self._open()
        start = {"kind": "start", "time": now, "chain": self.id, "process": os.getpid(), **about}
        self._first: Json | None = {**start, "public_key": signer.public.hex(), "found": found}

    @property
    def end(self) -> End:
        """The last durable line."""
        return End(self.id, self.seq, self.hash)

    @property
    def is_lost(self) -> bool:
        """Whether the file that is written has gone from its place: removed, moved, or another put there. Raises
        OSError."""
        try:
            return not os.path.samestat(os.stat(self._path), os.fstat(self._file))
        except FileNotFoundError:
            return True

    def head(self) -> bytes:
        """A signed line that says how far the chain has come: its id, last number and hash, records and the time."""
        key = self._signer.public.hex()[:16]
        told = {**self.end.wire(), "records": self.records, "time": time.time_ns(), "key": key}
        return sign(orjson.dumps(told), self._signer, HEAD_DOMAIN)

    def write(self, bodies: Sequence[bytes], times: Sequence[int]) -> None:
        """Appends a line for each body (a JSON object), signs the last and syncs. `times` are their Unix nanoseconds.

        Raises OSError: then the chain is as it was before."""
        if self._size >= self._segment_bytes:
            self._rotate()
        if self._first is not None:
            bodies, times = (orjson.dumps(self._first), *bodies), (times[0], *times)
        lines = list(self._lines(bodies, times))
        data = b"".join(lines)
        self._append(data)
        self._size += len(data)
        self.seq += len(lines)
        self.hash = sha256(lines[-1]).hexdigest()
        self.records += len(lines) - (self._first is not None)
        self._first = None
        self._time = times[-1]

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._file)

    def _lines(self, bodies: Sequence[bytes], times: Sequence[int]) -> Iterator[bytes]:
        prev, seq, before, last = self.hash, self.seq, self._time, len(bodies) - 1
        for at, (body, now) in enumerate(zip(bodies, times, strict=True)):
            seq += 1
            back = b'"back_ns":%d,' % (before - now) if now < before - JITTER_NS else b""
            line = b'{"prev":"%s","seq":%d,%s%s' % (prev.encode(), seq, back, body[1:])
            line = sign(line, self._signer, LINE_DOMAIN) if at == last else line + b"\n"
            yield line
            prev, before = sha256(line).hexdigest(), now

    def _append(self, data: bytes) -> None:
        if not self._clean:
            os.ftruncate(self._file, self._size)
        self._clean = False
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]
        os.fsync(self._file)
        self._clean = True

    def _rotate(self) -> None:
        before = self._file
        self._segment += 1
        try:
            self._file = self._open()
        except OSError:
            self._segment -= 1
            raise
        os.close(before)
        self._size, self._clean = 0, True
        about = {"chain": self.id, "segment": self._segment, "public_key": self._signer.public.hex()}
        self._first = {"kind": "segment", "time": time.time_ns(), **about}

    @property
    def _path(self) -> Path:
        return self._folder / f"chain-{self.id}-{self._segment:04d}.jsonl"

    def _open(self) -> int:
        """The chain's next file, for nobody else: new, locked, and known to the folder."""
        path = self._path
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | BINARY, 0o600)
        try:
            lock(file)
            sync_folder(self._folder)
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            raise
        return file


def lock(file: int, *, wait: bool = False, surely: bool = False) -> None:
    """Holds the file until it is closed. Raises BlockingIOError where another holds it and `wait` is false; a file
    system without locks is left alone, unless it must be held `surely`: OSError."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        if surely:
            raise
        return


def sync_folder(folder: Path) -> None:
    """Makes the names of new files durable."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
