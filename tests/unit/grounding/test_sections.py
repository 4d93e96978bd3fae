"""Outlines: the path of headings above each block."""

import pytest

from shoal.grounding.sections import Kind, Outline, fenced, table


@pytest.mark.parametrize(
    ("steps", "titles"),
    [
        ([(0, "text")], ["file"]),
        ([(1, "One"), (0, "text")], ["One"]),
        ([(0, "before"), (1, "One"), (0, "text")], ["file", "One"]),
        ([(1, "One"), (2, "Two"), (0, "text"), (2, "Three"), (0, "text")], ["One › Two", "One › Three"]),
        ([(1, "One"), (3, "Deep"), (0, "text"), (2, "Two"), (0, "text")], ["One › Deep", "One › Two"]),
        ([(2, "Two"), (0, "text")], ["file › Two"]),
        ([(1, "One"), (0, "text"), (1, "Other"), (0, "text")], ["One", "Other"]),
        ([(1, "Nothing below")], []),
        ([(1, ""), (2, "Two"), (0, "text")], ["Two"]),
    ],
)
def test_titles(steps: list[tuple[int, str]], titles: list[str]) -> None:
    outline = Outline("file")
    for level, text in steps:
        if level:
            outline.heading(level, text)
        else:
            outline.block(Kind.PARAGRAPH, text)
    assert [section.title for section in outline.sections()] == titles


def test_blocks_without_text_are_left_out() -> None:
    outline = Outline("file")
    outline.block(Kind.PARAGRAPH, " \n")
    assert outline.sections() == []


def test_what_no_database_holds_is_taken_out() -> None:
    outline = Outline("file")
    outline.heading(1, "a\ud800")
    outline.block(Kind.PARAGRAPH, "b\0c\udfff")
    (section,) = outline.sections()
    assert (section.title, section.blocks[0].text) == ("a?", "b c?")


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("a\n", "```\na\n```"), ("```\nx\n```", "````\n```\nx\n```\n````")],
)
def test_fences_are_longer_than_those_inside(code: str, wanted: str) -> None:
    assert fenced(code) == wanted


def test_tables_are_squared() -> None:
    assert table([["a", "b"], ["1"]]) == "| a | b |\n|---|---|\n| 1 |  |"
    assert table([]) == ""
