"""The short way for chunks that end no sentence leads where the long one does."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.chat import Choice, Json, Piece
from tests.unit.trust.monitoring.scene import BAD, call, chat, finishes, session, text_of

WORDS = ("word ", "and", ". ", "\n", "! ", "e.g. ", f"{BAD} ", "gru", "mble ", "é")
FIELDS = ("content", "reasoning_content")


def wires(pieces: list[Piece]) -> list[list[tuple[int, Json, str | None]]]:
    """What a client would see, without pieces that say nothing."""
    seen = [[(each.index, dict(each.delta), each.finish_reason) for each in piece.choices] for piece in pieces]
    return [each for each in seen if each]


async def play(script: list[Piece], mode: str, *, short: bool) -> tuple[list[Piece], dict[str, object], int]:
    """The pieces that go out, the account, and how many went the short way."""
    monitoring = session(monitoring={"replies": mode, "hold_chars": 40})
    await monitoring.prompt(chat("Hello"), call())
    out: list[Piece] = []
    quick = 0
    for piece in script:
        if short and monitoring.more(piece):
            quick += 1
        else:
            piece = await monitoring.read(piece, call())
        out.append(piece)
        if monitoring.stopped:
            break
    rest = None if monitoring.stopped else await monitoring.end(call())
    if task := monitoring.finish():
        await task
    account = monitoring.account()["replies"]
    account.pop("held_s", None)
    return [*out, rest] if rest else out, account, quick


SAID = st.lists(st.tuples(st.sampled_from((0, 0, 0, 1)), st.sampled_from((0, 0, 0, 1)), st.sampled_from(WORDS)))


@given(SAID, st.booleans(), st.sampled_from(("enforce", "observe")))
def test_the_short_way_leads_where_the_long_one_does(said: list[tuple[int, int, str]], ends: bool, mode: str) -> None:
    def script() -> list[Piece]:
        pieces = [Piece([Choice({"role": "assistant", "content": ""}, 0)])]
        pieces += [Piece([Choice({FIELDS[field]: text}, index)]) for index, field, text in said]
        return pieces + ([Piece([Choice({}, 0, "stop")])] if ends else [])

    short, long = (asyncio.run(play(script(), mode, short=way)) for way in (True, False))
    assert wires(short[0]) == wires(long[0])
    assert short[1] == long[1]


def test_most_chunks_go_the_short_way_and_nothing_of_them_goes_out() -> None:
    script = [Piece([Choice({"content": word})]) for word in ("A ", "proxy ", "stands ", "between ", "two. ", "So ")]
    out, _, quick = asyncio.run(play(script, "enforce", short=True))
    # The first chunk begins the text, the one with the full stop ends a sentence.
    assert quick == 4
    assert [text_of([piece]) for piece in out] == ["", "", "", "", "A proxy stands between two. ", "", "So "]


@pytest.mark.parametrize(
    "choice",
    [
        Choice({"content": "more"}, 0, "stop"),
        Choice({"content": "more"}, 0, None, {"logprobs": {}}),
        Choice({"content": "more", "refusal": "no"}),
        Choice({"reasoning_content": "more"}),
        Choice({"content": None}),
        Choice({"content": ["more"]}),
        Choice({"tool_calls": [{"index": 0, "function": {"arguments": "more"}}]}),
        Choice({}, 0, "length"),
        Choice({"content": "more"}, 1),
    ],
)
def test_all_else_goes_the_long_way_as_it_is(choice: Choice) -> None:
    async def play() -> None:
        monitoring = session()
        for text in ("A ", "proxy "):
            await monitoring.read(Piece([Choice({"content": text})]), call())
        piece, before = Piece([choice]), dict(choice.delta)
        assert not monitoring.more(piece)
        assert piece.choices == [choice]
        assert choice.delta == before

    asyncio.run(play())


def test_nothing_goes_the_short_way_once_a_choice_is_stopped() -> None:
    async def play() -> list[Piece]:
        monitoring = session()
        await monitoring.prompt(chat("Hello", n=2), call())
        for index, text in ((0, "Fine "), (1, "Fine "), (0, f"{BAD}. ")):
            await monitoring.read(Piece([Choice({"content": text}, index)]), call())
        late = [Piece([Choice({"content": "more "}, index)]) for index in (0, 1)]
        assert not any(monitoring.more(piece) for piece in late)
        out = [await monitoring.read(piece, call()) for piece in late]
        assert finishes(out) == []
        return out

    assert text_of(asyncio.run(play())) == ""
