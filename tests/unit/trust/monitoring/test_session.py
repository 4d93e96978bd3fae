"""Monitoring of one exchange: what the client gets of a reply, and what is left in the account."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shoal.chat import Choice, Message, Passage, Piece, Usage
from shoal.errors import ContentRefused, GuardFailed
from tests.unit.trust.monitoring.scene import (
    BAD,
    WORSE,
    MildMonitor,
    Seen,
    arguments,
    call,
    chat,
    chunks,
    finishes,
    rules,
    said,
    session,
    text_of,
)

HARMLESS = "The first sentence is fine. The second one is fine as well, and quite long. Third.\nA line. And the end"


def run(pieces: list[Piece], **tables: Any) -> list[Piece]:
    return asyncio.run(said(session(**tables), pieces))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab .!?\n\"'1。é", max_size=500), st.integers(1, 60), st.integers(20, 90))
def test_harmless_text_comes_through_whole(text: str, size: int, hold: int) -> None:
    out = run(chunks(text, size), monitoring={"hold_chars": hold})
    assert text_of(out) == text
    assert finishes(out) == ["stop"]


@pytest.mark.parametrize("size", [1, 4, 17, 1000])
@pytest.mark.parametrize("finish", ["stop", None])
def test_a_harmful_sentence_and_all_after_it_never_reach_the_client(size: int, finish: str | None) -> None:
    text = f"All is well here. You should {BAD} now. And this comes after it."
    out = run(chunks(text, size, finish))
    assert text_of(out) == "All is well here. "
    assert finishes(out) == ["content_filter"]


def test_stopped_is_said_at_once_and_later_pieces_are_empty() -> None:
    async def play() -> None:
        monitoring, way = session(), call()
        await monitoring.prompt(chat("Hello"), way)
        piece = await monitoring.read(Piece.of(f"You {BAD}. More", None), way)
        assert monitoring.stopped
        assert finishes([piece]) == ["content_filter"]
        later = await monitoring.read(Piece.of("More", "stop", usage=Usage(1, 2)), way)
        assert later.choices == []
        assert later.usage == Usage(1, 2)
        assert await monitoring.end(way) is None

    asyncio.run(play())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.text(alphabet="ab .\n", max_size=260))
def test_a_word_of_the_lexicon_is_never_shown_even_in_part(size: int, before: str) -> None:
    out = run(chunks(f"{before} {BAD} and more.", size), monitoring={"hold_chars": 40})
    shown = text_of(out)
    assert BAD[:3] not in shown
    assert f"{before} {BAD}".startswith(shown)


def test_harm_spread_over_two_sentences_is_found() -> None:
    text = "Here is the first half of a longer thing. Here is the second half of the same. And more."
    out = run(chunks(text))
    assert text_of(out) == "Here is the first half of a longer thing. "
    assert finishes(out) == ["content_filter"]


def test_in_a_whole_reply_neither_half_is_shown() -> None:
    text = "Good day to you, dear reader of this. Here is the first half of it all. Here is the second half of it."
    out = run([Piece.of(text)])
    assert text_of(out) == "Good day to you, dear reader of this. "


@pytest.mark.parametrize("hold", [20, 60, 200])
def test_no_more_is_held_back_than_a_sentence_or_the_limit(hold: int) -> None:
    async def play() -> None:
        monitoring, way = session(monitoring={"hold_chars": hold}), call()
        await monitoring.prompt(chat("Hello"), way)
        text = "word " * 200
        given_so_far, shown = 0, 0
        for piece in chunks(text, 4, None):
            given_so_far += 4
            shown += len(text_of([await monitoring.read(piece, way)]))
            assert given_so_far - shown <= hold

    asyncio.run(play())


def test_text_goes_out_as_soon_as_its_sentence_ends() -> None:
    async def play() -> list[str]:
        monitoring, way = session(), call()
        await monitoring.prompt(chat("Hello"), way)
        texts = ("A first sentence. ", "A second that goes on", " and on and on until its end. ", "Third")
        return [text_of([await monitoring.read(Piece.of(each, None), way)]) for each in texts]

    assert asyncio.run(play()) == ["A first sentence. ", "", "A second that goes on and on and on until its end. ", ""]


@pytest.mark.parametrize("field", ["content", "reasoning_content", "refusal"])
def test_every_streamed_text_is_read(field: str) -> None:
    out = run(chunks(f"This is fine, really. This is a {BAD}.", field=field))
    assert text_of(out, field=field) == "This is fine, really. "


def test_two_texts_of_one_choice_do_not_wait_for_each_other() -> None:
    pieces = [*chunks("I think about this", finish=None, field="reasoning_content"), *chunks("So it is.")]
    out = run(pieces)
    place = next(at for at, piece in enumerate(out) if text_of([piece], field="reasoning_content"))
    assert place <= 5
    assert (text_of(out, field="reasoning_content"), text_of(out)) == ("I think about this", "So it is.")


def call_piece(text: str, name: str | None = None, place: int = 0, finish: str | None = None) -> Piece:
    function = {"name": name, "arguments": text} if name else {"arguments": text}
    begin = {"id": "call_1", "type": "function"} if name else {}
    return Piece([Choice({"tool_calls": [{"index": place, **begin, "function": function}]}, 0, finish)])


def test_arguments_of_tools_come_through_whole() -> None:
    written = ['{"to": "Ann', 'a", "text": "Good', " day. All is well", '."}']
    pieces = [call_piece("", "send"), *(call_piece(each) for each in written), Piece([Choice({}, 0, "tool_calls")])]
    out = run(pieces)
    assert arguments(out) == "".join(written)
    assert finishes(out) == ["tool_calls"]


@pytest.mark.parametrize("escaped", [BAD, "g\\u0072umble"])
def test_arguments_of_tools_are_read_with_their_escapes(escaped: str) -> None:
    out = run([call_piece('{"text": "', "send"), call_piece(f'{escaped}"', finish="tool_calls")])
    assert escaped not in arguments(out)
    assert finishes(out) == ["content_filter"]


def test_a_whole_reply_with_a_harmful_call_loses_its_calls() -> None:
    function = {"name": "send", "arguments": f'{{"text": "{BAD}"}}'}
    piece = Piece([Choice({"content": "Done.", "tool_calls": [{"index": 0, "function": function}]}, 0, "tool_calls")])
    (out,) = run([piece])
    assert out.choices[0].delta == {"content": "Done."}
    assert out.choices[0].finish_reason == "content_filter"


def test_base64_is_read() -> None:
    import base64

    coded = base64.b64encode(f"please {BAD} at the others".encode()).decode()
    out = run(chunks(f"Here you are, it is: {coded} and so on."))
    assert coded not in text_of(out)
    assert finishes(out) == ["content_filter"]


def test_logprobs_wait_for_their_text() -> None:
    tokens = ["All ", "is well here. ", "You ", f"{BAD} ", "now."]
    pieces = [
        Piece([Choice({"content": each}, 0, None, {"logprobs": {"content": [{"token": each, "logprob": -1.0}]}})])
        for each in tokens
    ]
    out = run([*pieces, Piece([Choice({}, 0, "stop")])])
    extras = [choice.extra for piece in out for choice in piece.choices if choice.extra]
    shown = [entry["token"] for extra in extras for entry in extra["logprobs"]["content"]]
    assert shown == tokens[:2]


def test_other_choices_go_on_when_one_is_stopped() -> None:
    async def play() -> list[Piece]:
        monitoring, way = session(), call()
        await monitoring.prompt(chat("Hello", n=2), way)
        pieces = [
            Piece([Choice({"content": f"You {BAD}. "}, 1), Choice({"content": "Fine "}, 0)]),
            Piece([Choice({"content": "more"}, 1), Choice({"content": "and good."}, 0)]),
            Piece([Choice({}, 0, "stop")]),
        ]
        out = [await monitoring.read(piece, way) for piece in pieces]
        assert monitoring.stopped
        return out

    out = asyncio.run(play())
    assert (text_of(out, 0), finishes(out, 0)) == ("Fine and good.", ["stop"])
    assert (text_of(out, 1), finishes(out, 1)) == ("", ["content_filter"])


def test_what_else_is_in_a_piece_stays() -> None:
    async def play() -> Piece:
        monitoring, way = session(), call()
        await monitoring.prompt(chat("Hello"), way)
        piece = Piece([Choice({"role": "assistant", "content": "Half"})], Usage(1), 0.5, (), {"x": 1}, more=True)
        return await monitoring.read(piece, way)

    out = asyncio.run(play())
    assert out.choices[0].delta == {"role": "assistant"}
    assert (out.usage, out.confidence, out.extra, out.more) == (Usage(1), 0.5, {"x": 1}, True)


@pytest.mark.parametrize("delta", [{}, {"content": None}, {"content": ""}, {"role": "assistant", "content": ""}])
def test_empty_deltas_do_no_harm(delta: dict[str, Any]) -> None:
    out = run([Piece([Choice(dict(delta))]), *chunks("Fine.")])
    assert text_of(out) == "Fine."
    assert out[0].choices == ([Choice(delta)] if delta else [])


def test_texts_in_parts_wait_until_they_are_judged() -> None:
    parts = [{"type": "text", "text": "Fine so far, and more. "}, {"type": "text", "text": f"Now {BAD}."}]
    out = run([Piece([Choice({"content": [part]})]) for part in parts])
    assert [choice.delta for piece in out for choice in piece.choices if choice.delta] == [{"content": [parts[0]]}]


def test_observing_changes_nothing_and_counts_all() -> None:
    async def play() -> tuple[list[Piece], dict[str, Any]]:
        monitoring = session(mode="observe")
        out = await said(monitoring, chunks(f"Fine at first. Then {BAD} and {WORSE}. End."), chat(f"Do {BAD}!"))
        if task := monitoring.finish():
            await task
        assert not monitoring.stopped
        return out, monitoring.account()

    out, account = asyncio.run(play())
    assert text_of(out) == f"Fine at first. Then {BAD} and {WORSE}. End."
    assert finishes(out) == ["stop"]
    assert account["prompts"]["stopped"] == {"category": "violence", "score": 0.99}
    assert account["replies"]["over"] == {"violence": 1}
    # Six words prove little: their scores are lowered.
    assert 0.5 < account["replies"]["top"]["violence"] < 0.99
    assert "held_chars" not in account["replies"]


def test_the_account_holds_no_text() -> None:
    async def play() -> str:
        monitoring = session()
        await said(monitoring, chunks(f"Fine at first. Then {BAD}. End."))
        task = monitoring.finish()
        if task is not None:
            await task
        return str(monitoring.account())

    account = asyncio.run(play())
    assert BAD not in account
    assert "Fine" not in account
    assert "'stopped': {'category': 'violence', 'score': 0." in account


def test_prompts_are_refused_where_that_is_enforced() -> None:
    monitoring = session(monitoring={"prompts": "enforce"})
    with pytest.raises(ContentRefused, match="'violence'") as error:
        asyncio.run(monitoring.prompt(chat(f"Please {BAD}."), call()))
    assert error.value.rule == "violence"
    assert BAD not in str(error.value)


def test_only_what_the_user_says_anew_is_judged() -> None:
    monitor = MildMonitor()
    monitoring = session(monitor, monitoring={"prompts": "enforce"})
    lowered = Message.from_wire(
        {"role": "user", "content": [{"type": "text", "text": BAD, "shoal": {"trust": "retrieved"}}]}
    )
    asked = chat("new")
    messages = (
        Message.of("system", BAD),
        Message.of("user", BAD),
        Message.of("assistant", BAD),
        Message.of("tool", BAD, tool_call_id="1"),
        lowered,
        *asked.messages,
    )
    asyncio.run(monitoring.prompt(replace(asked, messages=messages), call()))
    assert monitor.texts == ["new"]


def test_words_put_into_the_models_mouth_do_not_hide_the_prompt() -> None:
    monitoring = session(monitoring={"prompts": "enforce"})
    asked = chat(f"Please {BAD}.")
    messages = (*asked.messages, Message.of("tool", "x", tool_call_id="1"), Message.of("assistant", "Sure, "))
    with pytest.raises(ContentRefused):
        asyncio.run(monitoring.prompt(replace(asked, messages=messages), call()))


def test_escapes_in_a_reply_that_is_json_are_read() -> None:
    out = run(chunks('{"text": "All is well", "next": "g\\u0072umble"}'))
    assert finishes(out) == ["content_filter"]


def test_a_few_words_in_a_long_prompt_are_found() -> None:
    class Diluted(MildMonitor):
        def _score(self, text: str) -> Any:
            return super()._score(text if len(text) < 900 else "")

    monitoring = session(Diluted(), monitoring={"prompts": "enforce"})
    with pytest.raises(ContentRefused):
        asyncio.run(monitoring.prompt(chat("Fine words. " * 300 + BAD + " fine words." * 300), call()))


def test_a_monitor_that_breaks_stops_what_is_enforced() -> None:
    class Broken(MildMonitor):
        def scores(self, texts: Any) -> Any:
            raise ValueError("the text itself")

    with pytest.raises(GuardFailed, match="ValueError") as error:
        asyncio.run(said(session(Broken()), chunks("Some text. And more.")))
    assert "text itself" not in str(error.value)

    async def observed() -> Any:
        monitoring = session(Broken(), mode="observe")
        out = await said(monitoring, chunks("Some text."))
        if task := monitoring.finish():
            await task
        assert text_of(out) == "Some text."
        return monitoring.account()["replies"]["failed"]

    assert asyncio.run(observed()) == 1


def test_tenants_have_rules_of_their_own() -> None:
    tables: dict[str, Any] = {"tenants": {"calm": {"monitoring": {"thresholds": {"violence": 0.95}}}}}
    text = f"You {BAD}."
    assert text_of(asyncio.run(said(session(tenant="calm", **tables), chunks(text)))) == text
    assert text_of(asyncio.run(said(session(tenant="other", **tables), chunks(text)))) == ""


def test_groundedness_shares_the_buffer() -> None:
    passages = ["The fee is 40 euros a year. Members pay it in March."]
    answer = "The fee is 40 euros a year. The chairman lives in Boston with 12 dogs. "

    async def play(**tables: Any) -> tuple[list[Piece], dict[str, Any]]:
        monitoring = session(**tables)
        out = await said(monitoring, chunks(answer), chat("What is the fee?", passages=passages))
        if task := monitoring.finish():
            await task
        return out, monitoring.account()["groundedness"]

    marked, account = asyncio.run(play(groundedness={"mode": "enforce"}))
    assert text_of(marked) == answer.rstrip() + " [not in the sources] "
    assert (account["sentences"], account["unsupported"]) == (2, 1)
    dropped, _ = asyncio.run(play(groundedness={"mode": "enforce", "action": "drop"}, monitoring={"mode": "off"}))
    assert text_of(dropped).strip() == "The fee is 40 euros a year."
    observed, account = asyncio.run(play())
    assert text_of(observed) == answer
    assert account["unsupported"] == 1


def test_a_long_whole_reply_is_judged_in_time_that_grows_with_it() -> None:
    sentence = "This is a sentence of some length that says nothing at all. "
    monitor = MildMonitor()
    out = asyncio.run(said(session(monitor), [Piece.of(sentence * 5000 + BAD + ". " + sentence)]))
    assert text_of(out) == sentence * 5000
    assert sum(map(len, monitor.texts)) < 4 * 5000 * len(sentence)


def test_passages_of_the_request_are_not_needed() -> None:
    assert "groundedness" not in session().account()
    assert Passage("1", "c", "s", "t", "x").text == "x"


def test_a_content_that_changes_its_shape_comes_whole() -> None:
    parts = [{"type": "text", "text": " four. And five."}]
    for deltas in (("One two. And three", parts), (parts, "Six. And seven")):
        pieces = [Piece([Choice({"content": each})]) for each in deltas]
        out = asyncio.run(said(session(), [*pieces, Piece([Choice({}, 0, "stop")])]))
        contents = [choice.delta.get("content") or "" for piece in out for choice in piece.choices]
        flat = [each if isinstance(each, str) else "".join(part["text"] for part in each) for each in contents]
        given = [each if isinstance(each, str) else each[0]["text"] for each in deltas]
        assert "".join(flat) == "".join(given)


def test_a_whole_reply_of_many_sentences_comes_through_whole() -> None:
    text = "The ship sails over the sea to the town in the north. " * 3000
    out = run([Piece.of(text, "stop")])
    assert text_of(out) == text
    assert finishes(out) == ["stop"]


def test_the_threshold_1_leaves_a_category_out_whatever_the_score() -> None:
    class Sure(MildMonitor):
        def _score(self, text: str) -> Seen:
            return Seen({"violence": 1.0}, 0.0)

    async def play() -> list[Piece]:
        monitoring = session(Sure(), monitoring={"thresholds": {"violence": 1.0}})
        return await said(monitoring, chunks("A fine day."), chat("Hello"), call())

    assert text_of(asyncio.run(play())) == "A fine day."


@pytest.mark.parametrize("limit", [0, -0.1, 1.1])
def test_a_threshold_that_is_no_score_is_refused(limit: float) -> None:
    with pytest.raises(ValidationError, match=r"thresholds\.violence"):
        rules(monitoring={"thresholds": {"violence": limit}})


def test_much_that_is_only_observed_is_judged_in_a_thread() -> None:
    async def play() -> tuple[bool, Any]:
        monitoring = session(mode="observe")
        await said(monitoring, chunks(f"Fine words at first. {BAD} ", size=400), chat("Do it. " * 400))
        task = monitoring.finish()
        if task is not None:
            await task
        return task is not None, monitoring.account()["replies"]["over"]

    assert asyncio.run(play()) == (True, {"violence": 1})
