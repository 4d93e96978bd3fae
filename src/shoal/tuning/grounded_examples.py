"""Examples for the check of grounded answers: sentences that passages bear out, and sentences made from these that they
do not. It reads QMSum and folders with labelled questions about texts, and trains nothing.

Borne out: sentences of people's answers about the part of a meeting that they rest on; sentences that a text's readers
marked as answers. Not borne out: the same with another number or
another name, sentences that other parts of the same meeting or text bear out.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shoal.chat import Passage
from shoal.grounding.chunk import chunk
from shoal.grounding.formats.markdown import read_markdown
from shoal.models.specialists.sentences import plain, spans

SEED = 20261122
PASSAGE_WORDS = 180
FEWEST_WORDS = 4
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence beside its passages. `kind` says how it was made, `group` (a meeting, a text) what it may not be
    parted from."""

    passages: tuple[Passage, ...] = field(repr=False)
    question: str = field(repr=False)
    sentence: str = field(repr=False)
    supported: bool
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the sentences that answer it, and the passages that these rest on."""

    question: str = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)
    passages: tuple[Passage, ...] = field(repr=False)


def from_meetings(path: Path) -> list[Example]:
    """Examples from one QMSum file."""
    found: list[Example] = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines()):
        meeting = json.loads(row)
        answered = [
            Answered(pair["query"], _sentences(pair["answer"]), _spoken(meeting, pair["relevant_text_span"]))
            for pair in meeting["specific_query_list"]
            if pair.get("relevant_text_span")
        ]
        found += _examples(answered, f"{path.stem}/{number}")
    return found


def _spoken(meeting: dict[str, Any], places: Sequence[Sequence[str]]) -> tuple[Passage, ...]:
    """The turns that an answer rests on, as passages."""
    turns = meeting["meeting_transcripts"]
    said = [
        f"{turn['speaker']}: {' '.join(turn['content'].split())}"
        for first, last in places
        for turn in turns[int(first) : int(last) + 1]
    ]
    texts: list[str] = []
    for line in said:
        if texts and len(texts[-1].split()) + len(line.split()) <= PASSAGE_WORDS:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    return tuple(Passage(str(at), "meeting", "transcript", "", text) for at, text in enumerate(texts))


def from_texts(folder: Path) -> list[Example]:
    """Examples from a folder with `texts/` and `questions*.jsonl`."""
    found: list[Example] = []
    questions = [
        json.loads(line)
        for file in sorted(folder.glob("questions*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    for text in sorted((folder / "texts").glob("*.md")):
        drafts = chunk(read_markdown(text.read_text(encoding="utf-8"), text.stem))
        passages = [Passage(str(at), "c", text.name, each.title, each.text) for at, each in enumerate(drafts)]
        answered = [
            Answered(row["question"], _marked(row, home), home)
            for row in questions
            if row.get("source") == f"texts/{text.name}" and (home := _homes(row.get("sentences", ()), passages))
        ]
        found += _examples(answered, text.stem)
    return found


def _marked(row: dict[str, Any], home: Sequence[Passage]) -> tuple[str, ...]:
    """What readers marked, but for scraps of a few words and for what these passages hold in parts only."""
    here = plain(" ".join(f"{passage.title} {passage.text}" for passage in home))
    return tuple(quote for quote in row["sentences"] if len(quote.split()) >= FEWEST_WORDS and plain(quote) in here)


def _homes(quotes: Sequence[str], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages that hold one of the quotes, with their neighbours."""
    at = {
        place
        for place, passage in enumerate(passages)
        for quote in quotes
        if plain(quote) in plain(f"{passage.title} {passage.text}")
    }
    near = sorted({place + step for place in at for step in (0, 1)} & set(range(len(passages))))
    return tuple(passages[place] for place in near) if at else ()


def _sentences(text: str) -> tuple[str, ...]:
    found = (text[start:end] for start, end in spans(text))
    return tuple(sentence for sentence in found if len(sentence.split()) >= FEWEST_WORDS)


def _examples(answered: Sequence[Answered], group: str) -> list[Example]:
    """What is borne out, and what is made of it that is not."""
    chance = random.Random(f"{SEED}/{group}")
    everything = [sentence for each in answered for sentence in each.sentences]
    known = " ".join(everything) + " ".join(passage.text for each in answered for passage in each.passages)
    found: list[Example] = []
    for each in answered:
        here = plain(" ".join(passage.text for passage in each.passages))
        for sentence in each.sentences:
            found.append(Example(each.passages, each.question, sentence, True, "own", group))
            for kind, made in _made(sentence, known, here, chance):
                found.append(Example(each.passages, each.question, made, False, kind, group))
        strange = list(_strange(each, answered, here))
        for sentence in chance.sample(strange, min(len(strange), len(each.sentences))):
            found.append(Example(each.passages, each.question, sentence, False, "elsewhere", group))
    return found


def _strange(one: Answered, answered: Sequence[Answered], here: str) -> Iterator[str]:
    """Sentences of answers that rest on other passages."""
    own = {passage.text for passage in one.passages}
    for other in answered:
        if not own & {passage.text for passage in other.passages}:
            yield from (sentence for sentence in other.sentences if plain(sentence) not in here)


def _made(sentence: str, known: str, here: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with one number, or one name, that its passages do not have."""
    numbers = list(_NUMBER.finditer(sentence))
    if numbers:
        place = chance.choice(numbers)
        others = [each for each in {*_NUMBER.findall(known), *map(str, range(2, 40))} if f" {plain(each)} " not in here]
        if others:
            yield "number", _with(sentence, place, chance.choice(sorted(others)))
    names = list(_NAME.finditer(sentence))
    if names:
        place = chance.choice(names)
        others = [each for each in set(_NAME.findall(known)) if f" {each.lower()} " not in f" {here} "]
        if others:
            yield "name", _with(sentence, place, chance.choice(sorted(others)))


def _with(sentence: str, place: re.Match[str], other: str) -> str:
    return sentence[: place.start()] + other + sentence[place.end() :]
