"""The signed report of a run: what was done, where was searched, what was found. It never holds a canary.

The signature is over the report's bytes without the signature: JSON with sorted keys, as `unsigned` gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from shoal.chat import Json
from shoal.trust.retention.proof.memory import Residue
from shoal.trust.retention.proof.search import Finding, Searched
from shoal.trust.signing import Signer, signed_by

PURPOSE = "retention/report"


@dataclass(frozen=True, slots=True)
class Gone:
    """How one route went: `status` is what the gateway answered, 0 for nothing; `received` what of the route's canaries
    the host got to see."""

    route: str
    status: int
    as_meant: bool
    received: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """Everything that a run gave. `controls` say whether the searching itself works: each must be true."""

    started: float
    about: Json
    routes: list[Gone] = field(default_factory=list)
    searched: list[Searched] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    memory: dict[str, Residue] = field(default_factory=dict)
    reachable: dict[str, int] = field(default_factory=dict)
    controls: dict[str, bool] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """ "clean", "found", or "unproven" where the search itself did not work."""
        if self.findings or self.reachable:
            return "found"
        return "clean" if all(self.controls.values()) else "unproven"

    def wire(self) -> Json:
        """The report as JSON."""
        return {
            "object": "shoal.retention_report",
            "version": 1,
            "verdict": self.verdict,
            **asdict(self),
        }

    def signed(self, signer: Signer) -> Json:
        """The report with its signature and the public key that it can be checked with."""
        wire = {**self.wire(), "public_key": signer.public.hex()}
        return {**wire, "signature": signer.sign(unsigned(wire)).hex()}


def unsigned(wire: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return orjson.dumps(
        {name: value for name, value in wire.items() if name != "signature"}, option=orjson.OPT_SORT_KEYS
    )


def is_signed(wire: Mapping[str, Any], public: bytes | None = None) -> bool:
    """Whether the report is as it was signed; by the owner of `public` where that is given, else by whoever's key the
    report names."""
    try:
        named, signature = bytes.fromhex(wire["public_key"]), bytes.fromhex(wire["signature"])
    except (KeyError, TypeError, ValueError):
        return False
    return public in (None, named) and signed_by(named, PURPOSE, unsigned(wire), signature)


def places(findings: Sequence[Finding]) -> list[str]:
    """One line for each place and route, without repetition."""
    return sorted({str(finding) for finding in findings})
