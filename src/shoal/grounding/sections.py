"""What a file becomes when it is read: sections under their headings, made of blocks. It knows no file format."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SEPARATOR = " › "


class Kind(StrEnum):
    """How a block's text is laid out, and so where it may be divided."""

    PARAGRAPH = "paragraph"  # sentences on one line
    LIST = "list"  # one item a line, continuation lines indented
    TABLE = "table"  # one row a line, the header and its rule first
    CODE = "code"  # lines between two fences


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section that belongs together."""

    kind: Kind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under one heading. `title` is the path of headings down to it, joined by SEPARATOR."""

    title: str
    blocks: tuple[Block, ...]


class Unreadable(Exception):
    """This file has no text that can be indexed; the message says why and what to do."""


class Outline:
    """Collects headings and blocks in reading order. `name` stands in where a file has no heading of level 1."""

    def __init__(self, name: str) -> None:
        self._name = storable(name)
        self._path: list[tuple[int, str]] = []
        self._blocks: list[Block] = []
        self._sections: list[Section] = []

    def heading(self, level: int, text: str) -> None:
        """Begins a section."""
        self._close()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, storable(text).strip()))

    def block(self, kind: Kind, text: str) -> None:
        """Adds a block to the section; one without text is left out."""
        text = storable(text)
        if text.strip():
            self._blocks.append(Block(kind, text.rstrip() if kind is Kind.CODE else text.strip()))

    def sections(self) -> list[Section]:
        """All sections that have blocks."""
        self._close()
        return self._sections

    def _close(self) -> None:
        if self._blocks:
            self._sections.append(Section(self._title(), tuple(self._blocks)))
            self._blocks = []

    def _title(self) -> str:
        names = [text for _, text in self._path if text]
        if not self._path or self._path[0][0] > 1:
            names.insert(0, self._name)
        return SEPARATOR.join(names)


def storable(text: str) -> str:
    """The text without what a database cannot hold as UTF-8: halves of characters, and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def fenced(code: str, language: str = "") -> str:
    """The code between fences that its own lines cannot close."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def table(rows: list[list[str]]) -> str:
    """The rows as lines of a Markdown table, the first one as its header."""
    width = max(map(len, rows), default=0)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]]) if width else ""
