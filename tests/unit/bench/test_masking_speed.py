"""The texts that masking is timed on: of the right size, each another part, and what is printed of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.masking_speed import Corpus, corpora, ms_per_kb, print_speeds
from shoal.trust.masking.entity import Entity


def test_cuts_are_of_size_and_differ() -> None:
    cuts = Corpus("c", "".join(f"{at:06d} " for at in range(3000))).cuts(1024, 5)
    assert [len(cut) for cut in cuts] == [1024] * 5
    assert len(set(cuts)) == 5


def test_a_short_text_is_repeated_and_no_character_is_cut() -> None:
    (cut,) = Corpus("c", "é").cuts(100, 1)
    assert 95 < len(cut.encode()) <= 100
    assert "\ufffd" not in cut


def test_the_texts_that_are_there(tmp_path: Path) -> None:
    names = [corpus.name for corpus in corpora(tmp_path, None)]
    assert names == ["prose", "12 languages"]
    file = tmp_path / "own.txt"
    file.write_text("text of my own", encoding="utf-8")
    assert [(corpus.name, corpus.text) for corpus in corpora(tmp_path, file)] == [("own.txt", "text of my own")]


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[int] = []

    def find(texts: Sequence[str]) -> list[list[Entity]]:
        seen.extend(len(text.encode()) for text in texts)
        return [[] for _ in texts]

    print_speeds("tier", find, [Corpus("c", "x" * 70_000)], 2)
    assert capsys.readouterr().out.split()[:2] == ["tier", "c"]
    assert seen == [64 * 1024 - 7, 1024, 1024, 8192, 8192, 65536, 65536]
    assert ms_per_kb(find, ["x" * 1024]) >= 0
