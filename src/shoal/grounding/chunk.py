"""Sections to passages of about 80 to 200 words, by their structure. It never cuts a sentence, a list item, a table
row or a line of code, and knows no file format. Of writing without spaces two characters count as a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from shoal.grounding.sections import SEPARATOR, Block, Kind, Section
from shoal.stores.passages import Draft

FEWEST_WORDS = 80
MOST_WORDS = 200
LONGEST_SENTENCE = 1000  # words; what goes on longer has no sentences, as a transcript without punctuation
LONGEST_WORD = 1000  # characters; longer "words" are data (base64 and the like) and are cut
_LONGEST_ABBREVIATION = 40
_ABBREVIATIONS = frozenset(
    {
        *("approx", "art", "bzw", "ca", "cf", "co", "corp", "dept", "dr", "ed", "eq", "est", "etc", "fig", "figs"),
        *("inc", "jr", "ltd", "mr", "mrs", "ms", "mt", "nr", "no", "nos", "op", "p", "pp", "prof", "resp", "sec"),
        *("sr", "st", "usw", "vol", "vs"),
    }
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=`|[\"'“‘(\[]?[A-Z0-9À-ÞΑ-ΩА-Я])|[。！？]+|\n+")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.\s*$")
# Kana, Han, Thai, Lao, Burmese, Khmer.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_DATA = re.compile(rf"[!-~]{{{LONGEST_WORD},}}")
_ITEM = re.compile(r"([-*•‣]|\d{1,3}[.)])\s")


def chunk(sections: Iterable[Section]) -> list[Draft]:
    """The passages of a file, in reading order. Neighbouring sections too short for a passage of their own share one,
    with their headings as lines `## HEADING` in it; a piece longer than MOST_WORDS that cannot be divided stays
    whole."""
    return [
        Draft(section.title, text)
        for group in _grouped(sections)
        for section in [_joined(group)]
        for text in _filled(list(_units(section.blocks)), "\n\n")
    ]


def _grouped(sections: Iterable[Section]) -> Iterator[list[Section]]:
    """Neighbours that belong to one passage, because one of them is short and they have the topmost heading in
    common. A heading that is a question stands alone with its answer: it is what people search for."""
    group: list[Section] = []
    total = 0
    for section in sections:
        more = sum(_words(block.text) for block in section.blocks) + _words(section.title.rpartition(SEPARATOR)[2]) + 1
        fits = total + more <= MOST_WORDS and min(total, more) < FEWEST_WORDS
        alone = section.title.endswith("?") or (group and group[-1].title.endswith("?"))
        if group and (alone or not (fits and _shared([*group, section]))):
            yield group
            group, total = [], 0
        group.append(section)
        total += more
    if group:
        yield group


def _joined(group: list[Section]) -> Section:
    if len(group) == 1:
        return group[0]
    above = _shared(group)
    below = [SEPARATOR.join(section.title.split(SEPARATOR)[len(above) :]) for section in group]
    title = SEPARATOR.join([*above, " / ".join(filter(None, dict.fromkeys(below)))])
    blocks: list[Block] = []
    for heading, section in zip(below, group, strict=True):
        blocks += [Block(Kind.PARAGRAPH, f"## {heading}")] if heading else []
        blocks += section.blocks
    return Section(title.removesuffix(SEPARATOR), tuple(blocks))


def _shared(sections: list[Section]) -> list[str]:
    """The headings that all these sections stand under."""
    paths = zip(*(section.title.split(SEPARATOR) for section in sections), strict=False)
    return [level[0] for level in takewhile(lambda level: len(set(level)) == 1, paths)]


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph. Where in doubt it does not divide."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _abbreviated(text[max(start, end.end() - _LONGEST_ABBREVIATION) : end.end()]):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [sentence for sentence in (*found, text[start:].strip()) if sentence]


def _abbreviated(text: str) -> bool:
    """Whether the text ends in "Dr.", "e.g." or an initial rather than at the end of a sentence."""
    last = _LAST_WORD.search(text)
    if last is None:
        return False
    word = last[1].lower()
    return len(word) == 1 or "." in word or word in _ABBREVIATIONS


def _units(blocks: Iterable[Block]) -> Iterator[str]:
    """Texts that stay whole: blocks, or their parts where a block is too long. A heading, and a line that ends in a
    colon, stay with what they introduce."""
    lead = ""
    for block in blocks:
        parts = _parts(Block(block.kind, _without_data(block.text))) or [block.text]
        parts[0] = f"{lead}\n\n{parts[0]}" if lead else parts[0]
        lead = ""
        if block.kind is Kind.PARAGRAPH and _leads(parts[-1]):
            lead = parts.pop()
        yield from parts
    if lead:
        yield lead


def _leads(text: str) -> bool:
    return (text.endswith(":") or text.rpartition("\n")[2].startswith("## ")) and _words(text) < FEWEST_WORDS


def _parts(block: Block) -> list[str]:
    if _words(block.text) <= MOST_WORDS:
        return [block.text]
    match block.kind:
        case Kind.PARAGRAPH:
            return _filled([part for sentence in sentences(block.text) for part in _bearable(sentence)], " ")
        case Kind.LIST:
            return _filled(_items(block.text), "\n")
        case Kind.TABLE:
            header, rule, *rows = block.text.split("\n")
            return [f"{header}\n{rule}\n{part}" for part in _filled(rows, "\n")]
        case Kind.CODE:
            fence, *lines, end = block.text.split("\n")
            return [f"{fence}\n{part}\n{end}" for part in _filled(lines, "\n")]


def _bearable(sentence: str) -> list[str]:
    """The sentence, or its words where it is longer than any sentence."""
    if _words(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    return [word[at : at + MOST_WORDS] for word in sentence.split() for at in range(0, len(word), MOST_WORDS)]


def _items(text: str) -> list[str]:
    """A list's outermost items, each with what is indented below it."""
    items: list[str] = []
    for line in text.split("\n"):
        if items and not _ITEM.match(line):
            items[-1] += "\n" + line
        else:
            items.append(line)
    return items


def _filled(parts: list[str], joint: str) -> list[str]:
    """The parts joined to about equal texts of at most MOST_WORDS, one part at least in each."""
    total = sum(map(_words, parts))
    aim = total / max(1, -(-total // MOST_WORDS))
    texts: list[list[str]] = [[]]
    words = 0
    for part in parts:
        more = _words(part)
        if texts[-1] and (words >= aim or words + more > MOST_WORDS):
            texts.append([])
            words = 0
        texts[-1].append(part)
        words += more
    return [joint.join(text) for text in texts if any(text)]


def _words(text: str) -> int:
    return len(text.split()) + (0 if text.isascii() else len(_UNSPACED.findall(text)) // 2)


def _without_data(text: str) -> str:
    return _DATA.sub(lambda word: word[0][:LONGEST_WORD] + "…", text)
