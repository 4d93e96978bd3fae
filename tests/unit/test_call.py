"""The inner ring's parts: placement, tries, and the watch that ends a wait."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest

from shoal.call import (
    LONGEST_WAIT_S,
    Attempt,
    Call,
    Leaf,
    ModelCard,
    Patience,
    Placement,
    Purpose,
    Trail,
    Watch,
    closing,
)
from shoal.chat import Chat, Message, Passage, Piece, Usage, guess_usage
from shoal.errors import (
    DeadlineExceeded,
    HostCut,
    HostFailed,
    HostRateLimited,
    HostRejected,
    HostTimeout,
    HostUnreachable,
    PlacementError,
    ShoalError,
)
from shoal.testing import Line, ScriptedModel
from tests.contract.calls import hello, make_call, read, text

INFINITE = float("inf")


def card(**more: Any) -> ModelCard:
    return ModelCard("m", "general", **{"kind": "host", "host": "h", **more})


@pytest.mark.parametrize(
    ("rules", "where", "allowed"),
    [
        (Placement(), card(), True),
        (Placement(frozenset({"eu"})), card(region="eu"), True),
        (Placement(frozenset({"eu"})), card(region="us"), False),
        (Placement(frozenset({"eu"})), card(), False),
        (Placement(no_retention=True), card(retention="none"), True),
        (Placement(no_retention=True), card(retention="transient"), False),
        (Placement(no_retention=True), card(), False),
        (Placement(no_training=True), card(trains_on_data=False), True),
        (Placement(no_training=True), card(trains_on_data=True), False),
        (Placement(no_training=True), card(), False),
        (Placement(frozenset({"eu"}), True, True), card(kind="specialist", host="embedded"), True),
    ],
)
def test_placement(rules: Placement, where: ModelCard, allowed: bool) -> None:
    if allowed:
        rules.check(where)
    else:
        with pytest.raises(PlacementError):
            rules.check(where)


def test_placement_narrows() -> None:
    assert Placement(frozenset({"eu"})).narrowed(Placement(no_training=True)) == Placement(
        frozenset({"eu"}), False, True
    )
    assert Placement().narrowed(Placement(frozenset({"eu"}))).regions == {"eu"}
    both = Placement(frozenset({"eu", "us"})).narrowed(Placement(frozenset({"us", "asia"})))
    assert both.regions == {"us"}


def test_usage_of_the_last_piece_counts() -> None:
    async def test() -> None:
        first, last = Piece.of("a", None, usage=Usage(1, 1)), Piece.of("b", "stop", usage=Usage(1, 2))
        trail = Trail()
        call = make_call({"m": ScriptedModel([first, last])}, trail)
        await read(call.open("m"), hello(True), call)
        assert trail.attempts[0].usage.completion_tokens == 2
        assert trail.attempts[0].pieces == 2

    asyncio.run(test())


TRIES = [
    ([HostFailed("f", host="h")], ["host_failed", "ok"]),
    ([HostUnreachable("f", host="h"), HostTimeout("f", host="h")], ["host_unreachable", "host_timeout", "ok"]),
    ([HostRateLimited("f", host="h", retry_after_s=0.001)], ["host_rate_limited", "ok"]),
]


@pytest.mark.parametrize(("errors", "outcomes"), TRIES)
def test_tries(errors: list[ShoalError], outcomes: list[str]) -> None:
    async def test() -> None:
        trail = Trail()
        scripts: list[list[Line]] = [[error] for error in errors]
        model = ScriptedModel(*scripts, ["fine"])
        call = make_call({"m": (model, Patience(60, 60, 2))}, trail)
        assert text(await read(call.open("m"), hello(), call)) == "fine"
        assert [attempt.outcome for attempt in trail.attempts] == outcomes

    asyncio.run(test())


GIVEN_UP = [
    ([HostRejected("f", host="h")], HostRejected, 1),
    ([HostRateLimited("f", host="h", retry_after_s=LONGEST_WAIT_S + 1)], HostRateLimited, 1),
    ([HostFailed("f", host="h")], HostFailed, 2),
    (["some", HostCut("f", host="h")], HostCut, 1),
]


@pytest.mark.parametrize(("script", "kind", "tries"), GIVEN_UP)
def test_no_further_try(script: list[Any], kind: type[Exception], tries: int) -> None:
    async def test() -> None:
        trail = Trail()
        call = make_call({"m": (ScriptedModel(script), Patience(60, 60, 1))}, trail)
        with pytest.raises(kind):
            await read(call.open("m"), hello(True), call)
        assert len(trail.attempts) == tries

    asyncio.run(test())


def test_no_try_that_the_deadline_does_not_allow() -> None:
    async def test() -> None:
        trail = Trail()
        model = ScriptedModel([HostRateLimited("f", host="h", retry_after_s=LONGEST_WAIT_S)])
        call = make_call(
            {"m": (model, Patience())}, trail, deadline=asyncio.get_running_loop().time() + LONGEST_WAIT_S - 0.1
        )
        with pytest.raises(HostRateLimited):
            await read(call.open("m"), hello(), call)
        assert len(trail.attempts) == 1

    asyncio.run(test())


def test_an_unforeseen_error_is_noted_too() -> None:
    class Broken:
        card = card()

        async def reply(self, chat: Chat, call: Any) -> AsyncIterator[Piece]:
            yield Piece.of("a", None)
            raise ZeroDivisionError

    async def test() -> None:
        trail = Trail()
        call = make_call({"m": Broken()}, trail)
        with pytest.raises(ZeroDivisionError):
            await read(call.open("m"), hello(), call)
        assert [attempt.outcome for attempt in trail.attempts] == ["internal_error"]

    asyncio.run(test())


def test_a_models_own_timeout_is_no_watch() -> None:
    """A TimeoutError of the model's own making does not look like the ring's."""

    class Slow:
        card = card()

        async def reply(self, chat: Chat, call: Any) -> AsyncIterator[Piece]:
            raise HostTimeout("own", host="h")
            yield

    async def test() -> None:
        call = make_call({"m": Slow()})
        with pytest.raises(HostTimeout, match="own"):
            await read(call.open("m"), hello(), call)

    asyncio.run(test())


def test_the_ring_says_which_limit_passed() -> None:
    async def test() -> None:
        silent, never = ScriptedModel([asyncio.Event()], kind="host", host="h"), asyncio.Event()
        call = make_call({"m": (silent, Patience(0.005, 60, 0))})
        with pytest.raises(HostTimeout, match=r"hosts\.h\.first_s"):
            await read(call.open("m"), hello(True), call)
        fading = ScriptedModel(["a", never], kind="host", host="h")
        call = make_call({"m": (fading, Patience(60, 0.005, 3))})
        with pytest.raises(HostCut, match="fell silent"):
            await read(call.open("m"), hello(True), call)
        call = make_call({"m": fading}, deadline=asyncio.get_running_loop().time() + 0.005)
        with pytest.raises(DeadlineExceeded):
            await read(call.open("m"), hello(True), call)
        assert fading.running == silent.running == 0

    asyncio.run(test())


def test_a_deadline_that_has_passed_calls_nobody() -> None:
    async def test() -> None:
        model = ScriptedModel()
        call = make_call({"m": model}, deadline=asyncio.get_running_loop().time() - 1)
        with pytest.raises(DeadlineExceeded):
            await read(call.open("m"), hello(), call)
        assert model.chats == []

    asyncio.run(test())


async def scripted(*steps: float | str | asyncio.Event) -> AsyncGenerator[Piece, None]:
    for step in steps:
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, str):
            yield Piece.of(step)
        else:
            await asyncio.sleep(step)


def watching(test: Callable[[Watch], Any], deadline_in: float = INFINITE) -> None:
    async def within() -> None:
        watch = Watch(asyncio.get_running_loop().time() + deadline_in)
        try:
            await test(watch)
        finally:
            watch.close()

    asyncio.run(within())


def test_watch_hands_on_and_ends() -> None:
    async def test(watch: Watch) -> None:
        pieces = scripted("a", "b")
        assert (await watch.next(pieces, 1)).text == "a"
        assert (await watch.next(pieces, 1)).text == "b"
        with pytest.raises(StopAsyncIteration):
            await watch.next(pieces, 1)

    watching(test)


def test_watch_rings_and_the_task_goes_on() -> None:
    async def test(watch: Watch) -> None:
        pieces = scripted(asyncio.Event())
        with pytest.raises(TimeoutError):
            await watch.next(pieces, 0.005)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0)

    watching(test)


def test_watch_ends_at_the_deadline() -> None:
    async def test(watch: Watch) -> None:
        with pytest.raises(TimeoutError):
            await watch.next(scripted(asyncio.Event()), 60)

    watching(test, 0.005)


def test_watch_does_not_begin_after_the_deadline() -> None:
    async def test(watch: Watch) -> None:
        with pytest.raises(TimeoutError):
            await watch.next(scripted("a"), 60)

    watching(test, -1)


def test_a_timer_that_rings_too_early_is_set_again() -> None:
    """One timer serves a stream: set for an earlier wait, it rings in a later one."""

    async def test(watch: Watch) -> None:
        gate = asyncio.Event()
        pieces = scripted("a", gate, "b")
        await watch.next(pieces, 30)
        waiting = asyncio.create_task(watch.next(pieces, 60))
        await asyncio.sleep(0)
        early = watch._handle
        assert early is not None
        early.cancel()
        watch._ring()
        assert watch._handle is not None
        assert watch._handle.when() > early.when()
        gate.set()
        assert (await waiting).text == "b"

    watching(test)


def test_a_later_wait_may_be_shorter() -> None:
    async def test(watch: Watch) -> None:
        pieces = scripted("a", asyncio.Event())
        await watch.next(pieces, 60)
        with pytest.raises(TimeoutError):
            await watch.next(pieces, 0.005)

    watching(test)


def test_nothing_rings_between_waits() -> None:
    async def test(watch: Watch) -> None:
        pieces = scripted("a", "b")
        await watch.next(pieces, 0.002)
        await asyncio.sleep(0.01)
        assert (await watch.next(pieces, 0.05)).text == "b"

    watching(test)


def test_a_wait_after_silence_is_watched_again() -> None:
    async def test(watch: Watch) -> None:
        pieces = scripted("a", asyncio.Event())
        await watch.next(pieces, 0.002)
        await asyncio.sleep(0.01)
        with pytest.raises(TimeoutError):
            await watch.next(pieces, 0.005)

    watching(test)


def test_a_callers_cancellation_is_not_a_timeout() -> None:
    async def test() -> None:
        async def listen() -> None:
            watch = Watch(INFINITE)
            try:
                await watch.next(scripted(asyncio.Event()), 5)
            finally:
                watch.close()

        task = asyncio.create_task(listen())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(test())


def test_a_callers_cancellation_wins_over_a_ring() -> None:
    """Both at once: the task must end as cancelled, or it would never stop."""

    async def test() -> None:
        watch = Watch(INFINITE)
        entered = asyncio.Event()

        async def listen() -> None:
            entered.set()
            await watch.next(scripted(asyncio.Event()), 60)

        task = asyncio.create_task(listen())
        await entered.wait()
        await asyncio.sleep(0)
        watch._limit = 0.0
        watch._ring()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        watch.close()

    asyncio.run(test())


def test_a_ring_inside_an_outer_timeout() -> None:
    """`asyncio.timeout` counts cancellations too: the watch must leave its count as it was."""

    async def test() -> None:
        async with asyncio.timeout(60):
            watch = Watch(INFINITE)
            with pytest.raises(TimeoutError):
                await watch.next(scripted(asyncio.Event()), 0.005)
            watch.close()
            await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await impatient()

    async def impatient() -> None:
        async with asyncio.timeout(0.005):
            watch = Watch(INFINITE)
            try:
                await watch.next(scripted(asyncio.Event()), 60)
            finally:
                watch.close()

    asyncio.run(test())


async def late(rung: asyncio.Event) -> AsyncGenerator[Piece, None]:
    """Says something although it was cancelled."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        rung.set()
    yield Piece.of("late")


