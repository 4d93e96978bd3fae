"""Cases for date: Days of the calendar written in numbers or with the name of a month, in some twenty languages."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.date import PATTERNS
from shoal.trust.masking.scan import PatternScanner
from tests.unit.trust.masking.recognizers.cases import THRESHOLD

DATE, BORN = "DATE_TIME", "DATE_OF_BIRTH"
CASES = [
    ("on 2024-01-31", "2024-01-31", DATE),
    ("2024-01-31T10:00:00Z", "2024-01-31", DATE),
    ("am 31.12.2024.", "31.12.2024", DATE),
    ("12/31/2024", "12/31/2024", DATE),
    ("03/04/21", "03/04/21", DATE),
    ("geboren 03.05.80", "03.05.80", BORN),
    ("DOB: 01/02/1980", "01/02/1980", BORN),
    ("née le 3 février 1980", "3 février 1980", BORN),
    ("5 May 2020", "5 May 2020", DATE),
    ("May 5th, 2020", "May 5th, 2020", DATE),
    ("05-Jan-2020", "05-Jan-2020", DATE),
    ("3. März 1980", "3. März 1980", DATE),
    ("3 de mayo de 1980", "3 de mayo de 1980", DATE),
    ("il 3 maggio 1980", "3 maggio 1980", DATE),
    ("3 maart 1980", "3 maart 1980", DATE),
    ("den 3 maj 1980", "3 maj 1980", DATE),
    ("3. toukokuuta 1980", "3. toukokuuta 1980", DATE),
    ("3 maja 1980", "3 maja 1980", DATE),
    ("1980 május 5", "1980 május 5", DATE),
    ("3 mayıs 1980", "3 mayıs 1980", DATE),
    ("5 мая 2020 г.", "5 мая 2020", DATE),
    ("5 Μαΐου 2020", "5 Μαΐου 2020", DATE),
    ("2024年1月31日", "2024年1月31日", DATE),
    ("2024년 1월 31일", "2024년 1월 31일", DATE),
    ("on May 5 we", "May 5", DATE),
    ("01.02.2024-03.02.2024", "03.02.2024", DATE),
]
NO_DATES = [
    "31/31/2024",
    "30.02.2024",
    "Python 3.11.12",
    "5 bananas 2020",
    "call 555-01-02",
    "may 5 people",
    "0.01.02.2024",
    "2024-13-01",
]


def found(text: str) -> set[tuple[str, str]]:
    entities = PatternScanner(PATTERNS).find([text])[0]
    return {(text[each.start : each.end], each.type) for each in entities if each.score >= THRESHOLD}


@pytest.mark.parametrize(("text", "value", "kind"), CASES)
def test_date(text: str, value: str, kind: str) -> None:
    assert (value, kind) in found(text)


@pytest.mark.parametrize("text", NO_DATES)
def test_no_date(text: str) -> None:
    assert found(text) == set()
