"""Sentences of any text (prose, lists, tables, JSON, code) as spans; in doubt it divides; it judges none.

Unlike the specialists' sentences, which an answer quotes, these are looked at one by one, so none is long: an order
hidden in a page must not drown in what stands around it. Cost is linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 400
"""Characters of a sentence at most; a longer one is cut at a blank."""
_WRAPPED = 50
"""A line of prose at least so long may go on in the next line."""

_BORDER = re.compile(
    r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019)\]*_`]*+(?=\s)"  # the end of a sentence, whatever follows
    r"|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*"  # the same in Chinese and Japanese
    r"|\n+"
    r"|(?:\\[nrt])+"  # line ends as JSON writes them
    r"|\"(?=\s*[,:}\]])[\s,:}\]\[{]*"  # from one string of a JSON text to the next
    r"|</?(?:p|br|li|td|th|tr|div|h[1-6]|ul|ol|title|blockquote)\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'*_])(?:[A-Za-z]|e\.g|i\.e|a\.k\.a|approx|ca|cf|co|corp|dept|dr|ed|est|etc|fig|gen|gov|inc|jr|ltd|max|min"
    r"|mr|mrs|ms|mt|nos?|nr|pp|prof|rev|resp|sec|sen|sgt|sr|st|vol|vs|z\.b|bzw|d\.h|u\.a|bspw|evtl|ggf|usw|jan|feb|mar|apr"
    r"|jun|jul|aug|sept?|oct|nov|dec)\.$|(?:^|\n)[ \t]*\d{1,3}\.$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[a-z(\u00df-\u00f6\u00f8-\u00ff]")


def spans(text: str, longest: int = LONGEST) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, in order, without blanks around it; every character but blanks lies in one.

    `longest` is the most characters of one.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for border in _BORDER.finditer(text):
        if _divides(text, border, start):
            found += _trimmed(text, start, border.end(), longest)
            start = border.end()
    found += _trimmed(text, start, len(text), longest)
    return found


def _divides(text: str, border: re.Match[str], start: int) -> bool:
    mark = border[0]
    if mark == ".":
        return not _ABBREVIATION.search(text[max(start, border.start() - 12) : border.end()])
    if mark == "\n":
        return not (_line_length(text, border.start()) >= _WRAPPED and _GOES_ON.match(text, border.end()))
    return True


def _line_length(text: str, end: int) -> int:
    """Characters of the line that ends there, _WRAPPED at most."""
    return end - max(text.rfind("\n", max(0, end - _WRAPPED), end) + 1, end - _WRAPPED)


def _trimmed(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """The span without blanks at its ends, in pieces where it is too long."""
    while (start := _skip(text, start, end)) < end:
        stop = end
        if end - start > longest:
            blank = text.rfind(" ", start + longest // 2, start + longest)
            stop = blank if blank > 0 else start + longest
        yield start, start + len(text[start:stop].rstrip())
        start = stop


def _skip(text: str, start: int, end: int) -> int:
    """The first place from `start` that is no blank."""
    while start < end and text[start].isspace():
        start += 1
    return start
