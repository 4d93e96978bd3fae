"""What a question cannot do without, and which sentences have it."""

from __future__ import annotations

import pytest

from shoal.models.specialists.demands import Demand, demanded, meets


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("When was the old library built?", {Demand.DATE}),
        ("When do I get my money back?", set()),
        ("Why was the plugin removed?", {Demand.REASON}),
        ("Who painted the watercolours?", {Demand.NAME}),
        ("Who may use the laundry room?", set()),
        ("Which languages is the guide available in?", {Demand.NAME}),
        ("What is the caretaker's phone number?", {Demand.PHONE}),
        ("Which colour does the lamp have?", {Demand.COLOUR}),
        ("What does a day ticket cost?", {Demand.PRICE}),
        ("How many bikes are there?", {Demand.COUNT}),
        ("How many days may I keep it?", {Demand.SPAN}),
        ("How heavy is it?", {Demand.MEASURE}),
        ("How often is it cleaned?", {Demand.RATE}),
        ("Which command removes a key?", {Demand.CODE}),
        ("At what time does lunch start?", {Demand.CLOCK}),
        ("Can I bring a dog?", set()),
        ("", set()),
    ],
)
def test_what_a_question_demands(question: str, kinds: set[Demand]) -> None:
    assert demanded(question) == kinds


@pytest.mark.parametrize(
    ("demand", "text", "held"),
    [
        (Demand.DATE, "The library was built in 1911.", True),
        (Demand.DATE, "The library is on Tanner Street.", False),
        (Demand.REASON, "It was removed because nobody used it.", True),
        (Demand.REASON, "Version 4 removed it.", False),
        (Demand.NAME, "They were painted by Ada Brook.", True),
        (Demand.NAME, "They hang on the upper floor.", False),
        (Demand.PHONE, "Call +44 20 5550 0177.", True),
        (Demand.PHONE, "He is in on Mondays from 16:00.", False),
        (Demand.MAIL, "Write to help@example.org.", True),
        (Demand.MAIL, "Write to the desk.", False),
        (Demand.COLOUR, "A red lamp blinks.", True),
        (Demand.COLOUR, "A lamp blinks.", False),
        (Demand.PRICE, "A day ticket is €4.", True),
        (Demand.PRICE, "Children travel free.", True),
        (Demand.PRICE, "The ticket costs less on Sundays.", False),
        (Demand.COUNT, "There are 40 cargo bikes.", True),
        (Demand.COUNT, "There are cargo bikes.", False),
        (Demand.SPAN, "Keep it for four weeks.", True),
        (Demand.SPAN, "Keep it.", False),
        (Demand.CLOCK, "Lunch is from 12:30.", True),
        (Demand.RATE, "It is cleaned every week.", True),
        (Demand.RATE, "It is cleaned.", False),
        (Demand.CODE, "Run `shoal keys disable`.", True),
        (Demand.CODE, "Ask the operator.", False),
    ],
)
def test_which_sentences_hold_it(demand: Demand, text: str, held: bool) -> None:
    assert meets(text, demand, frozenset()) is held


def test_a_name_or_figure_of_the_question_is_no_answer() -> None:
    assert not meets("Our server Heron has disks.", Demand.NAME, frozenset({"heron"}))
    assert not meets("Version 4 has it.", Demand.COUNT, frozenset({"4"}))
    assert meets("Version 4 has 12 of them.", Demand.COUNT, frozenset({"4"}))


@pytest.mark.parametrize("kind", list(Demand))
def test_each_kind_can_be_asked_and_answered(kind: Demand) -> None:
    assert not meets("", kind, frozenset())