def test_a_piece_that_comes_with_the_ring_leaves_no_cancellation_behind() -> None:
    async def test(watch: Watch) -> None:
        rung = asyncio.Event()
        try:
            piece = await watch.next(late(rung), 0.005)
            assert piece.text == "late"
        except TimeoutError:
            pass
        assert rung.is_set()
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0)

    watching(test)


def test_a_ring_while_a_model_closes_leaves_no_cancellation_behind() -> None:
    """A model that answers the cancellation with an error of its own must not leave the task half cancelled."""

    async def failing() -> AsyncGenerator[Piece, None]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise HostCut("cut", host="h") from None
        yield Piece.of("never")

    async def test(watch: Watch) -> None:
        with pytest.raises((HostCut, TimeoutError)):
            await watch.next(failing(), 0.005)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0)

    watching(test)


def test_a_model_that_stops_at_the_ring_has_not_answered() -> None:
    async def quiet() -> AsyncGenerator[Piece, None]:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return
        yield Piece.of("never")

    async def test(watch: Watch) -> None:
        with pytest.raises(TimeoutError):
            await watch.next(quiet(), 0.005)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    watching(test)


def test_the_watch_works_in_whatever_task_reads() -> None:
    async def test() -> None:
        watch = Watch(INFINITE)
        pieces = scripted("a", asyncio.Event())
        assert (await asyncio.create_task(watch.next(pieces, 5))).text == "a"
        with pytest.raises(TimeoutError):
            await asyncio.create_task(watch.next(pieces, 0.005))
        watch.close()

    asyncio.run(test())


