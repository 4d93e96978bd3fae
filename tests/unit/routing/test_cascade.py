"""Cascades: what passes is said at once, what is doubted goes on, and the tries stay in the ledger."""

from __future__ import annotations

import asyncio

import pytest

from shoal.call import Call, Model, Patience, Trail, closing
from shoal.chat import Chat, Message
from shoal.errors import HostUnreachable, ModelFailed, ShoalError
from shoal.models.registry import Registry
from shoal.routing.cascade import Cascade, Step
from shoal.routing.checks import Refusal
from shoal.testing import ScriptedModel


def ask(*models: Model, against: str | None = None, allowed: bool = False) -> tuple[list[str], Trail]:
    *first, last = [model.card.name for model in models]
    cascade = Cascade("c", [Step(name, (Refusal(),)) for name in first], last, lambda: against)
    cascade = cascade.allowed() if allowed else cascade
    entries: dict[str, tuple[Model, Patience]] = {model.card.name: (model, Patience(retries=0)) for model in models}
    trail = Trail()

    async def run() -> list[str]:
        opener = Registry({**entries, "cascade:c": (cascade, Patience())})
        call = Call(exchange_id="e", tenant="t", opener=opener, trail=trail)
        chat = Chat("cascade:c", (Message.of("user", "q"),), stream=True)
        async with closing(call.open("cascade:c").reply(chat, call)) as pieces:
            return [piece.text async for piece in pieces if piece.text]

    return asyncio.run(run()), trail


def model(name: str, *said: str) -> ScriptedModel:
    return ScriptedModel(list(said), name=name)


def decided(trail: Trail) -> tuple[str, str]:
    assert trail.decision is not None
    return trail.decision.model, trail.decision.reason


def test_a_good_answer_is_said_and_nobody_else_is_asked() -> None:
    said, trail = ask(model("small", "It is ", "blue."), model("large", "no"))
    assert "".join(said) == "It is blue."
    assert decided(trail) == ("small", "small passed refusal")
    assert [attempt.model for attempt in trail.attempts] == ["small"]


def test_a_doubted_answer_is_never_shown() -> None:
    said, trail = ask(model("small", "I don't know."), model("large", "It is blue."))
    assert said == ["It is blue."]
    assert decided(trail) == ("large", "escalated (small: declined)")
    assert [attempt.outcome for attempt in trail.attempts] == ["ok", "ok"]


def test_the_last_answer_is_not_checked() -> None:
    said, _ = ask(model("small", ""), model("large", "I don't know."))
    assert said == ["I don't know."]


@pytest.mark.parametrize("error", [HostUnreachable("x", host="h"), ModelFailed("x")])
def test_a_model_that_fails_is_a_doubt(error: ShoalError) -> None:
    said, trail = ask(ScriptedModel([error], name="small"), model("middle", "I can't"), model("large", "Blue."))
    assert said == ["Blue."]
    assert decided(trail)[1].startswith("escalated (small: failed (")
    assert len(trail.attempts) == 3


def test_what_the_last_model_raises_is_raised() -> None:
    with pytest.raises(ModelFailed):
        ask(model("small", ""), ScriptedModel([ModelFailed("x")], name="large"))


def test_without_a_certificate_the_last_model_answers_all_and_says_why() -> None:
    said, trail = ask(
        model("small", "It is blue."), model("large", "It is ", "red."), against="no certificate allows it"
    )
    assert said == ["It is ", "red."]
    assert decided(trail) == ("large", "no certificate allows it")
    assert [attempt.model for attempt in trail.attempts] == ["large"]


def test_who_knows_that_it_is_certified_may_use_it() -> None:
    said, trail = ask(model("small", "It is blue."), model("large", "no"), against="expired", allowed=True)
    assert (said, decided(trail)[0]) == (["It is blue."], "small")
