"""Markdown to sections: headings kept as titles, code, lists and tables as they stand, inline marks dropped. It does
not follow links."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from shoal.grounding.sections import Kind, Outline, Section, fenced, table

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\n)??---[ \t]*\r?(\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*\r?$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def read_markdown(text: str, name: str) -> list[Section]:
    """The sections of a Markdown text (CommonMark with tables); `name` stands in for a missing title."""
    front = _FRONT_MATTER.match(text)
    if front:
        title = _FRONT_TITLE.search(front[0])
        name = title[1] if title else name
        text = text[front.end() :]
    outline = Outline(name)
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    _add(tree.children, outline)
    return outline.sections()


def _add(nodes: Iterable[SyntaxTreeNode], outline: Outline) -> None:
    for node in nodes:
        match node.type:
            case "heading":
                outline.heading(int(node.tag[1:]), _inline(node))
            case "paragraph":
                outline.block(Kind.PARAGRAPH, _inline(node))
            case "fence" | "code_block":
                outline.block(Kind.CODE, _code(node))
            case "bullet_list" | "ordered_list":
                outline.block(Kind.LIST, _list(node))
            case "table":
                outline.block(Kind.TABLE, table(_rows(node)))
            case "blockquote":
                _add(node.children, outline)
            case "html_block":
                _html(node.content, outline)


def _inline(node: SyntaxTreeNode) -> str:
    """The text of a heading, paragraph or cell without emphasis, links and images; code keeps its backticks."""
    return "".join(_said(each) for child in node.children if child.type == "inline" for each in child.children)


def _said(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "code_inline":
            return f"`{node.content}`"
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline":
            return " " if node.content.lower().startswith("<br") else ""
        case _:
            return "".join(map(_said, node.children))


def _code(node: SyntaxTreeNode) -> str:
    return fenced(node.content, node.info.strip().partition(" ")[0]) if node.content.strip() else ""


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    marks = [f"{first + at}." if node.type == "ordered_list" else "-" for at in range(len(node.children))]
    return "\n".join(_item(mark, item) for mark, item in zip(marks, node.children, strict=True))


def _item(mark: str, item: SyntaxTreeNode) -> str:
    inner = Outline("")
    _add(item.children, inner)
    blocks = [block.text for section in inner.sections() for block in section.blocks]
    lines = "\n".join(blocks).splitlines() or [""]
    indent = " " * (len(mark) + 1)
    return "\n".join([f"{mark} {lines[0]}", *(indent + line for line in lines[1:])])


def _rows(node: SyntaxTreeNode) -> list[list[str]]:
    return [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]


def _html(content: str, outline: Outline) -> None:
    content = _COMMENT.sub("", content)
    if content.strip():
        from shoal.grounding.formats.html import add_html

        add_html(content, outline)
