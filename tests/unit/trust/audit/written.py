"""Chains for tests to tamper with, written by the real log or line by line; no test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from shoal.stores.audit_chain import Chain, segments
from shoal.stores.audit_heads import FILE, append
from shoal.stores.audit_log import AuditEntry, AuditEvent
from shoal.trust.audit.verify import PURPOSE, Report, verify
from shoal.trust.keys import RootKey
from shoal.trust.signing import Signer

SIGNER = Signer(RootKey(b"s" * 32), PURPOSE)
OTHER = Signer(RootKey(b"o" * 32), PURPOSE)
START_NS = 1_800_000_000_000_000_000


def entry(number: int, **more: object) -> AuditEntry:
    """An entry whose every value is known."""
    fields = {"exchange": f"ex_{number}", "time": START_NS + number, "tenant": "default", "key_id": "k1"}
    return AuditEntry(**{**fields, "outcome": "ok", "asked": "auto", "policy": "p", **more})  # type: ignore[arg-type]


def write_chain(
    folder: Path,
    batches: Sequence[int] = (3, 2, 4),
    *,
    signer: Signer = SIGNER,
    ended: bool = True,
    heads: bool = True,
    segment_bytes: int = 10**9,
) -> str:
    """Writes a chain of so many entries in each write, a head after each; returns its id."""
    chain, number = Chain(folder, signer, {}, segment_bytes), 0
    for size in batches:
        entries = [entry(number + at) for at in range(size)]
        number += size
        chain.write([orjson.dumps(each.wire()) for each in entries], [each.time for each in entries])
        if heads:
            append(folder / FILE, chain.head())
    if ended:
        end = AuditEvent("end", START_NS + number)
        chain.write([orjson.dumps(end.wire())], [end.time])
        if heads:
            append(folder / FILE, chain.head())
    chain.close()
    return chain.id


def checked(folder: Path, *heads: Path) -> Report:
    """Verified with the key that tests sign with."""
    return verify(folder, [SIGNER.public], heads)


def found(report: Report) -> set[str]:
    """The kinds of findings."""
    return {each.kind for each in report.findings}


def noted(report: Report) -> set[str]:
    """The kinds of notes."""
    return {each.kind for each in report.notes}


def only_file(folder: Path) -> Path:
    """The file of the folder's one chain."""
    ((path,),) = segments(folder).values()
    return path
