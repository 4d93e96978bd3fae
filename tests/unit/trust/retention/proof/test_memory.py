"""Residue and reach: a process's memory is read as it is, and what still points at a text is named."""

from __future__ import annotations

import functools
import io
import os
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.vault import Vault
from shoal.trust.retention.proof.canaries import Canaries
from shoal.trust.retention.proof.memory import residue
from shoal.trust.retention.proof.reachable import holders


class Keeper:
    """Keeps what it is told."""

    def __init__(self, kept: object) -> None:
        self.kept = kept


@functools.lru_cache
def remembered(text: str) -> int:
    return len(text)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no /proc")
def test_what_lies_in_memory_is_counted() -> None:
    canaries = Canaries()
    planted = canaries.of("a")
    kept = bytearray(planted.prompt.encode() * 50)
    found = residue(os.getpid(), canaries)
    assert found.tried == "yes"
    assert found.total >= 50
    assert found.bytes > 1 << 20
    assert len(kept) > 50


def test_a_process_that_ended_was_not_tried() -> None:
    assert residue(2**22 + 1, Canaries()).tried.startswith("not tried")


@pytest.fixture
def token() -> Iterator[str]:
    yield Canaries().run
    remembered.cache_clear()


def found_in(token: str) -> str:
    return " / ".join(holders([token]))


@pytest.mark.parametrize(
    "wrap",
    [
        *(lambda text: text, lambda text: {"a": (1, text)}, lambda text: [text.encode()]),
        *(lambda text: [io.BytesIO(text.encode())], io.StringIO, lambda text: array("b", text.encode())),
    ],
)
def test_what_keeps_a_text_is_named(token: str, wrap: object) -> None:
    assert callable(wrap)
    keeper = Keeper(wrap(f"so {token} it was"))
    assert "Keeper" in found_in(token)
    del keeper


def test_a_cache_is_named(token: str) -> None:
    remembered(f"so {token} it was")
    assert f"cache of {__name__}.remembered" in found_in(token)


def test_a_module_is_named(token: str) -> None:
    module = sys.modules[__name__]
    module.kept = f"so {token} it was"  # type: ignore[attr-defined]
    try:
        assert found_in(token)
    finally:
        del module.kept


def test_what_only_waits_for_the_collector_does_not_count(token: str) -> None:
    first, second = Keeper(f"so {token} it was"), Keeper(None)
    first.kept, second.kept = (first.kept, second), first
    del first, second
    assert not holders([token])


def test_a_vault_that_is_let_go_is_out_of_reach(token: str) -> None:
    vault = Vault(Scope(b"k" * 32))
    text = f"write to {token}@example.org"
    vault.mask(text, [Entity("EMAIL_ADDRESS", 9, len(text), 1.0, "t")])
    assert holders([token])
    del vault, text
    assert not holders([token])
