"""Sentences and the units of a passage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoal.models.specialists.sentences import Kind, plain, spans, split, units

PASSAGE = """Start it like this. Then wait:

```
shoal up
```

| Plan | Calls |
|---|---|
| Free | 20 |
| Team | 300 |

It has two parts:

- the first one
- the second one
  goes on here
"""


def test_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    text = "Dr. Amann lives in No. 4, e.g. near the lake. It costs 2.80 euros. Ask J. Weber."
    assert [text[a:b] for a, b in spans(text)] == [
        "Dr. Amann lives in No. 4, e.g. near the lake.",
        "It costs 2.80 euros.",
        "Ask J. Weber.",
    ]


def test_a_question_stays_with_its_answer() -> None:
    assert split("Is it vegan? Yes, with oil. It keeps six days.") == [
        "Is it vegan? Yes, with oil.",
        "It keeps six days.",
    ]


def test_units_of_every_kind() -> None:
    found = units(PASSAGE)
    assert [(unit.kind, unit.text) for unit in found] == [
        (Kind.SENTENCE, "Start it like this."),
        (Kind.SENTENCE, "Then wait:"),
        (Kind.CODE, "shoal up"),
        (Kind.ROW, "| Free | 20 |"),
        (Kind.ROW, "| Team | 300 |"),
        (Kind.SENTENCE, "It has two parts:"),
        (Kind.ITEM, "the first one"),
        (Kind.ITEM, "the second one goes on here"),
    ]
    assert found[2].lead == "Then wait:"
    assert found[3].lead == "| Plan | Calls |"
    assert found[6].lead == "It has two parts:"


def test_a_sentence_that_refers_back_is_led_by_the_one_before() -> None:
    assert [unit.lead for unit in units("The tap is outside. It is shut in winter.")] == ["", "The tap is outside."]


def test_an_open_fence_ends_with_the_text() -> None:
    assert [unit.text for unit in units("```\nmake run")] == ["make run"]


def test_plain_takes_markdown_out() -> None:
    assert plain("- **Run**  `shoal up`\n| a | b |") == "run shoal up a b"


@given(st.text(max_size=300))
def test_spans_lie_in_order_and_leave_out_white_space_only(text: str) -> None:
    last = 0
    for start, end in spans(text):
        assert start < end
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@given(st.text(alphabet="|-`~#*\n ab.", max_size=120))
def test_units_take_any_text(text: str) -> None:
    assert all(unit.text.strip() for unit in units(text))
