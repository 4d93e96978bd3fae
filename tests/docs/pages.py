"""The documentation's pages, their fenced blocks, headings and links. It runs nothing and does not know Shoal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<mark>[^`\n]*)\n(?P<text>.*?)^(?P=ticks)[ ]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: `language` is the first word after the fence, `marks` the others, `line` where the fence is."""

    page: Path
    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page: docs/ and the Markdown files of the root."""
    return sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md"))


def blocks(*languages: str, mark: str | None = None) -> list[Block]:
    """The fenced blocks of these languages, with this mark if one is named."""
    found = [block for page in pages() for block in _blocks_in(page) if block.language in languages]
    return [block for block in found if mark is None or mark in block.marks]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link may name behind `#`, in the common form: lower case, marks dropped, blanks to dashes."""
    headings = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(prose(page)))
    return {title.strip().replace(" ", "-") for title in headings}


def links(page: Path) -> list[str]:
    """The targets of the page's links that stay within the repository."""
    return [target for target in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", target)]


def _blocks_in(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        language, *marks = match["mark"].split() or [""]
        yield Block(page, text.count("\n", 0, match.start()) + 1, language, tuple(marks), match["text"])
