"""Ages of people: a number with the words that make it one."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_OLDEST = 125
_UNITS = (
    r"(?:years?|yrs?|months?|mos?)[ -](?:old|young|of age)|y\.?/?o\.?|jahre? alt|-?jahrig[a-z]*|ans d'age"
    r"|anos de edad|anos de idade|anni di eta|enne|jaar oud|jarige?|ar gammal|ar gammel|-?vuotias|lat[ai]? zycia|eves"
    r"|yasinda|years? of age"
)
_BEFORE = (
    r"(?:aged?|age ?:|age is|age of|alter:?|im alter von|agee? de|edad:?|eta:?|idade:?|leeftijd:?|alder:?|wiek:?"
    r"|vek:?|turned|turning|yas:?)"
)


def is_age(digits: str) -> bool:
    """0 to 125."""
    return int(digits) <= _OLDEST


PATTERNS = Patterns(
    name="age",
    type="AGE",
    source="45 CFR 164.514 (ages as identifiers)",
    regexes=(
        rf"(?i)\b(?P<value>\d{{1,3}})[ -]?(?:{_UNITS})(?:\b|$)",
        rf"(?i)\b{_BEFORE} ?(?P<value>\d{{1,3}})\b",
        r"(?i)\b(?:i am|i'm|he is|he's|she is|she's|they are) (?P<value>\d{1,3}) (?:years|and|now|today)\b",
        r"(?i)\b(?:j'ai|elle a|il a|tengo|tiene|tinc|ho|ha|tenho|tem) (?P<value>\d{1,3}) (?:ans|anos|anni)\b",
    ),
    check=is_age,
    score=0.75,
)
