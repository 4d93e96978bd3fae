"""Plain text to sections: underlined headings, paragraphs between blank lines, lists. It guesses nothing else."""

from __future__ import annotations

import re

from shoal.grounding.sections import Kind, Outline, Section

_RULE = re.compile(r"(={3,}|-{3,}|~{3,})\s*$")
_ITEM = re.compile(r"\s*([-*•‣]|\d{1,3}[.)])\s+\S")
_FULL_LINE = 50  # a shorter line was ended on purpose, not wrapped
_LEVELS = {"=": 1, "-": 2, "~": 3}


def read_plain(text: str, name: str) -> list[Section]:
    """The sections of a text; `name` is its title where no heading underlined with `=` is found."""
    outline = Outline(name)
    for stretch in re.split(r"\n[ \t\r\f\v]*\n", text.replace("\f", "\n\n")):
        _add([line.rstrip() for line in stretch.splitlines() if line.strip()], outline)
    return outline.sections()


def _add(lines: list[str], outline: Outline) -> None:
    if len(lines) >= 2 and _RULE.match(lines[1]) and len(lines[1]) >= len(lines[0].strip()) - 2:
        outline.heading(_LEVELS[lines[1][0]], lines[0])
        lines = lines[2:]
    first = next((at for at, line in enumerate(lines) if _ITEM.match(line)), len(lines))
    outline.block(Kind.PARAGRAPH, _joined(lines[:first]))
    outline.block(Kind.LIST, "\n".join(_items(lines[first:])))


def _joined(lines: list[str]) -> str:
    """Lines that a margin wrapped become one again; short ones stay apart."""
    text = ""
    wrapped = False
    for line in lines:
        text += (" " if wrapped else "\n" if text else "") + line.strip()
        wrapped = len(line) >= _FULL_LINE
    return text


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(line.rstrip())
        else:
            items[-1] += " " + line.strip()
    return items
