"""Days of the calendar written in numbers or with the name of a month, in some twenty languages; dates of birth."""

from __future__ import annotations

import re

from shoal.trust.masking.days import is_day
from shoal.trust.masking.months import folded_months
from shoal.trust.masking.patterns import Patterns, as_written

_NUMBERS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CENTURY = 100
# Chinese, Japanese: year, month, day; Korean the same.
_MARKS = frozenset("年月日년월일")
_SHORTENED = 3


def is_date(value: str) -> bool:
    """Three numbers that are a day in one of the usual orders; two digits of the year will do."""
    numbers = [int(number) for number in _NUMBERS.findall(value)[:3]]
    first, second, third = numbers
    if first >= _CENTURY or value[4:5] in _MARKS:
        return is_day(first, second, third)
    year = third if third >= _CENTURY else 2000 + third
    return is_day(year, second, first) or is_day(year, first, second)


def has_month(value: str) -> bool:
    """Whether one of its words is the name of a month."""
    return any(word.lower() in folded_months() for word in _WORD.findall(value))


def has_whole_month(value: str) -> bool:
    """The same, and the name is not shortened ("mar 5" may be anything)."""
    words = (word for word in _WORD.findall(value) if len(word) > _SHORTENED or word == "May")
    return any(word.lower() in folded_months() for word in words)


_START, _APART = r"(?:^|[^0-9A-Za-z./_\xe9])", r"(?:^|[^0-9A-Za-z./_\xe9-])"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[89]|20|21)\d\d"
_NAME = r"[a-z\xe9']{3,14}"
_ISO = rf"{_START}(?P<value>{_YEAR}[-/.]{_MONTH}[-/.]{_DAY})(?:\b|T\d)"
_LONG = rf"{_START}(?P<value>{_DAY}(?: ?[./-] ?){_DAY}(?: ?[./-] ?){_YEAR})\b"
_SHORT = rf"{_APART}(?P<value>{_DAY}[/-]{_DAY}[/-]\d\d)\b"
_DOTS = rf"{_APART}(?P<value>{_DAY}\.{_DAY}\.\d\d)\b"
_EAST = r"\b\d{4} ?\xbf ?\d{1,2} ?\xbf ?\d{1,2} ?\xbf"
_DAY_FIRST = (
    rf"(?i)\b{_DAY}(?:st|nd|rd|th|\.|er|o|a|ta)?(?: (?:of|de|d'|day of))?[ -]?{_NAME}\.?,?(?: (?:de|del|of))?"
    rf"[ ,/-]{{1,2}}(?:{_YEAR}|'\d\d)\b"
)
_MONTH_FIRST = rf"(?i)\b{_NAME}\.?[ -]{_DAY}(?:st|nd|rd|th)?,? {{0,2}}-?{_YEAR}\b"
_YEAR_FIRST = rf"(?i)\b{_YEAR}\.?[ -]{_NAME}\.?[ -]{_DAY}\b"
_NO_YEAR = (
    rf"(?i)\b{_DAY}(?:st|nd|rd|th|\.|er)?(?: (?:of|de))? {_NAME}",
    rf"(?i)\b[a-z]{{3,14}} {_DAY}(?:st|nd|rd|th)?\b",
    rf"(?i)\b[a-z]{{3,14}},? (?:of |de )?{_YEAR}\b",
)
BORN = (
    *(
        "born",
        "born on",
        "dob",
        "d.o.b",
        "d.o.b.",
        "date of birth",
        "birth date",
        "birthdate",
        "birthday",
        "b.",
        "bday",
    ),
    *(
        "geboren",
        "geb.",
        "geburtsdatum",
        "geburtstag",
        "né",
        "née",
        "né le",
        "née le",
        "date de naissance",
        "naissance",
    ),
    *("nacido", "nacida", "nació", "fecha de nacimiento", "nacimiento", "nato", "nata", "data di nascita", "nascita"),
    *("nascido", "nascida", "data de nascimento", "nascimento", "geboortedatum", "född", "födelsedatum", "født"),
    *("fødselsdato", "syntynyt", "syntymäaika", "urodzony", "urodzona", "ur.", "data urodzenia", "narozen", "narozena"),
    *(
        "datum narození",
        "született",
        "születési",
        "născut",
        "născută",
        "data nașterii",
        "doğum",
        "doğum tarihi",
        "doğdu",
    ),
    *("рождения", "родился", "родилась", "народження", "народився", "γέννησης", "γεννήθηκε", "rođen", "rođena"),
    *(
        "出生",
        "生年月日",
        "生まれ",
        "생년월일",
        "생일",
        "تاريخ الميلاد",
        "מועד לידה",
        "תאריך לידה",
        "जन्म",
        "lahir",
        "ngày sinh",
    ),
)
_SOURCE = "ISO 8601-1; Unicode CLDR, names of months"


def _dates(name: str, regexes: tuple[str, ...], score: float, *, named: bool = False) -> tuple[Patterns, Patterns]:
    """The same expressions as a date and, near words of birth, as a date of birth."""
    check = has_month if named else is_date
    plain = Patterns(
        name=f"date_{name}",
        type="DATE_TIME",
        source=_SOURCE,
        regexes=regexes,
        check=check,
        reading=as_written,
        score=score,
        context=("date", "dated", "datum", "fecha", "data", "since", "until", "due", "deadline", "on"),
        context_score=max(score, 0.7),
    )
    born = Patterns(
        name=f"date_of_birth_{name}",
        type="DATE_OF_BIRTH",
        source=_SOURCE,
        regexes=regexes,
        check=check,
        reading=as_written,
        score=0.1,
        context=BORN,
        context_score=0.95,
    )
    return plain, born


PATTERNS = (
    *_dates("long", (_ISO, _LONG), 0.85),
    *_dates("short", (_SHORT,), 0.6),
    *_dates("dots", (_DOTS,), 0.4),
    *_dates("east", (_EAST,), 0.85),
    *_dates("named", (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST), 0.85, named=True),
    Patterns(
        name="date_no_year",
        type="DATE_TIME",
        source=_SOURCE,
        regexes=_NO_YEAR,
        check=has_whole_month,
        reading=as_written,
        score=0.6,
    ),
)
