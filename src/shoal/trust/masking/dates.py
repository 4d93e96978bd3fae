"""Tells dates that can point to a person (a day, a time of a day) from periods (a year, "last spring"), which cannot.

It does not find dates: the recognizers do, as DATE_TIME; what names no day becomes PERIOD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shoal.trust.masking.entity import Entity

DATE, PERIOD = "DATE_TIME", "PERIOD"
_DAY = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}"  # 3.5.1980, 1980-05-03
    r"|(?<!\d)\d{1,2}(?!\d)(?:st|nd|rd|th|er|\.|º|ª|日|일)?"  # 3 May, May 3rd, 3日
    r"|\d{1,2}:\d{2}"
    r"|(?<!\d)\d{8}(?!\d)|(?<!\d)\d{6}(?!\d)"
)


def narrowed(text: str, entities: Iterable[Entity]) -> Iterator[Entity]:
    """The entities, with a DATE_TIME that names no day as PERIOD."""
    for each in entities:
        if each.type == DATE and not _DAY.search(text, each.start, each.end):
            yield replace(each, type=PERIOD)
        else:
            yield each
