"""The round trip of the masking bench: a few streams, and that a mismatch is seen."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bench import masking_round_trip as bench
from bench.masking_quality import OWN
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.vault import Vault

TEXTS = bench.labelled(None)


def test_every_kind_of_stream_comes_back() -> None:
    result = bench.Result(Counter())
    assert all([bench.run(seed, TEXTS, result) for seed in range(300)])
    assert result.streams.keys() == bench.KINDS.keys()
    assert result.streams.total() == 300
    assert result.pieces > 3000


def test_a_mismatch_is_seen_and_its_seed_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "settled", lambda text, vault: text)
    monkeypatch.setattr(bench, "chosen", lambda dice, texts: ("Jane", [Entity("PERSON", 0, 4, 1.0, "test")]))
    streamer = Vault(Scope(b"k" * 16)).streamer()
    monkeypatch.setattr(Vault, "streamer", lambda self, is_json: streamer)
    assert bench.main(["--streams", "3", "--seed", "7", "--data", str(OWN)]) == 1
    printed = capsys.readouterr().out
    assert "seeds 7 to 9" in printed
    assert "mismatches 3" in printed
    assert "wrong seeds: 7, 8, 9" in printed


def test_the_texts_are_those_of_the_file(tmp_path: Path) -> None:
    assert len(TEXTS) == len(bench.labelled(tmp_path)) == len(bench.labelled(OWN)) == 200


def test_hostile_text_never_lands_in_an_entity() -> None:
    dice = random.Random(1)
    for labelled in TEXTS[:50]:
        text, entities = bench.with_hostile(dice, labelled.text, labelled.labels)
        assert [text[each.start : each.end] for each in entities] == [
            labelled.text[each.start : each.end] for each in labelled.labels
        ]
