"""shoal.tuning.near_duplicates: copies with small changes share a group, other texts do not."""

from __future__ import annotations

from shoal.tuning.near_duplicates import groups

FIRST = "the quick brown fox jumps over the lazy dog and runs away into the dark wood"
OTHER = "a letter about the invoice of last month was sent to the customer on Monday"


def test_copies_share_a_group() -> None:
    texts = [FIRST, OTHER, FIRST.replace("dark", "deep"), FIRST.upper() + "!", "something " + OTHER, "fox", "dog"]
    found = groups(texts).tolist()
    assert found[0] == found[2] == found[3]
    assert found[1] == found[4]
    assert len(set(found)) == 4


def test_a_part_of_a_longer_text_shares_its_group() -> None:
    assert len(set(groups([FIRST, f"{OTHER} {FIRST} {OTHER[::-1]}"]).tolist())) == 1


def test_groups_are_transitive() -> None:
    words = [f"w{at}" for at in range(40)]
    texts = [" ".join(words[at : at + 20]) for at in (0, 8, 16)]
    assert len(set(groups(texts).tolist())) == 1
