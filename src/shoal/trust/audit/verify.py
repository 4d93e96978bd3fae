"""Proves the audit chains of a folder whole, or says where they were touched. Reading needs no secret: the public key
and, against cutting, heads that were kept elsewhere.

What it cannot see: lines cut off after the last head that it is shown, in the chain of a process that did not end in
order; a chain that vanished before any head of it or any later chain was kept; and whether the lines without a
signature that a crash left, which it notes, are those of the process.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from shoal.errors import RequestError
from shoal.stores.audit_chain import (
    HEAD_DOMAIN,
    LINE_DOMAIN,
    End,
    first_line,
    impostors,
    is_being_written,
    named_in,
    segments,
    unsign,
)
from shoal.stores.audit_heads import FILE
from shoal.stores.audit_log import BATCH_ROWS
from shoal.trust.audit.scan import Finding, Kind, Place, Scan, is_end
from shoal.trust.signing import signed_by

PURPOSE = "audit"


@dataclass(slots=True)
class Report:
    """`findings` are signs of tampering: of each chain the first MOST_FINDINGS, `more` counts the others. `notes` are
    what a crash or a running process leaves as well."""

    chains: int = 0
    lines: int = 0
    heads: int = 0
    more: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def wire(self) -> dict[str, object]:
        counts = {"chains": self.chains, "lines": self.lines, "heads": self.heads, "more": self.more}
        told = {"whole": self.whole, **counts}
        lists = (("findings", self.findings), ("notes", self.notes))
        return {**told, **{name: [each.wire() for each in found] for name, found in lists}}


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody's word that a chain had come to this line: `source` names who, `later` says that it is a chain which
    was begun after that line."""

    end: End
    source: str
    later: bool = False


def public_key(text: str) -> bytes:
    """The key from 64 hexadecimal digits, as `shoal audit key` prints it. Raises RequestError."""
    if not re.fullmatch("[0-9a-f]{64}", text.strip()):
        raise RequestError("a public key has 64 hexadecimal digits: copy what 'shoal audit key' prints")
    return bytes.fromhex(text.strip())


def verify(folder: Path, keys: Sequence[bytes], heads: Sequence[Path] = ()) -> Report:
    """Verifies every chain in the folder against the folder's own heads, the further files of `heads`, and what the
    chains say of each other. Any of `keys` (public keys, 32 bytes) may have signed. Raises OSError."""
    return _Verification(folder, keys).run(heads)


