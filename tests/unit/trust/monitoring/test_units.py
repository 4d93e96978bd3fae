"""Where a text is cut: after sentences and lines, never later than the limit, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.monitoring.units import LEAST, PROSE, WRITTEN, Cutter, Unit

NEVER = 0


def cut(text: str, size: int = 10_000, most: int = 200, held: int = NEVER) -> list[Unit]:
    cutter = Cutter(most, lambda known: min(held, len(known)))
    found = [unit for at in range(0, len(text), size) for unit in cutter.feed(text[at : at + size])]
    return [*found, *cutter.close()]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("One sentence. ", ["One sentence. "]),
        ("One. Two is here, and it is long enough. Three", ["One. ", "Two is here, and it is long enough. ", "Three"]),
        ("Ah. Yes. Ah. Yes. Ah.", ["Ah. ", "Yes. Ah. Yes. ", "Ah."]),
        ("See Dr. Smith about it, please, today. Go.", ["See Dr. Smith about it, please, today. ", "Go."]),
        (
            "Costs e.g. 3.50 euros, which is a fair price. Go.",
            ["Costs e.g. 3.50 euros, which is a fair price. ", "Go."],
        ),
        ('He said "Stop it." Then he left for good.', ['He said "Stop it." ', "Then he left for good."]),
        (
            "A line without any end\nThe next line of this text\n",
            ["A line without any end\n", "The next line of this text\n"],
        ),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("1. First\n2. Second", ["1. First\n", "2. Second"]),
        ("", []),
    ],
)
def test_cuts_of_a_whole_text(text: str, units: list[str]) -> None:
    assert [unit.text for unit in cut(text)] == units


@given(st.text(alphabet='ab .!?\n"。', max_size=700), st.integers(1, 300), st.integers(20, 250), st.integers(0, 30))
def test_nothing_is_lost_and_nothing_is_long(text: str, size: int, most: int, held: int) -> None:
    cutter = Cutter(most, lambda known: min(held, len(known)))
    units: list[Unit] = []
    for at in range(0, len(text), size):
        units += cutter.feed(text[at : at + size])
        assert len(cutter.text) <= most
    units += cutter.close()
    assert "".join(unit.text for unit in units) == text
    assert all(0 < len(unit.text) <= most for unit in units)
    assert cutter.text == ""


@given(st.text(alphabet="ab .\n", max_size=300), st.integers(1, 50))
def test_each_unit_knows_the_one_before(text: str, size: int) -> None:
    units = cut(text, size)
    assert [unit.before for unit in units] == ["", *(unit.text for unit in units)][: len(units)]


def test_a_text_without_an_end_is_cut_before_a_word() -> None:
    (first, *_) = cut("word " * 100, 4, 50)
    assert first.text == "word " * 10
    assert not first.whole


def test_a_text_without_a_blank_is_cut_all_the_same() -> None:
    assert [len(unit.text) for unit in cut("x" * 130, 4, 50)][:2] == [50, 50]


def test_what_may_become_a_term_is_kept_back() -> None:
    cutter = Cutter(200, lambda known: 3 if known.endswith("gru") else 0)
    assert [unit.text for unit in cutter.feed("A sentence that ends. gru")] == ["A sentence that ends. "]
    assert cutter.text == "gru"
    assert cutter.pause() == []
    assert [unit.text for unit in cutter.feed("el is fine.")] == []
    assert [unit.text for unit in cutter.close()] == ["gruel is fine."]


@given(st.lists(st.sampled_from(["One", " two", ". ", "\n", "e.g. ", "word " * 9])), st.integers(1, 30))
def test_the_last_chunk_needs_no_holding(parts: list[str], size: int) -> None:
    text = "".join(parts)
    chunks = [text[at : at + size] for at in range(0, len(text), size)] or [""]
    held, free = Cutter(60, len), Cutter(60, lambda _: NEVER)
    said = [unit for chunk in chunks[:-1] for unit in held.feed(chunk)] + held.last(chunks[-1])
    expected = [unit for chunk in chunks for unit in free.feed(chunk)] + free.close()
    assert "".join(unit.text for unit in said) == text
    assert held.text == ""
    if len(chunks) == 1:
        assert said == expected


def test_a_pause_gives_what_has_come() -> None:
    cutter = Cutter(200, lambda _: 0)
    cutter.feed("half a sen")
    assert cutter.pause() == [Unit("half a sen", "", False)]
    assert cutter.pause() == []


def test_a_short_sentence_waits_for_little_more() -> None:
    cutter = Cutter(200, lambda _: 0)
    cutter.feed("A first sentence. ")
    assert cutter.feed("Yes. ") == []
    ready = [unit.text for size in range(LEAST) for unit in cutter.feed("x")]
    assert ready == ["Yes. "]


def test_ends_of_strings_are_ends_in_json() -> None:
    written = '{"a": "one string of some length here, and a bit more of it", "b": "another"}'
    cutter = Cutter(200, lambda _: 0, WRITTEN)
    assert [unit.text for unit in cutter.feed(written)][:1] == [
        '{"a": "one string of some length here, and a bit more of it",'
    ]
    assert PROSE.search('"a", "b"') is None


def test_long_texts_take_linear_time() -> None:
    units = cut("Some words in a sentence of its own that is long enough. " * 50_000)
    assert len(units) == 50_000
