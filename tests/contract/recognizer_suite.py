"""What every `Recognizer` keeps to. A plug-in's author runs it on their own:

    from tests.contract.recognizer_suite import CHECKS, Subject

`Subject` says what the recognizer finds in which text; each check is a function of it.
"""

from __future__ import annotations

import copy
import re
import threading
from dataclasses import dataclass

from shoal.trust.masking.entity import Entity, Recognizer

TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
HOSTILE = (
    *("", " ", "\0", "\n" * 500, "\ud800 lone \udfff", "\u200b\u202e\ufeff", "e\u0301" * 300, "\U0001f468\u200d" * 200),
    *("0" * 5000, "1-" * 3000, "((((((((((" * 300, "a@" * 2000, "名" * 2000, "x" * 20_000, "Ωмegа ١٢٣ ４５６"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """`recognizer` finds `value` as `type` in `text`, perhaps among more, and nothing at all in `plain`."""

    recognizer: Recognizer
    text: str
    type: str
    value: str
    plain: str = "There is nothing to be found in these words."


def it_says_who_it_is_and_what_it_may_find(subject: Subject) -> None:
    recognizer = subject.recognizer
    assert recognizer.name
    assert recognizer.types
    assert len(set(recognizer.types)) == len(recognizer.types)
    assert all(TYPE.fullmatch(kind) for kind in recognizer.types)
    assert subject.type in recognizer.types


def it_finds_what_it_is_for(subject: Subject) -> None:
    (found,) = subject.recognizer.find([subject.text])
    assert (subject.type, subject.value) in [(each.type, subject.text[each.start : each.end]) for each in found]


def it_finds_nothing_where_nothing_is(subject: Subject) -> None:
    assert subject.recognizer.find([subject.plain]) == [[]]


def every_text_has_its_own_list_in_order(subject: Subject) -> None:
    find = subject.recognizer.find
    assert find([]) == []
    texts = [subject.plain, subject.text, "", subject.text]
    together = find(texts)
    assert len(together) == len(texts)
    assert [_places(found) for found in together] == [_places(found) for text in texts for found in find([text])]


def entities_lie_in_the_text(subject: Subject) -> None:
    for text in (subject.text, subject.text * 40, *HOSTILE, *(subject.text + each for each in HOSTILE)):
        (found,) = subject.recognizer.find([text])
        for each in found:
            assert isinstance(each, Entity)
            assert 0 <= each.start < each.end <= len(text)
            assert 0 <= each.score <= 1
            assert each.type in subject.recognizer.types
            assert each.recognizer


def a_copy_finds_the_same(subject: Subject) -> None:
    """It remembers nothing of a text: what came before changes nothing."""
    first = _places(subject.recognizer.find([subject.text])[0])
    subject.recognizer.find([copy.copy(subject.plain), subject.text + subject.plain])
    assert _places(subject.recognizer.find([subject.text])[0]) == first


def threads_share_it(subject: Subject) -> None:
    wanted = _places(subject.recognizer.find([subject.text])[0])
    seen: list[bool] = []

    def look() -> None:
        for _ in range(5):
            seen.append(_places(subject.recognizer.find([subject.text])[0]) == wanted)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 20


def its_words_show_no_text(subject: Subject) -> None:
    subject.recognizer.find([subject.text])
    assert subject.value not in repr(subject.recognizer)


def _places(found: list[Entity]) -> list[tuple[int, int, str]]:
    return sorted((each.start, each.end, each.type) for each in found)


CHECKS = (
    it_says_who_it_is_and_what_it_may_find,
    it_finds_what_it_is_for,
    it_finds_nothing_where_nothing_is,
    every_text_has_its_own_list_in_order,
    entities_lie_in_the_text,
    a_copy_finds_the_same,
    threads_share_it,
    its_words_show_no_text,
)
