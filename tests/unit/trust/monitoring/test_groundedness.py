"""Sentences against passages: what is borne out, what is exempt, and what becomes of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.chat import Passage
from shoal.config.monitoring import Groundedness
from shoal.trust.monitoring.groundedness import GroundednessCheck
from shoal.trust.monitoring.units import Cutter

TEXT = """The reading room is open from 10:00 to 18:00 on weekdays. Membership costs 1,200 crowns a year.
Mr Olsen <PERSON_4tq2w6nb> looks after the maps. Photographs may be taken without flash.

| Day | Hours |
|---|---|
| Sunday | closed |

- Pens are not allowed in the reading room.
"""
MARK = " [?]"


def check(action: str = "mark", question: str = "When is it open?", **more: Any) -> GroundednessCheck:
    rules = Groundedness.model_validate({"action": action, "mark": MARK, **more})
    return GroundednessCheck(rules, "enforce", [Passage("1", "c", "s", "Library", TEXT)], question)


def read(text: str, size: int = 10_000, grounded: GroundednessCheck | None = None) -> str:
    grounded, cutter = grounded or check(), Cutter(200, lambda _: 0)
    units = [unit for at in range(0, len(text), size) for unit in cutter.feed(text[at : at + size])]
    return "".join(grounded.read(0, unit) for unit in (*units, *cutter.close()))


@pytest.mark.parametrize(
    "sentence",
    [
        "The reading room is open from 10:00 to 18:00.",
        "Membership costs 1200 crowns a year [1].",
        "<PERSON_4tq2w6nb> looks after the maps.",
        "On weekdays it opens at 10:00 and closes at 18:00.",
        "- Pens are not allowed.",
        "| Sunday | closed |",
    ],
)
def test_what_the_passages_say_is_borne_out(sentence: str) -> None:
    assert read(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The reading room is open from 10:00 to 19:00.",
        "Membership costs 1,300 crowns a year.",
        "<PERSON_zzzzzzz2> looks after the maps.",
        "Mr Hansen looks after the maps.",
        "The cellar floods every spring because of the river.",
        "Membership costs 1200 crowns, and dogs travel free to Bergen.",
    ],
)
def test_what_they_do_not_say_is_not(sentence: str) -> None:
    assert read(sentence) == sentence + MARK


@pytest.mark.parametrize(
    "sentence",
    [
        "Hello!",
        "Would you like to know more about the zeppelin?",
        "The passages do not mention a cafeteria.",
        "I could not find anything about parking.",
        "Sure, here is what I found:",
        "You're welcome, glad to be of help.",
        "# Heading of the zeppelin museum",
        "---",
    ],
)
def test_what_claims_nothing_is_exempt(sentence: str) -> None:
    grounded = check()
    assert read(sentence, grounded=grounded) == sentence
    assert (grounded.sentences, grounded.unsupported) == (0, 0)


def test_code_is_not_judged() -> None:
    text = "Run this now:\n```\nsudo zeppelin --fly 42\n```\nThe cellar floods every spring because of rain."
    assert read(text) == text + MARK


BAD = "The cellar floods every spring."
GOOD = "The reading room is open from 10:00 to 18:00."


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{GOOD} {BAD} {GOOD}", f"{GOOD} {GOOD}"),
        (f"{GOOD}\n\n{BAD}\n\n{GOOD}", f"{GOOD}\n\n\n\n{GOOD}"),
        (BAD, ""),
    ],
)
def test_dropping_leaves_the_rest_as_it_was(size: int, text: str, said: str) -> None:
    assert read(text, size, check("drop")) == said


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_marks_stand_behind_their_sentence(size: int) -> None:
    assert read(f"{GOOD} {BAD} {GOOD}\n", size) == f"{GOOD} {BAD}{MARK} {GOOD}\n"


def test_a_mark_in_a_table_stays_in_its_cell() -> None:
    assert read("| Zeppelin museum | 42 crowns |\n") == f"| Zeppelin museum | 42 crowns{MARK} |\n"


def test_a_sentence_longer_than_the_limit_is_marked_at_its_end() -> None:
    long = "The cellar of the old harbour warehouse " + "floods and floods again " * 12 + "every spring."
    assert read(long, 4) == long + MARK


def test_choices_are_texts_of_their_own() -> None:
    grounded = check()
    cutters = [Cutter(20, lambda _: 0), Cutter(20, lambda _: 0)]
    out = ["", ""]
    for text in ("The reading room is open ", "from 10:00 to 18:00."):
        for choice, cutter in enumerate(cutters):
            out[choice] += "".join(grounded.read(choice, unit) for unit in cutter.feed(text))
    for choice, cutter in enumerate(cutters):
        out[choice] += "".join(grounded.read(choice, unit) for unit in cutter.close())
    assert out == [GOOD, GOOD]


def test_the_account_counts() -> None:
    grounded = check()
    read(f"Hello! {GOOD} {BAD}", grounded=grounded)
    account = grounded.account()
    assert (account["sentences"], account["exempt"], account["unsupported"]) == (2, 1, 1)
    assert account["lowest"] < 0.5


def test_the_threshold_decides() -> None:
    assert read(BAD, grounded=check(threshold=0.0)) == BAD
    assert read(GOOD, grounded=check(threshold=1.0)) == GOOD + MARK
