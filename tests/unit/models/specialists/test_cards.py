"""Cards of embedded models: what is read, and what is said when one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import WeightsError
from shoal.models.specialists.cards import WEIGHTS, load_card


def test_fields_and_facts_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(
        '{"name": "shoal/x", "task": "toy", "kind": "specialist", "tags": ["a"], "labels": ["b"], "limits": ["c"]}'
    )
    card = load_card(tmp_path)
    assert (card.name, card.task, card.kind, card.tags) == ("shoal/x", "toy", "specialist", ("a",))
    assert card.facts == {"labels": ["b"], "limits": ["c"]}


@pytest.mark.parametrize("content", [None, "", "[1]", '{"name": "x"}', "{", '{"name": 1, "tags": 5}'])
def test_a_damaged_card_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "card.json").write_text(content)
    with pytest.raises(WeightsError, match="install Shoal again"):
        load_card(tmp_path)


@pytest.mark.parametrize("name", ["triage-banking", "triage-clinc"])
def test_shipped_cards_say_what_a_card_must(name: str) -> None:
    card = load_card(WEIGHTS / name)
    assert card.name == f"shoal/{name}"
    assert card.kind == "specialist"
    assert card.licence is not None
    for fact in ("training_data", "measured", "intended_use", "limits", "training", "version", "date", "labels"):
        assert card.facts[fact], fact
    assert card.facts["training_data"]["attribution"]
    assert card.facts["measured"]["script"] == "bench/triage.py"


@pytest.mark.parametrize("name", ["triage-banking", "triage-clinc"])
def test_size_is_that_of_the_files_and_below_six_megabytes(name: str) -> None:
    folder = WEIGHTS / name
    size = sum((folder / file).stat().st_size for file in ("model.safetensors", "model.json")) / 1e6
    assert size < 6
    assert load_card(folder).size_mb == pytest.approx(size, abs=0.01)
