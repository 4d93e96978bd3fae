"""The inner ring, around a toy composite of three models: the ledger of an exchange is the sum of its attempts, and
deadline, cancellation and placement reach every leaf."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from shoal.call import MAX_DEPTH, Call, ModelCard, Patience, Placement, Purpose, Trail, closing
from shoal.chat import Chat, Piece, Usage
from shoal.errors import (
    DeadlineExceeded,
    HostFailed,
    HostRateLimited,
    ModelFailed,
    PlacementError,
    RequestError,
    UnknownModel,
)
from shoal.testing import ScriptedModel
from tests.contract.calls import hello, make_call, read, text
from tests.waiting import SOON_S


class Toy:
    """Asks a guard, then two leaves at once, then says what both said, in order."""

    def __init__(self, name: str = "toy", leaves: tuple[str, str] = ("left", "right")) -> None:
        self.card = ModelCard(name, "general", "composite")
        self._leaves = leaves

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        await read(call.open("guard"), chat, call.narrowed(purpose=Purpose.GUARD))
        try:
            async with asyncio.TaskGroup() as both:
                said = [both.create_task(read(call.open(name), chat, call)) for name in self._leaves]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        for task in said:
            for piece in task.result():
                yield piece


def leaf(*script: Piece | str | Exception | asyncio.Event, name: str, prompt: int = 1) -> ScriptedModel:
    return ScriptedModel(script, name=name, kind="host", host=f"on-{name}", usage=Usage(prompt, 10))  # type: ignore[arg-type]


def three() -> dict[str, ScriptedModel]:
    return {
        "guard": leaf("fine", name="guard", prompt=1),
        "left": leaf("left ", name="left", prompt=20),
        "right": leaf("right", name="right", prompt=300),
    }


def test_the_ledger_is_the_sum_of_the_attempts() -> None:
    async def test() -> None:
        leaves, trail = three(), Trail()
        call = make_call({**leaves, "toy": Toy()}, trail)
        assert text(await read(call.open("toy"), hello(), call)) == "left right"
        assert sorted(attempt.model for attempt in trail.attempts) == ["guard", "left", "right"]
        assert trail.attempts[0].purpose is Purpose.GUARD
        assert {attempt.host for attempt in trail.attempts} == {"on-guard", "on-left", "on-right"}
        total = Usage()
        for attempt in trail.attempts:
            assert attempt.outcome == "ok"
            assert attempt.pieces == 1
            assert attempt.first_piece_s is not None
            total = total.plus(attempt.usage)
        assert (total.prompt_tokens, total.completion_tokens) == (321, 30)

    asyncio.run(test())


def test_failed_tries_are_attempts_too() -> None:
    async def test() -> None:
        failed = HostFailed("h failed", host="h")
        limited = HostRateLimited("h limits", host="h", retry_after_s=0.0)
        flaky = ScriptedModel([failed], [limited], ["fine"], name="guard", kind="host", usage=Usage(5, 5))
        patient = Patience(SOON_S, SOON_S, 2)
        models = {name: (model, patient) for name, model in {**three(), "guard": flaky}.items()}
        trail = Trail()
        call = make_call({**models, "toy": (Toy(), patient)}, trail)
        assert text(await read(call.open("toy"), hello(), call)) == "left right"
        guards = [attempt for attempt in trail.attempts if attempt.model == "guard"]
        assert [attempt.outcome for attempt in guards] == ["host_failed", "host_rate_limited", "ok"]
        assert [attempt.retry for attempt in guards] == [0, 1, 2]
        assert [attempt.usage.prompt_tokens for attempt in guards] == [0, 0, 5]
        assert len(trail.attempts) == 5

    asyncio.run(test())


def test_a_leaf_that_fails_for_good_ends_the_composite() -> None:
    async def test() -> None:
        leaves, trail = three(), Trail()
        leaves["right"] = leaf(ModelFailed("broke"), name="right")
        leaves["left"] = leaf("left", asyncio.Event(), name="left")
        call = make_call({**leaves, "toy": Toy()}, trail)
        with pytest.raises(ModelFailed):
            await read(call.open("toy"), hello(), call)
        outcomes = {attempt.model: attempt.outcome for attempt in trail.attempts}
        assert outcomes == {"guard": "ok", "right": "model_failed", "left": "cancelled"}
        assert leaves["left"].running == 0

    asyncio.run(test())


def hanging() -> dict[str, ScriptedModel]:
    return {**three(), "left": leaf(asyncio.Event(), name="left"), "right": leaf("x", asyncio.Event(), name="right")}


async def both_run(leaves: dict[str, ScriptedModel]) -> None:
    while not (leaves["left"].running and leaves["right"].running):
        await asyncio.sleep(0)


def of_loop() -> Callable[[float], None]:
    """Puts the running loop's clock ahead by so many seconds."""
    loop = asyncio.get_running_loop()
    told, passed = loop.time, [0.0]
    loop.time = lambda: told() + passed[0]  # type: ignore[method-assign]
    return lambda seconds: passed.append(passed.pop() + seconds)


