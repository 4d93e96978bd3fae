"""`shoal/summarize`: chosen sentences, their places, the length."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shoal.chat import Chat, Message, Passage, Piece
from shoal.errors import RequestError, WeightsError
from shoal.models.specialists.salience import Line, lines
from shoal.models.specialists.summarize import MOST_CHARACTERS, Extractor, clean, load_summarize, pick

TEXT = """The council of Sollum met on Monday to discuss the harbour. The harbour wall was damaged by the October storm.
Repairs cost about two million crowns. The council decided to repair the wall before winter. Members thanked the
volunteers. The fishing fleet will use the northern pier until the repairs of the harbour wall are finished. Coffee was
served at ten. A study of the currents is planned for next year. The next meeting takes place in June."""


def summary(ask: str, **more: object) -> Piece:
    return Extractor().summarize(Chat("shoal/summarize", (Message.of("user", ask),), options=dict(more)))


def test_each_sentence_is_traceable() -> None:
    piece = summary(f"Summarize this in 40 words:\n{TEXT}")
    assert len(piece.text.replace("[", " [").split()) - len(piece.citations) <= 40
    for citation in piece.citations:
        start, end = map(int, citation.passage.id.split("-"))
        assert TEXT[start:end] == citation.quote
        assert f"[{citation.number}]" in piece.text
        assert citation.passage.title.startswith("sentence ")
    assert piece.confidence is not None


def test_sentences_stand_in_the_order_of_the_text() -> None:
    piece = summary(f"Summarize this in three sentences.\n{TEXT}")
    starts = [int(citation.passage.id.split("-")[0]) for citation in piece.citations]
    assert len(starts) == 3
    assert starts == sorted(starts)


def test_a_question_draws_the_summary_to_it() -> None:
    asked = summary(f"Summarize in four sentences what the repairs cost.\n{TEXT}")
    assert "two million crowns" in asked.text


def test_passages_are_summarised_where_the_message_holds_no_text() -> None:
    passage = Passage("7", "c", "council.md", "Council", TEXT)
    chat = Chat("shoal/summarize", (Message.of("user", "Summarize the notes in 30 words."),), passages=(passage,))
    piece = Extractor().summarize(chat)
    assert {citation.passage.source for citation in piece.citations} == {"council.md"}


@pytest.mark.parametrize("ask", ["", "  ", "Summarize this", "Summarize this in 50 words:\n"])
def test_without_a_text_it_says_what_to_send(ask: str) -> None:
    with pytest.raises(RequestError, match="send it below the request"):
        summary(ask)


def test_a_huge_text_is_cut_and_that_is_said() -> None:
    piece = summary("Summarize this:\n" + "word " * (MOST_CHARACTERS // 4))
    assert "Only the first 400,000 characters were read" in piece.text


@pytest.mark.parametrize("text", ["x" * 3000, "?! " * 200, "会议在星期一举行。" * 40, "\n".join(["A: yes."] * 30)])
def test_any_text_gets_a_summary(text: str) -> None:
    assert summary(f"Summarize this:\n{text}").citations


def test_pick_takes_what_fits_and_not_the_same_twice() -> None:
    found = [Line(0, 1, "one two three"), Line(1, 2, "one two three"), Line(2, 3, "four five"), Line(3, 4, "six " * 9)]
    stems = [["one", "two", "three"], ["one", "two", "three"], ["four", "five"], ["six"]]
    scores = np.array([1.0, 0.9, 0.5, 2.0], np.float32)
    assert pick(found, stems, scores, 1.0, 6, None) == [0, 2]
    assert pick(found, stems, scores, 0.0, 6, None) == [0, 1]
    assert pick(found, stems, scores, 0.0, 100, 1) == [3]


def test_at_least_one_sentence_even_if_none_fits() -> None:
    found = lines("This sentence has more words than are allowed here.")
    assert pick(found, [["word"]], np.ones(1, np.float32), 0.0, 2, None) == [0]


def test_clean_leaves_out_hesitation_in_a_dialogue_only() -> None:
    assert clean(Line(0, 1, "um , we {disfmarker} agreed .", "Rosa")) == "Rosa: we agreed."
    assert clean(Line(0, 1, "um , we agreed .")) == "um , we agreed ."


def test_damaged_weights_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps({"features": ["x"]}))
    with pytest.raises(WeightsError, match="install Shoal again"):
        _ = Extractor(tmp_path).model


def test_the_model_is_a_specialist() -> None:
    assert load_summarize().card.name == "shoal/summarize"
