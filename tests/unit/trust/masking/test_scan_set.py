from __future__ import annotations

from types import SimpleNamespace

import pytest

from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.scan import PatternScanner

LETTER = Patterns(name="letter", type="LETTER", source="none", regexes=(r"\b[a-c]\b",))
NUMBER = Patterns(name="number", type="NUMBER", source="none", regexes=(r"\b\d+\b",))


@pytest.mark.parametrize(
    ("text", "types"), [("a 12", {"LETTER", "NUMBER"}), ("12", {"NUMBER"}), ("none", set()), ("", set())]
)
def test_expressions_that_match(text: str, types: set[str]) -> None:
    assert {entity.type for entity in PatternScanner((LETTER, NUMBER)).find([text])[0]} == types


def test_a_set_without_memory_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = PatternScanner((LETTER, NUMBER))
    monkeypatch.setattr(scanner, "_set", SimpleNamespace(Match=lambda text: None))
    assert {entity.type for entity in scanner.find(["a 12"])[0]} == {"LETTER", "NUMBER"}


def test_a_group_named_value_narrows_the_entity() -> None:
    named = Patterns(name="named", type="NAMED", source="none", regexes=(r"(?i)code: (?P<value>\d+)",))
    entity = PatternScanner((named,)).find(["Code: 123;"])[0][0]
    assert (entity.start, entity.end) == (6, 9)
