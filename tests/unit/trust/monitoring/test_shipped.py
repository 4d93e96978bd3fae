"""The monitor that ships, at work on streams: harmless prose passes, crude words do not, in whatever coat."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest

from shoal.chat import Piece
from shoal.trust.monitoring.step import MonitoringStep
from tests.unit.trust.monitoring.scene import chat, chunks, finishes, rules, said, text_of

# Put together here, so that the file holds no such word.
WORD = "".join(map(chr, (97, 115, 115, 104, 111, 108, 101)))
CRUDE = f"You are such a stupid {WORD}, and I hate you."
FINE = "Thank you for your question about the delivery of your new washing machine. It will come on Monday. "
COATS = {
    "as it is": CRUDE,
    "in capitals": CRUDE.upper(),
    "with look-alikes": CRUDE.replace("a", "\u0430").replace("o", "\u043e"),
    "with invisible characters": "\u200b".join(CRUDE),
    "as base64": base64.b64encode(f"{CRUDE} {CRUDE}".encode()).decode(),
}
PAGES = sorted((Path(__file__).parents[4] / "docs" / "start").glob("*.md"))
STEP = MonitoringStep(rules())


def shown(pieces: list[Piece]) -> list[Piece]:
    session = STEP.open("default")
    assert session is not None
    return asyncio.run(said(session, pieces, chat("Hello")))


@pytest.mark.parametrize("size", [1, 4, 23, 10_000])
@pytest.mark.parametrize("coat", COATS)
def test_crude_words_in_the_middle_are_never_shown(coat: str, size: int) -> None:
    out = shown(chunks(f"{FINE}{COATS[coat]} {FINE}", size))
    assert finishes(out) == ["content_filter"]
    assert FINE.startswith(text_of(out))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_prose_passes(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    out = shown(chunks(text, 7))
    assert text_of(out) == text
    assert finishes(out) == ["stop"]