def test_close_stops_the_timer() -> None:
    async def test() -> None:
        watch = Watch(INFINITE)
        await watch.next(scripted("a"), 5)
        handle = watch._handle
        assert handle is not None
        watch.close()
        assert handle.cancelled()
        watch.close()

    asyncio.run(test())


def test_leaf_closes_what_it_opened() -> None:
    async def test() -> None:
        model, trail = ScriptedModel(["a", asyncio.Event()]), Trail()
        call = make_call({"m": model}, trail)
        async with closing(call.open("m").reply(hello(True), call)) as pieces:
            await anext(pieces)
        assert model.running == 0
        assert model.cancelled == 1
        attempt: Attempt = trail.attempts[0]
        assert (attempt.outcome, attempt.purpose, attempt.pieces) == ("cancelled", Purpose.ANSWER, 1)
        assert isinstance(call.open("m"), Leaf)

    asyncio.run(test())


PROMPT = Chat("m", (Message.of("user", "x" * 90), Message.of("assistant", "y" * 30)), stream=True)


@pytest.mark.parametrize(
    ("script", "read_pieces", "outcome", "tokens"),
    [
        # 120 bytes make 40 tokens, two messages 8 more; each piece one.
        (["one", "two", asyncio.Event()], 2, "cancelled", (48, 2, True)),
        ([asyncio.Event()], 0, "cancelled", (48, 0, True)),
        (["one", HostCut("c", host="h")], 9, "host_cut", (48, 1, True)),
        ([HostTimeout("t", host="h")], 9, "host_timeout", (48, 0, True)),
        ([HostUnreachable("u", host="h")], 9, "host_unreachable", (0, 0, False)),
        ([HostRejected("r", host="h")], 9, "host_rejected", (0, 0, False)),
        # Nobody counted, though all came; a long piece is more than one token.
        ([Piece.of("z" * 31)], 9, "ok", (48, 11, True)),
        ([Piece.of("word", usage=Usage(5, 1))], 9, "ok", (5, 1, False)),
        ([Piece.of("", usage=Usage(5, 0))], 9, "ok", (5, 0, False)),
        # The host counted the prompt, and was cut off before it counted the reply.
        ([Piece.of("w", None, usage=Usage(50, 0, 20)), "w", HostCut("c", host="h")], 9, "host_cut", (50, 2, True)),
        ([Piece.of("w", None, usage=Usage(50, 7, 20)), "w", HostCut("c", host="h")], 9, "host_cut", (50, 7, False)),
    ],
)
def test_what_nobody_counted_is_guessed(
    script: list[Line], read_pieces: int, outcome: str, tokens: tuple[int, int, bool]
) -> None:
    async def reading(call: Call, most: int) -> None:
        async with closing(call.open("m").reply(PROMPT, call)) as pieces:
            async for _ in pieces:
                most -= 1
                if most == 0:
                    return

    async def test() -> None:
        trail, model = Trail(), ScriptedModel(script, kind="host", host="h")
        task = asyncio.create_task(reading(make_call({"m": model}, trail), read_pieces))
        while read_pieces == 0 and not model.running:
            await asyncio.sleep(0)
        if read_pieces == 0:
            task.cancel()
        with suppress(ShoalError, asyncio.CancelledError):
            await task
        (attempt,) = trail.attempts
        usage = attempt.usage
        assert (attempt.outcome, (usage.prompt_tokens, usage.completion_tokens, usage.estimated)) == (outcome, tokens)

    asyncio.run(test())


def test_a_guess_counts_tools_passages_and_pictures() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 90_000}}
    seen = Message.of("user", [{"type": "text", "text": "é" * 30}, picture])  # type: ignore[arg-type]
    bare = guess_usage(Chat("m", (seen,)), 0, None, Usage(cpu_s=0.5))
    assert (bare.prompt_tokens, bare.completion_tokens, bare.cpu_s) == (20 + 4 + 1000, 0, 0.5)
    passage = Passage("p", "c", "s", "a" * 10, "b" * 80)
    more = guess_usage(Chat("m", (seen,), {"tools": [{"type": "function"}]}, passages=(passage,)), 0, None, Usage())
    assert more.prompt_tokens == bare.prompt_tokens + 30 + len("[{'type': 'function'}]") // 3 + 1