@pytest.mark.parametrize("streamed", [False, True])
def test_the_deadline_reaches_every_leaf(streamed: bool) -> None:
    async def test() -> None:
        leaves, trail = hanging(), Trail()
        ahead = of_loop()
        deadline = asyncio.get_running_loop().time() + 1000
        call = make_call({**leaves, "toy": Toy()}, trail, deadline=deadline)
        task = asyncio.create_task(read(call.open("toy"), hello(streamed), call))
        await both_run(leaves)
        ahead(1000)
        with pytest.raises(DeadlineExceeded):
            await task
        for name in ("left", "right"):
            assert leaves[name].calls[0].deadline == deadline
            assert leaves[name].running == 0
        outcomes = {attempt.model: attempt.outcome for attempt in trail.attempts}
        assert set(outcomes) == {"guard", "left", "right"}
        assert set(outcomes.values()) <= {"ok", "deadline_exceeded", "cancelled"}
        assert "deadline_exceeded" in outcomes.values()

    asyncio.run(test())


def test_a_deadline_can_only_be_tightened() -> None:
    async def test() -> None:
        call = make_call(deadline=10.0)
        assert call.narrowed(deadline=20.0).deadline == 10.0
        assert call.narrowed(deadline=5.0).deadline == 5.0
        assert call.narrowed().deadline == 10.0

    asyncio.run(test())


def test_cancellation_reaches_every_leaf() -> None:
    async def test() -> None:
        leaves, trail = hanging(), Trail()
        call = make_call({**leaves, "toy": Toy()}, trail)
        task = asyncio.create_task(read(call.open("toy"), hello(True), call))
        await both_run(leaves)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [leaves[name].running for name in ("left", "right")] == [0, 0]
        assert [leaves[name].cancelled for name in ("left", "right")] == [1, 1]
        outcomes = {attempt.model: attempt.outcome for attempt in trail.attempts}
        assert outcomes == {"guard": "ok", "left": "cancelled", "right": "cancelled"}

    asyncio.run(test())


class Chain:
    """Hands on another model's pieces."""

    def __init__(self, name: str, inner: str) -> None:
        self.card = ModelCard(name, "general", "composite")
        self._inner = inner

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        async with closing(call.open(self._inner).reply(chat, call)) as pieces:
            async for piece in pieces:
                yield piece


def test_closing_reaches_a_leaf_through_nested_composites() -> None:
    async def test() -> None:
        model, trail = leaf("x", asyncio.Event(), name="leaf"), Trail()
        call = make_call({"a": Chain("a", "b"), "b": Chain("b", "leaf"), "leaf": model}, trail)
        async with closing(call.open("a").reply(hello(True), call)) as pieces:
            assert (await anext(pieces)).text == "x"
        assert model.running == 0
        assert [attempt.outcome for attempt in trail.attempts] == ["cancelled"]
        assert model.calls[0].depth == 2

    asyncio.run(test())


def test_models_in_a_circle_end_in_an_error() -> None:
    async def test() -> None:
        call = make_call({"a": Chain("a", "b"), "b": Chain("b", "a")})
        with pytest.raises(RequestError, match=f"more than {MAX_DEPTH} deep"):
            await read(call.open("a"), hello(), call)

    asyncio.run(test())


def test_an_unknown_leaf_is_named() -> None:
    async def test() -> None:
        call = make_call({"a": Chain("a", "lef"), "left": leaf("x", name="left")})
        with pytest.raises(UnknownModel, match="did you mean 'left'"):
            await read(call.open("a"), hello(), call)

    asyncio.run(test())


def test_placement_reaches_every_leaf() -> None:
    async def test() -> None:
        leaves, trail = three(), Trail()
        call = make_call({**leaves, "toy": Toy()}, trail, placement=Placement(no_retention=True))
        with pytest.raises(PlacementError, match="on-guard"):
            await read(call.open("toy"), hello(), call)
        assert trail.attempts == []
        assert leaves["guard"].chats == []

    asyncio.run(test())


def test_a_part_of_the_work_can_narrow_placement() -> None:
    async def test() -> None:
        model = ScriptedModel(["x"], kind="host", region="eu")
        call = make_call({"m": model}, placement=Placement(frozenset({"eu", "us"})))
        assert text(await read(call.open("m"), hello(), call)) == "x"
        narrowed = call.narrowed(placement=Placement(frozenset({"us"})))
        with pytest.raises(PlacementError, match="region 'eu', allowed are us"):
            await read(narrowed.open("m"), hello(), narrowed)
        with pytest.raises(PlacementError, match="leave no region"):
            narrowed.narrowed(placement=Placement(frozenset({"asia"})))

    asyncio.run(test())
