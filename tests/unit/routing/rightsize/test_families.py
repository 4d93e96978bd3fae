"""Families that are found: by system prompt, by clusters, and names that hold nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.routing.rightsize.families import ALL, families, named
from shoal.routing.rightsize.tasks import Task, tasks_of

SHOP = ("where is my parcel from order", "please return the shoes of order", "refund the lamp of my order")
MATHS = (
    "derive the integral of the function",
    "prove that this function converges",
    "bound the integral of a function",
)


def tasks(rows: list[dict[str, Any]]) -> Sequence[Task]:
    return tasks_of(list(enumerate(rows))).all


def asks(count: int) -> list[dict[str, Any]]:
    return [{"prompt": f"{(SHOP if at % 2 else MATHS)[at % 3]} number {at % 17}"} for at in range(count)]


def test_given_families_stay() -> None:
    assert families(tasks([{"prompt": "x", "family": "billing"}, {"prompt": "y", "family": "poems"}])) == [
        *("billing", "poems")
    ]


def test_few_tasks_are_one_family() -> None:
    assert set(families(tasks(asks(50)))) == {ALL}


def test_two_kinds_of_asks_fall_apart() -> None:
    found = families(tasks(asks(240)))
    shop, maths = (Counter(found[at] for at in range(240) if at % 2 == odd) for odd in (1, 0))
    assert not set(shop) & set(maths)
    assert len(set(found)) >= 2
    assert found == families(tasks(asks(240)))


def test_asks_of_one_kind_stay_together() -> None:
    generator = np.random.default_rng(0)
    letters = [*"abcdefghijklmnopqrstuvwxyz"]
    words = ["".join(generator.choice(letters, 7)) for _ in range(400)]
    rows = [{"prompt": " ".join(generator.choice(words, 12))} for _ in range(200)]
    assert set(families(tasks(rows))) == {ALL}


def test_system_prompts_part_tasks() -> None:
    rows = [
        {"messages": [{"role": "system", "content": f"You are bot {at % 2}."}, {"role": "user", "content": "hi"}]}
        for at in range(10)
    ]
    found = families(tasks(rows))
    assert len(set(found)) == 2
    assert all(name.startswith("template ") for name in found)
    assert found[0] == found[2] != found[1]


def test_a_found_family_does_not_take_a_given_name() -> None:
    found = families(tasks([{"prompt": "x", "family": ALL}, {"prompt": "y"}]))
    assert found == [ALL, f"{ALL} (found)"]


def test_names_of_families_are_words_of_many_and_nobody_s_name() -> None:
    said = [f"where is the parcel of Miller, case {at}" for at in range(40)]
    said += [f"tell Miller the weather, miller {at} unique{at}word" for at in range(40)]
    found = named(said, np.array([0] * 40 + [1] * 40))
    assert "parcel" in found[0]
    assert "weather" in found[1]
    assert "miller" not in " ".join(found.values())
    assert "unique" not in " ".join(found.values())


def test_rare_words_name_nothing() -> None:
    assert named([f"only{letter * 4} this" for letter in "abcd"], np.zeros(4, int)) == {0: "cluster 1"}


def test_templates_are_families_of_their_own() -> None:
    generator = np.random.default_rng(2)
    words = ["parcel", "lamp", "weather", "poem", "river", "engine", "window", "garden"]
    said = [" ".join(generator.choice(words, 6)) for _ in range(120)]
    rows = [{"prompt": f"Translate to French: {text}" if at % 2 else text} for at, text in enumerate(said)]
    found = families(tasks(rows))
    assert len(set(found)) == 2
    assert all(name.startswith("template ") == bool(at % 2) for at, name in enumerate(found))
    assert "translate" in found[1]


def test_a_date_in_a_system_prompt_is_no_other_template() -> None:
    rows = [
        {
            "messages": [
                {"role": "system", "content": f"You help the customers of a shop. Be brief. Today is 2026-11-{day}."},
                {"role": "user", "content": "hi"},
            ]
        }
        for day in range(10, 30)
    ]
    assert set(families(tasks(rows))) == {ALL}


@given(st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_tasks_changes_no_family(order: list[int]) -> None:
    rows = [
        {"prompt": f"Translate to French: word {at}" if at % 4 else f"who sent parcel {at}", "id": str(at)}
        for at in range(40)
    ]
    whole = dict(zip(range(40), families(tasks(rows)), strict=True))
    assert families(tasks([rows[at] for at in order])) == [whole[at] for at in order]
