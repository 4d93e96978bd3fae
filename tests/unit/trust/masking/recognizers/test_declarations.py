"""Cases for declarations: test_declarations."""

from __future__ import annotations

import random

import pytest

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers import builtin
from shoal.trust.masking.scan import PatternScanner

ALL = builtin()
MARKS = {"9": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "X": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def filled(form: str, chance: random.Random) -> str:
    return "".join(chance.choice(MARKS.get(mark, mark)) for mark in form)


def test_every_name_is_given_once() -> None:
    names = [each.name for each in ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_a_declaration_is_whole(each: Patterns) -> None:
    assert each.forms or each.regexes
    assert each.source
    assert each.type == each.type.upper()
    assert len(each.country) in (0, 2)
    assert 0 < each.score <= 1
    assert 0 < each.context_score <= 1
    assert each.score >= 0.5 or each.context, "below the threshold it would never be found"


@pytest.mark.parametrize("each", [each for each in ALL if each.forms], ids=lambda each: each.name)
def test_no_check_fails_on_what_its_forms_let_through(each: Patterns) -> None:
    chance = random.Random(each.name)
    for form in each.forms:
        for text in (filled(form, chance) for _ in range(50)):
            for value in (text, text.lower()):
                assert each.check(each.reading(value)) in (True, False)


def test_no_check_fails_on_any_text() -> None:
    chance = random.Random(3)
    letters = "0123456789" * 4 + "ABCDEFGHJKLNORUXZabcdeinorst  --./:+@éøЖфΩ字０"
    texts = ["".join(chance.choices(letters, k=2000)) for _ in range(20)]
    assert len(PatternScanner(ALL).find(texts)) == len(texts)
