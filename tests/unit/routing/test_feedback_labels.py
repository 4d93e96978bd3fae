"""Labels from feedback: the table of scores, who decides, and that no key decides more than its share."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.routing.feedback_labels import Heard, Voice, capped, has_ask, line_of, most_per_key, score_of, scored
from shoal.routing.labels import labels_of

PROMPT = {
    "messages": [
        {"role": "system", "content": "You sell lamps."},
        {"role": "user", "content": "What does <PERSON_1>'s blue lamp cost?"},
        {"role": "tool", "content": "secret table"},
        {"role": "user", "left_out": True},
    ]
}


def heard(name: str, *voices: tuple[str, str | None, str | None], asker: str = "a", **more: Any) -> Heard:
    given = {"model": "small", "prompt": PROMPT, "tokens": 40, "tags": None, "routing": None, **more}
    return Heard(exchange_id=name, asker=asker, voices=[Voice(*each) for each in voices], **given)


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ([("up", None)], 1.0),
        ([("down", None)], 0.0),
        ([(None, "accepted")], 1.0),
        ([(None, "edited")], 0.5),
        ([(None, "regenerated")], 0.0),
        ([(None, "declined")], 0.0),
        ([("up", "edited")], 0.5),
        ([("up", None), (None, "declined")], 0.0),
        ([("down", None), ("up", None)], 1.0),
        ([(None, "declined"), ("up", "accepted"), (None, None)], 1.0),
        ([(None, None)], None),
        ([], None),
    ],
)
def test_the_table(said: list[tuple[str | None, str | None]], score: float | None) -> None:
    assert score_of([Voice("k", *each) for each in said]) == score


@pytest.mark.parametrize(
    ("voices", "key", "score"),
    [
        ([("b", "down", None), ("a", "up", None)], "a", 1.0),
        ([("b", "down", None), ("c", "up", None)], "b", 0.0),
        ([("a", None, None), ("c", "up", None)], "c", 1.0),
    ],
)
def test_the_key_that_asked_decides(voices: list[tuple[str, str | None, str | None]], key: str, score: float) -> None:
    (found,) = scored([heard("ex", *voices)])
    assert (found.key_id, found.score) == (key, score)


@pytest.mark.parametrize(
    ("counts", "share", "most"),
    [
        ([5] * 10, 0.1, 5),
        ([1000, *[10] * 20], 0.1, 22),
        ([1000, 1000, 1], 0.5, 1000),
        ([1000, 3], 0.5, 3),
        ([7], 1.0, 7),
        ([1000] * 9, 0.1, 0),
        ([], 0.1, 0),
    ],
)
def test_the_most_of_a_key(counts: list[int], share: float, most: int) -> None:
    assert most_per_key(counts, share) == most


@given(st.lists(st.integers(1, 60), max_size=30), st.floats(0.02, 1))
def test_the_most_is_what_a_search_of_all_finds(counts: list[int], share: float) -> None:
    def fits(c: int) -> bool:
        return c <= share * sum(min(n, c) for n in counts) + 1e-9

    assert most_per_key(counts, share) == max(c for c in range(61) if fits(c) and c <= max(counts, default=0))


def test_one_key_decides_no_more_than_its_share() -> None:
    flood = [heard(f"ex_flood_{at}", ("bad", "down", None)) for at in range(5_000)]
    fair = [heard(f"ex_{at}", (f"key_{at % 20}", "up", None)) for at in range(400)]
    kept = capped(scored([*flood, *fair]))
    counts = Counter(each.key_id for each in kept)
    assert counts["bad"] == 44  # 44 of 444
    assert sum(counts.values()) == 444
    assert max(counts.values()) <= 0.1 * len(kept)
    assert capped(scored([*fair, *flood])) == kept


def test_too_few_keys_are_an_error_that_says_what_to_do() -> None:
    found = scored(heard(f"ex_{at}", ("app", "up", None)) for at in range(50))
    with pytest.raises(ConfigError, match=r"1 keys gave feedback.*there must be 10.*--share"):
        capped(found)
    assert len(capped(found, 1.0)) == 50


@pytest.mark.parametrize(
    ("routing", "logged"),
    [
        ({"model": "small", "propensity": 0.95}, 0.95),
        ({"model": "large", "propensity": 0.95}, None),
        ({"model": "small"}, None),
        (None, None),
    ],
)
def test_a_line_is_a_label(routing: dict[str, object] | None, logged: float | None) -> None:
    """The chance is there only where the router's own choice answered."""
    (found,) = scored([heard("ex", ("a", "up", None), routing=routing, tags={"topic": "shop"})])
    line = line_of(found)
    assert line.get("propensity") == logged
    assert [each["role"] for each in line["messages"]] == ["system", "user"]
    read = labels_of([line])
    assert (read.models, list(read.asks)) == (("small",), ["What does <PERSON_1>'s blue lamp cost?"])
    assert (read.scores.tolist(), read.tokens.tolist()) == ([[1.0]], [[40.0]])
    assert read.groups[0]["tag"] == "topic=shop"
    assert len(read.groups[0]["template"]) == 16


def test_requests_of_which_nothing_is_left() -> None:
    (found,) = scored([heard("ex", ("a", "up", None), prompt={"messages": [{"role": "user", "left_out": True}]})])
    assert not has_ask(found)
