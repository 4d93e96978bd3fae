"""`auto`: a sure specialist, else the reference, else the best grounded answer or a plain abstention."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shoal.call import Call, Model, Patience, Trail, closing
from shoal.chat import Chat, Citation, Message, Passage, Piece, Usage
from shoal.errors import DeadlineExceeded, HostUnreachable, ModelFailed, RequestError
from shoal.models.registry import Registry
from shoal.routing.auto import ADD_A_HOST, Auto, Candidate, Terms
from shoal.routing.choice import Choice
from shoal.testing import ScriptedModel

CITED = (Citation(1, Passage("p", "c", "s", "t", "text"), "text"),)


def says(name: str, confidence: float, *, cited: bool = False) -> ScriptedModel:
    piece = Piece.of(f"{name} says", confidence=confidence, usage=Usage(1, 1), citations=CITED if cited else ())
    return ScriptedModel([piece], name=name)


def ask(*models: Model, reference: str | None = None, suits: bool = True, **chat: Any) -> tuple[str, Trail]:
    """What `auto` answers where all models but the reference are its candidates."""
    names = [model.card.name for model in models if model.card.name != reference]
    auto = Auto([Candidate(name, lambda _: suits, f"{name} suits") for name in names], reference, Terms(0.7))
    entries: dict[str, tuple[Model, Patience]] = {model.card.name: (model, Patience(retries=0)) for model in models}
    trail = Trail()

    async def run() -> str:
        call = Call(exchange_id="ex", tenant="t", opener=Registry({**entries, "auto": (auto, Patience())}), trail=trail)
        asked = Chat("auto", chat.pop("messages", (Message.of("user", "q"),)), stream=True, **chat)
        async with closing(call.open("auto").reply(asked, call)) as pieces:
            return "".join([piece.text async for piece in pieces])

    return asyncio.run(run()), trail


def decided(trail: Trail) -> tuple[str, str]:
    assert trail.decision is not None
    return trail.decision.model, trail.decision.reason


def test_a_sure_specialist_answers() -> None:
    said, trail = ask(says("a", 0.9), ScriptedModel(["big"], name="big"), reference="big")
    assert said == "a says"
    assert decided(trail) == ("a", "a suits")
    assert [attempt.model for attempt in trail.attempts] == ["a"]


def test_the_reference_answers_what_no_specialist_is_sure_of_and_the_try_is_in_the_ledger() -> None:
    said, trail = ask(says("a", 0.3), ScriptedModel(["big"], name="big"), reference="big")
    assert said == "big"
    assert decided(trail) == ("big", "a was not sure enough (0.30 < 0.7)")
    assert [attempt.model for attempt in trail.attempts] == ["a", "big"]


def test_attempts_whose_answer_was_read_are_not_cancelled() -> None:
    _, trail = ask(says("a", 0.3), says("b", 0.9))
    assert [(attempt.model, attempt.outcome) for attempt in trail.attempts] == [("a", "ok"), ("b", "ok")]


def test_one_choice_may_be_asked_for_as_null() -> None:
    assert ask(says("a", 0.9), options={"n": None})[0] == "a says"


def test_a_specialist_that_failed_is_named() -> None:
    broken = ScriptedModel([ModelFailed("broken")], name="a")
    assert decided(ask(broken)[1]) == ("auto", "a failed and no reference model is configured")


def test_a_deadline_that_has_passed_is_no_abstention() -> None:
    with pytest.raises(DeadlineExceeded):
        ask(ScriptedModel([DeadlineExceeded("late")], name="a"), says("b", 0.9))


def test_the_second_candidate_gets_its_turn() -> None:
    said, trail = ask(says("a", 0.3), says("b", 0.8))
    assert said == "b says"
    assert len(trail.attempts) == 2


def test_a_candidate_that_breaks_is_passed_over() -> None:
    broken = ScriptedModel([ModelFailed("broke")], name="broken")
    said, trail = ask(broken, ScriptedModel(["big"], name="big"), reference="big")
    assert said == "big"
    assert [attempt.outcome for attempt in trail.attempts] == ["model_failed", "ok"]


def test_without_a_host_the_best_grounded_answer_is_given_with_its_confidence() -> None:
    said, trail = ask(says("a", 0.5), says("b", 0.4, cited=True))
    assert ADD_A_HOST in said
    said, trail = ask(says("a", 0.4), says("b", 0.5, cited=True))
    assert said == "b says"
    assert trail.decision is not None
    assert "no reference model is configured" in trail.decision.reason


def test_without_a_host_and_without_a_suitable_specialist_it_abstains_and_says_how_to_add_one() -> None:
    said, trail = ask(says("a", 0.9), suits=False)
    assert "shoal.toml" in said
    assert decided(trail)[0] == "auto"
    assert trail.attempts == []


def test_what_specialists_cannot_do_goes_to_the_reference() -> None:
    image = [{"type": "image_url", "image_url": {"url": "https://x"}}]
    beyond: list[dict[str, Any]] = [
        {"options": {"tools": [{"type": "function"}]}},
        {"options": {"n": 2}},
        {"messages": (Message.from_wire({"role": "user", "content": image}),)},
    ]
    for chat in beyond:
        said, trail = ask(says("a", 0.99), ScriptedModel(["big"], name="big"), reference="big", **chat)
        assert said == "big"
        assert decided(trail)[1] == "no specialist suits this request"


def test_several_choices_without_a_reference_are_refused() -> None:
    with pytest.raises(RequestError, match="one choice at a time"):
        ask(says("a", 0.9), options={"n": 2})


def test_an_abstention_names_the_closest_texts() -> None:
    passages = tuple(Passage(str(at), "c", f"{at % 4}.md", "T", "text") for at in range(8))
    said, _ = ask(says("a", 0.3), passages=passages)
    assert "The closest texts are 0.md, 1.md, 2.md." in said


class Chooses:
    """A router of one mind."""

    models = ("small", "big")

    def __init__(self, name: str) -> None:
        self.name = name

    def choose(self, chat: Chat, call: Call) -> Choice:
        return Choice(self.name, "because", (), 0.1)


def routed(router: Chooses, *models: Model, observes: bool = False) -> tuple[str, Trail]:
    auto = Auto([], "big", Terms(0.7, router, observes))
    entries: dict[str, tuple[Model, Patience]] = {model.card.name: (model, Patience(retries=0)) for model in models}
    trail = Trail()

    async def run() -> str:
        call = Call(exchange_id="ex", tenant="t", opener=Registry({**entries, "auto": (auto, Patience())}), trail=trail)
        asked = Chat("auto", (Message.of("user", "q"),), stream=True)
        async with closing(call.open("auto").reply(asked, call)) as pieces:
            return "".join([piece.text async for piece in pieces])

    return asyncio.run(run()), trail


BIG = ScriptedModel(["big says"], name="big")


def test_the_router_chooses_among_larger_models() -> None:
    said, trail = routed(Chooses("small"), ScriptedModel(["small says"], name="small"), BIG)
    assert said == "small says"
    assert decided(trail) == ("small", "no specialist suits this request; because")
    assert trail.decision is not None
    assert trail.decision.compared is not None
    assert trail.decision.compared["threshold"] == 0.1


def test_an_observing_router_changes_nothing_and_is_recorded() -> None:
    said, trail = routed(Chooses("small"), ScriptedModel(["small says"], name="small"), BIG, observes=True)
    assert said == "big says"
    assert decided(trail) == ("big", "no specialist suits this request; observed: small")


def test_a_chosen_model_that_fails_or_vanishes_is_replaced_by_the_reference() -> None:
    failing = ScriptedModel([HostUnreachable("x", host="h")], name="small")
    for models in ((failing, BIG), (BIG,)):
        said, trail = routed(Chooses("small"), *models)
        assert said == "big says"
        assert decided(trail)[0] == "big"
        assert "small failed" in decided(trail)[1]


def test_a_chosen_model_that_fails_in_the_middle_is_not_replaced() -> None:
    broken = ScriptedModel(["half", HostUnreachable("x", host="h")], name="small")
    with pytest.raises(HostUnreachable):
        routed(Chooses("small"), broken, BIG)


@pytest.mark.parametrize(("tenant", "answers"), [("a", "big"), ("b", "s")])
def test_a_specialist_answers_above_the_organisation_s_own_floor(tenant: str, answers: str) -> None:
    models = {model.card.name: (model, Patience()) for model in (says("s", 0.6), BIG)}
    auto = Auto([Candidate("s", lambda _: True, "x")], "big", Terms(0.7), {"b": Terms(0.5)})

    async def run() -> str:
        call = Call(exchange_id="ex", tenant=tenant, opener=Registry(models), trail=Trail())
        async with closing(auto.reply(Chat("auto", (Message.of("user", "q"),)), call)) as pieces:
            return "".join([piece.text async for piece in pieces])

    assert asyncio.run(run()) == f"{answers} says"


def test_the_models_that_may_be_called_are_named_once() -> None:
    auto = Auto([Candidate("s", lambda _: True, "x")], "big", Terms(0.7, Chooses("small")), {"b": Terms(0.7)})
    paths = {tenant: auto.path(Chat("auto", (Message.of("user", "q"),)), tenant) for tenant in ("a", "b")}
    assert paths == {"a": ("s", "small", "big"), "b": ("s", "big")}
