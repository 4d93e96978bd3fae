"""Reads one chain line by line and says where it was touched. It knows no key, no head and no other chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal

from shoal.stores.audit_chain import GENESIS, PREFIX, SIGNATURE_BYTES

Kind = Literal[
    "edited", "deleted", "inserted", "reordered", "truncated", "forged", "unsigned", "missing", "unreadable",
    "torn", "open", "headless",
]  # fmt: skip
MOST_FINDINGS = 100
SIGNED = b',"sig":"'
END = b'"kind":"end",'
# Where the kind stands in a line at the latest: behind the hash, the number and a step of the clock.
KIND_BYTES = 160


def is_end(line: bytes) -> bool:
    """Whether it is the last line of a chain that was closed in order."""
    return line.find(END, 0, KIND_BYTES) >= 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or worth knowing: `line` counts from 1 in the file `file`; `words` hold no content of a line."""

    kind: Kind
    chain: str
    words: str
    file: str | None = None
    line: int | None = None

    def wire(self) -> dict[str, str | int | None]:
        return {"kind": self.kind, "chain": self.chain, "file": self.file, "line": self.line, "words": self.words}


@dataclass(slots=True)
class Place:
    """Where a line stands: its number in the chain, the file, and the line there (from 1)."""

    seq: int
    file: str
    line: int


@dataclass(slots=True)
class Gap:
    """Numbers from `start` to before `stop` that were passed over, those in `found` turned up later."""

    start: int
    stop: int
    place: Place
    found: set[int] = field(default_factory=set)

    def runs(self) -> Iterator[tuple[int, int]]:
        """What is still missing, first and last number of each run."""
        start = self.start
        for seq in (*sorted(self.found), self.stop):
            if start < seq:
                yield start, seq - 1
            start = seq + 1


@dataclass(slots=True)
class Scan:
    """What a chain's lines told. `seen` has the hashes of the lines that were asked for by number; `signed` is the last
    line with a signature and where it stands, `signatures` how many have one; `torn` says that half a line follows the
    last whole one; `more` counts findings beyond MOST_FINDINGS."""

    chain: str
    lines: int = 0
    seq: int = -1
    hash: str = GENESIS
    first: bytes = b""
    signed: bytes = b""
    signed_at: Place | None = None
    signatures: int = 0
    ended: bool = False
    torn: bool = False
    seen: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    _gaps: list[Gap] = field(default_factory=list)
    _flagged: bool = False

    def read(self, paths: Sequence[Path], asked: Mapping[int, object]) -> Scan:
        """Reads the chain's segments; keeps the hashes of the lines numbered in `asked`. Raises OSError."""
        for path in paths:
            with path.open("rb") as file:
                self._read(file, path.name, path is paths[-1], asked)
        for gap in self._gaps:
            self._missing(gap)
        return self

    def _read(self, file: BinaryIO, name: str, last: bool, asked: Mapping[int, object]) -> None:
        """The loop over a million lines: a line that follows the one before costs one comparison and one hash."""
        number, expected = 0, self._expected()
        for number, line in enumerate(file, 1):
            if last and line[-1:] != b"\n":
                self.torn = True
                number -= 1
                break
            if not line.startswith(expected):
                if not self._place(line, Place(self.seq + 1, name, number)):
                    continue
            else:
                self.seq += 1
                self._flagged = False
            self.hash = sha256(line).hexdigest()
            if self.seq in asked:
                self.seen[self.seq] = self.hash
            if line[-SIGNATURE_BYTES : 8 - SIGNATURE_BYTES] == SIGNED:
                self._sign(line, Place(self.seq, name, number))
            if not self.first:
                self.first = line
            expected = b'{"prev":"%s","seq":%d,' % (self.hash.encode(), self.seq + 1)
        self.lines += number

    def _expected(self) -> bytes:
        return b'{"prev":"%s","seq":%d,' % (self.hash.encode(), self.seq + 1)

    def _sign(self, line: bytes, place: Place) -> None:
        self.signed, self.signed_at = line, place
        self.signatures += 1
        self.ended = self.ended or is_end(line)

    def _place(self, line: bytes, place: Place) -> bool:
        """Says what is wrong with a line that does not follow; whether the chain goes on from it."""
        match = PREFIX.match(line)
        if match is None or match[1].decode() == self.hash:
            self._find("edited", "this line was changed", place)
            self.seq, self._flagged = self.seq + 1, True
            return True
        seq = int(match[2])
        if seq < place.seq:
            self._misplaced(seq, place)
            return False
        if seq > place.seq:
            self._gap(Gap(place.seq, seq, place))
        elif not self._flagged:
            self._find("edited", "the line before was changed, or this line's link to it", place)
        else:
            self._flagged = False
        self.seq = seq
        return True

    def _gap(self, gap: Gap) -> None:
        """Gaps are looked through for each line that is out of place, so there are not more than can be listed."""
        self._flagged = True
        if len(self._gaps) < MOST_FINDINGS:
            self._gaps.append(gap)
        else:
            self.more += 1

    def _misplaced(self, seq: int, place: Place) -> None:
        gap = next((each for each in self._gaps if each.start <= seq < each.stop and seq not in each.found), None)
        if gap is not None:
            gap.found.add(seq)
            self._find("reordered", f"line number {seq} of the chain stands here", place)
        else:
            self._find("inserted", f"a line that calls itself number {seq} stands here", place)

    def _missing(self, gap: Gap) -> None:
        for first, last in gap.runs():
            which = f"number {first}" if first == last else f"numbers {first} to {last}"
            self._find("deleted", f"before this line {which} of the chain are missing", gap.place)

    def _find(self, kind: Kind, words: str, place: Place) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, self.chain, words, place.file, place.line))
        else:
            self.more += 1
