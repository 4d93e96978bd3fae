"""How the strings of a record are read together and told apart again."""

from __future__ import annotations

from shoal.chat import Trust
from shoal.trust.masking.blocks import LONGEST, blocks_of
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.strings import Text


def name(said: str, record: int = 1) -> Text:
    return Text(said, Trust.TOOL, (), record)


def value(said: str, *path: str | int, record: int = 1) -> Text:
    return Text(said, Trust.TOOL, path, record)


def prose(said: str) -> Text:
    return Text(said, Trust.USER)


def entity(start: int, end: int) -> Entity:
    return Entity("X", start, end, 0.9, "t")


def test_prose_stands_alone_and_a_record_together() -> None:
    texts = [
        prose("a"),
        prose("b"),
        name("n"),
        value("v", "n"),
        value("w", "l", 0),
        prose("c"),
        value("z", "q", record=2),
    ]
    blocks = list(blocks_of(texts))
    assert [block.text for block in blocks] == ["a", "b", "n: v\nl: w", "c", "q: z"]
    said = [block.text[start:end] for block in blocks for start, end in block.spans]
    assert said == [text.value for text in texts]


def test_a_long_record_is_read_in_several_blocks() -> None:
    texts = [value("x" * 1000, "k") for _ in range(20)]
    blocks = list(blocks_of(texts))
    assert len(blocks) == 5
    assert all(len(block.text) < LONGEST + 1100 for block in blocks)
    assert sum(len(block.spans) for block in blocks) == 20


def test_what_was_found_is_divided_and_cut() -> None:
    (block,) = blocks_of([name("who"), value("Jane", "who"), value("Doe", "who")])
    assert block.text == "who: Jane\nwho: Doe"
    assert block.divided([entity(5, 9)]) == [[], [entity(0, 4)], []]
    assert block.divided([entity(0, 9)]) == [[entity(0, 3)], [entity(0, 4)], []]
    assert block.divided([entity(7, 18)]) == [[], [entity(2, 4)], [entity(0, 3)]]
    assert block.divided([entity(9, 15)]) == [[], [], []]


def test_nothing() -> None:
    assert list(blocks_of([])) == []
    (block,) = blocks_of([prose("")])
    assert block.divided([]) == [[]]
