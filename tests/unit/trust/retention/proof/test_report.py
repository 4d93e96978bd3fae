"""The report: its verdict, and a signature that fits nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shoal.trust.keys import RootKey
from shoal.trust.retention.proof.memory import Residue
from shoal.trust.retention.proof.report import PURPOSE, Gone, Report, is_signed
from shoal.trust.retention.proof.search import Finding
from shoal.trust.signing import Signer

SIGNER = Signer(RootKey(b"r" * 32), PURPOSE)


def report(**more: Any) -> Report:
    made = Report(1.5, {"shoal": "0"}, [Gone("a", 200, True, ("text",))], controls={"works": True})
    made.memory["then"] = Residue("yes", 10, (("heap, as it is", 3),))
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, "clean"),
        ({"findings": [Finding("logs", "f", "a", "text", "as it is")]}, "found"),
        ({"reachable": {"list": 1}}, "found"),
        ({"controls": {"works": False}}, "unproven"),
        ({"controls": {"works": False}, "reachable": {"list": 1}}, "found"),
    ],
)
def test_verdicts(more: dict[str, Any], verdict: str) -> None:
    assert report(**more).verdict == report(**more).wire()["verdict"] == verdict


def test_residue_alone_is_no_finding() -> None:
    assert report().memory["then"].total == 3
    assert report().verdict == "clean"


def test_a_signed_report_survives_the_way_through_a_file() -> None:
    wire = json.loads(json.dumps(report().signed(SIGNER), indent=2))
    assert is_signed(wire)
    assert is_signed(wire, SIGNER.public)
    assert not is_signed(wire, b"x" * 32)


@pytest.mark.parametrize(
    ("field", "value"), [("verdict", "found"), ("findings", [1]), ("signature", "00"), ("public_key", 5), ("more", 1)]
)
def test_a_changed_report_is_seen(field: str, value: Any) -> None:
    assert not is_signed({**report().signed(SIGNER), field: value})
