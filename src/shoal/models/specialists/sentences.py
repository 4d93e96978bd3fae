"""Sentences: splits text into sentences, and a passage into the units that an answer may quote; it judges none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

LONGEST_UNIT = 60
SHORTEST_SENTENCE = 3
LONGEST_CODE = 14

_END = re.compile(r"[.!?…]+[\"'”’)\]*_`]*\s+(?=[\"'“‘(\[`*_]*[A-Z0-9À-ÞΑ-ΩА-Я$])|[。！？]+|\n\s*\n")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(*_])(?:[A-Za-z]|e\.g|i\.e|approx|ca|cf|co|corp|dr|etc|fig|inc|jr|ltd|max|min|mr|mrs|ms|no|nr|nos|p|pp"
    r"|prof|resp|sec|sr|st|vol|vs|z\.b|bzw|d\.h)\.\s*$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\s*(?:[-*•‣+]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")
_REFERS_BACK = re.compile(
    r"(?:It|They|Its|Their|This|These|That|Those|He|She|His|Her|Then|There|If (?:it|so|not|that|they)|Later|Else|"
    r"One|Both|"
    r"Otherwise|After (?:that|this)|Only|Such|Here|When it|Until then|Since then|Each|Some|Most|The (?:first|second|"
    r"last|"
    r"best|other|others|rest|former|latter|same))\b"
)
_WORD = re.compile(r"\w+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")


class Kind(IntEnum):
    """What a unit was in its passage."""

    SENTENCE = 0
    ITEM = 1
    ROW = 2
    CODE = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """What an answer may quote. `lead` is what introduces it: the line before a list or a code block, a table's
    header; `first` whether it opens its block; `block` numbers the passage's blocks; `heading` is the nearest heading
    above it inside the passage, and `opening` says that it is the first unit below that."""

    text: str = field(repr=False)
    kind: Kind
    block: int
    first: bool
    lead: str = field(default="", repr=False)
    heading: str = field(default="", repr=False)
    opening: bool = False


def plain(text: str) -> str:
    """The text's words alone, in lower case, with a space between: for comparing quotes, whatever their marks."""
    return " ".join(_WORD.findall(text.casefold()))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of `text` begins and ends, without the white space around it. In doubt it does not divide."""
    start = 0
    for end in _END.finditer(text):
        if not _ABBREVIATION.search(text, max(start, end.start() - 12), end.start() + 1):
            yield from _trimmed(text, start, end.end())
            start = end.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    inside = text[start:end]
    left = len(inside) - len(inside.lstrip())
    length = len(inside.strip())
    if length:
        yield start + left, start + left + length


def split(text: str) -> list[str]:
    """The sentences of a paragraph; very short ones and questions stay with what follows them."""
    found: list[str] = []
    open_end = False
    for start, end in spans(text):
        sentence = " ".join(text[start:end].split())
        if open_end:
            found[-1] += " " + sentence
        else:
            found.append(sentence)
        open_end = len(found[-1].split()) < SHORTEST_SENTENCE or found[-1].rstrip("*_\"'”’").endswith("?")
    return found


def units(text: str) -> list[Unit]:
    """The sentences, list items, table rows and code blocks of a passage, in order; headings are none of them."""
    found: list[Unit] = []
    lead = heading = ""
    opening = True
    for number, lines in enumerate(_blocks(text)):
        while lines and _HEADING.match(lines[0]):
            heading, opening, lead = _HEADING.sub("", lines[0]).strip(), True, ""
            lines = lines[1:]
        block = _units(lines, number, lead) if lines else []
        found += [replace(each, heading=heading, opening=opening and at == 0) for at, each in enumerate(block)]
        if block:
            opening, lead = False, _lead(block)
    return found


def _lead(block: list[Unit]) -> str:
    """What a block says that may introduce the next: its last sentence, or the lead of a list's or table's own."""
    if not block or block[-1].kind is Kind.CODE:
        return ""
    return block[-1].text if block[-1].kind is Kind.SENTENCE else block[-1].lead


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines that belong together: up to an empty line, or from fence to fence."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.lstrip()[:3]
        if fence:
            lines.append(line)
            if mark == fence:
                yield lines
                lines, fence = [], ""
            continue
        starts = mark in ("```", "~~~")
        if lines and (starts or not line.strip() or _turns(lines[-1], line)):
            yield lines
            lines = []
        if starts:
            fence = mark
        if line.strip():
            lines.append(line)
    if lines:
        yield lines


def _turns(before: str, line: str) -> bool:
    """Whether a list or table begins without an empty line before it."""
    is_table, was_table = line.lstrip().startswith("|"), before.lstrip().startswith("|")
    return is_table != was_table or bool(_ITEM.match(line) and not _ITEM.match(before) and not before.startswith(" "))


def _units(lines: list[str], number: int, lead: str) -> list[Unit]:
    head = lines[0].lstrip()
    if head.startswith(("```", "~~~")):
        return list(_code(lines, number, lead))
    if head.startswith("|") and len(lines) > 1 and _RULE.match(lines[1]):
        header = lines[0].strip()
        return [Unit(row.strip(), Kind.ROW, number, at == 0, header) for at, row in enumerate(lines[2:]) if row.strip()]
    if _ITEM.match(lines[0]):
        return list(_items(lines, number, lead))
    found = split("\n".join(lines))
    before = ["", *found]
    return [
        Unit(sentence, Kind.SENTENCE, number, at == 0, before[at] if _REFERS_BACK.match(sentence) else "")
        for at, sentence in enumerate(found)
    ]


def _code(lines: list[str], number: int, lead: str) -> Iterator[Unit]:
    inner = [line.rstrip() for line in lines[1:] if line.lstrip()[:3] not in ("```", "~~~")]
    for at in range(0, len(inner), LONGEST_CODE):
        text = "\n".join(inner[at : at + LONGEST_CODE]).strip("\n")
        if text.strip():
            yield Unit(text, Kind.CODE, number, at == 0, lead)


def _items(lines: list[str], number: int, lead: str) -> Iterator[Unit]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line) or not items:
            items.append(_ITEM.sub("", line).strip())
        else:
            items[-1] += " " + line.strip()
    for at, item in enumerate(items):
        parts = [item] if len(item.split()) <= LONGEST_UNIT else split(item)
        for part_at, part in enumerate(filter(None, parts)):
            yield Unit(part, Kind.ITEM, number, at == 0 and part_at == 0, lead if part_at == 0 else parts[0])
