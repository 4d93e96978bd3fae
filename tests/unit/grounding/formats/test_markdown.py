"""Markdown: structure kept, marks dropped."""

import pytest

from shoal.grounding.formats.markdown import read_markdown
from shoal.grounding.sections import Kind


def blocks(text: str) -> list[tuple[Kind, str]]:
    return [(block.kind, block.text) for section in read_markdown(text, "file") for block in section.blocks]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("one\ntwo", Kind.PARAGRAPH, "one two"),
        ("a **b** *c* [d](http://e) `f_g`", Kind.PARAGRAPH, "a b c d `f_g`"),
        ("![a fish](x.png) here", Kind.PARAGRAPH, "a fish here"),
        ("a &amp; b \\* c", Kind.PARAGRAPH, "a & b * c"),
        ("a<br>b <i>c</i>", Kind.PARAGRAPH, "a b c"),
        ("- one\n- two\n  - deep\n", Kind.LIST, "- one\n- two\n  - deep"),
        ("3. one\n4. two", Kind.LIST, "3. one\n4. two"),
        ("- one\n\n  more\n", Kind.LIST, "- one\n  more"),
        ("- run\n  ```sh\n  ls\n  ```", Kind.LIST, "- run\n  ```sh\n  ls\n  ```"),
        ("```toml\na = 1\n# b\n```", Kind.CODE, "```toml\na = 1\n# b\n```"),
        ("    indented", Kind.CODE, "```\nindented\n```"),
        ("|a|b|\n|-|-|\n|1|`x`|", Kind.TABLE, "| a | b |\n|---|---|\n| 1 | `x` |"),
        ("> quoted", Kind.PARAGRAPH, "quoted"),
        ("<div>a <b>b</b></div>", Kind.PARAGRAPH, "a b"),
    ],
)
def test_blocks(text: str, kind: Kind, wanted: str) -> None:
    assert blocks(text) == [(kind, wanted)]


@pytest.mark.parametrize("text", ["", "<!-- hidden -->", "# Heading only", "---\ntitle: x\n---\n", "```\n```"])
def test_nothing_to_say(text: str) -> None:
    assert blocks(text) == []


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("# One\na\n## Two *b*\nc", ["One", "One › Two b"]),
        ("Setext\n===\na\n\nSub\n---\nb", ["Setext", "Setext › Sub"]),
        ("---\ntitle: 'My page'\n---\ntext\n\n## Two\nb", ["My page", "My page › Two"]),
        ("---\nauthor: x\n---\ntext", ["file"]),
        ("text\n\n```\n# no heading\n```", ["file"]),
    ],
)
def test_titles(text: str, titles: list[str]) -> None:
    assert [section.title for section in read_markdown(text, "file")] == titles


def test_deep_nesting_is_no_fault() -> None:
    assert blocks(">" * 8 + " deep") == [(Kind.PARAGRAPH, "deep")]
    read_markdown(">" * 5000 + " deep " + "[" * 5000 + "*" * 5000 + "\n" + "- " * 5000, "file")