class _Verification:
    def __init__(self, folder: Path, keys: Sequence[bytes]) -> None:
        self._folder = folder
        self._keys = keys
        self._marks: defaultdict[str, list[Mark]] = defaultdict(list)
        self._headed: set[str] = set()
        self.report = Report()

    def run(self, heads: Sequence[Path]) -> Report:
        """Heads are read before the chains, which may grow meanwhile."""
        own = self._folder / FILE
        for path in (*([own] if own.is_file() else ()), *heads):
            self._read_heads(path)
        for path in (*impostors(self._folder), *([own] if own.exists() and not own.is_file() else ())):
            self._find("unreadable", "", "this is named like a file of the audit, and is none", path.name)
        chains = segments(self._folder)
        for chain, paths in chains.items():
            for end in named_in(first_line(paths)):
                self._marks[end.chain].append(Mark(end, f"chain {chain}", later=True))
        for chain, paths in chains.items():
            self._check(chain, paths)
        for chain in self._marks.keys() - chains.keys():
            sources = ", ".join(sorted({mark.source for mark in self._marks[chain]})[:3])
            self._find("missing", chain, f"the whole chain is missing; it is named by {sources}")
        return self.report

    def _read_heads(self, path: Path) -> None:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if (end := self._head(line, path.name, number)) is not None:
                    self.report.heads += 1
                    self._headed.add(end.chain)
                    self._marks[end.chain].append(Mark(end, f"a head in {path.name}, line {number}"))

    def _head(self, line: bytes, name: str, number: int) -> End | None:
        if not line.strip():
            return None
        if not line.endswith(b"}\n"):
            self._note("torn", "", "half a head, as a crash leaves it", name, number)
            return None
        try:
            told = orjson.loads(line)
            end = End(str(told["chain"]), int(told["seq"]), str(told["hash"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            self._find("unreadable", "", "no head of a chain", name, number)
            return None
        if not self._signed_by_us(line, HEAD_DOMAIN):
            self._find("forged", end.chain, "the head is not signed with a known key", name, number)
            return None
        return end

    def _signed_by_us(self, line: bytes, domain: bytes) -> bool:
        parts = unsign(line)
        if parts is None:
            return False
        body, signature = parts
        return any(signed_by(key, PURPOSE, domain + body, signature) for key in self._keys)

    def _check(self, chain: str, paths: Sequence[Path]) -> None:
        marks = self._marks[chain]
        live = is_being_written(paths)
        scan = Scan(chain).read(paths, {mark.end.seq: None for mark in marks})
        self.report.chains += 1
        self.report.lines += scan.lines
        self.report.findings += scan.findings
        self.report.more += scan.more
        self._check_first(scan, paths)
        self._check_signature(scan, live)
        self._check_tail(scan, live, paths)
        for mark in marks:
            self._check_mark(scan, mark)
        if chain not in self._headed and not live:
            self._check_headless(scan)

    def _check_headless(self, scan: Scan) -> None:
        """The first head is written right after the first write, so only a process that died in between leaves none.
        A later chain that names the last line is as good."""
        covered = any(mark.end.seq == scan.seq for mark in self._marks[scan.chain])
        if not covered and (scan.signatures > 1 or _unsigned(scan)):
            words = "every head of this chain is gone, or none could be written: what was cut off is not seen"
            self._find("headless", scan.chain, words)
        else:
            self._note("headless", scan.chain, "no head of this chain is kept: what was cut off would not be seen")

    def _check_first(self, scan: Scan, paths: Sequence[Path]) -> None:
        if scan.first and first_line(paths).get("chain") != scan.chain:
            self._find("edited", scan.chain, "the first line names another chain than the file", paths[0].name, 1)

    def _check_signature(self, scan: Scan, live: bool) -> None:
        """The last signature covers all lines before it. What a process was just writing when it died has none."""
        at = scan.signed_at
        if at is not None and not self._signed_by_us(scan.signed, LINE_DOMAIN):
            self._find("forged", scan.chain, "the last signature is not of a known key", at.file, at.line)
        unsigned = _unsigned(scan)
        if unsigned > 0 and not live:
            words = f"the last {unsigned} lines carry no signature: whoever can write the file could have written them"
            excused = at is not None and scan.torn and unsigned <= BATCH_ROWS + 2 and not self._passed(scan, at)
            (self._note if excused else self._find)("unsigned", scan.chain, words)

    def _passed(self, scan: Scan, signed_at: Place) -> bool:
        """Whether a later chain found the end of this one before the lines without a signature: then they came after
        the crash."""
        return any(mark.later and signed_at.seq <= mark.end.seq < scan.seq for mark in self._marks[scan.chain])

    def _check_tail(self, scan: Scan, live: bool, paths: Sequence[Path]) -> None:
        name = paths[-1].name
        if scan.ended and (scan.torn or not is_end(scan.signed) or _more(scan)):
            self._find("inserted", scan.chain, "something stands behind the end of the chain", name)
        elif scan.torn and not live:
            self._note(
                "torn", scan.chain, "torn tail of a crashed process: half a line, which counts for nothing", name
            )
        elif live:
            self._note("open", scan.chain, "a process is writing this chain", name)
        elif not scan.ended:
            words = "the chain has no last line: its process died, or what came after the last head was cut"
            self._note("open", scan.chain, words, name)

    def _check_mark(self, scan: Scan, mark: Mark) -> None:
        seq = mark.end.seq
        if seq > scan.seq:
            words = f"the chain ends at number {scan.seq}, but {mark.source} says that it had come to {seq}"
            self._find("truncated", scan.chain, words)
        elif scan.seen.get(seq) != mark.end.hash:
            self._find("edited", scan.chain, f"number {seq} of the chain is not the line that {mark.source} names")

    def _find(self, kind: Kind, chain: str, words: str, file: str | None = None, line: int | None = None) -> None:
        self.report.findings.append(Finding(kind, chain, words, file, line))

    def _note(self, kind: Kind, chain: str, words: str, file: str | None = None, line: int | None = None) -> None:
        self.report.notes.append(Finding(kind, chain, words, file, line))


def _unsigned(scan: Scan) -> int:
    """How many lines stand behind the last signature."""
    return scan.seq - (scan.signed_at.seq if scan.signed_at is not None else -1)


def _more(scan: Scan) -> bool:
    """Whether lines follow the signed end of the chain."""
    at: Place | None = scan.signed_at
    return at is not None and at.seq != scan.seq


def counted(findings: Sequence[Finding]) -> Iterator[tuple[str, int]]:
    """How many findings of each kind."""
    kinds = [each.kind for each in findings]
    for kind in sorted(set(kinds)):
        yield kind, kinds.count(kind)
