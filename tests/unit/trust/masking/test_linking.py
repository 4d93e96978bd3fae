"""Linking: what names say, and which part belongs to which name."""

import pytest

from shoal.trust.masking.linking import Names, gender, read_name

READ = [
    ("Jane Doe", "jane doe", ""),
    ("Doe, Jane", "jane doe", ""),
    ("DOE, JANE M.", "jane m. doe", ""),
    ("Ms Jane Doe", "jane doe", "f"),
    ("Mr. Doe", "doe", "m"),
    ("Frau Dr. Müller", "müller", "f"),
    ("Dr. Jane Doe", "jane doe", ""),
    ("Jane Doe's", "jane doe", ""),
    ("Jane Doe’s", "jane doe", ""),
    ("John Doe, Jr.", "john doe", ""),
    ("John Doe PhD", "john doe", ""),
    ("Familie Müller", "müller", "pl"),
    ("Ｊａｎｅ Doe", "jane doe", ""),
    ("Mr", "mr", "m"),
    ("山田太郎", "山田太郎", ""),
    (",", "", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "expected", "hint"), READ)
def test_names(text: str, expected: str, hint: str) -> None:
    name = read_name(text)
    assert (name.canonical, name.hint) == (expected, hint)
    assert "oe" not in repr(name)


@pytest.mark.parametrize(("title", "hint"), [("Ms.", "f"), ("HERR", "m"), ("Family", "pl"), ("Dr", ""), ("Jane", "")])
def test_titles_tell_the_gender(title: str, hint: str) -> None:
    assert gender(title) == hint


PARTS = [
    ("Jane", ("jane mary doe", "first")),
    ("DOE", ("jane mary doe", "last")),
    ("Ms Doe", ("jane mary doe", "last")),
    ("Mary", ("jane mary doe", "middle")),
    ("Jane Doe", ("jane mary doe", "short")),
    ("J. Doe", ("jane mary doe", "initial")),
    ("J Doe", ("jane mary doe", "initial")),
    ("Jane Mary", ("jane mary doe", "part")),
    ("Jane Mary Doe", None),
    ("John", None),
    ("John Doe", None),
]


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_parts_of_one_name(part: str, whole: tuple[str, str] | None) -> None:
    names = Names()
    names.add(read_name("Jane Mary Doe"))
    assert names.whole_of(read_name(part)) == whole


def test_a_part_of_two_names_belongs_to_none() -> None:
    names = Names()
    for full in ("Jane Doe", "Jane Smith", "JANE DOE", "Smith, Jane"):
        names.add(read_name(full))
    assert names.whole_of(read_name("Jane")) is None
    assert names.whole_of(read_name("Smith")) == ("jane smith", "last")
    assert repr(names) == "Names(2 full)"


def test_a_part_of_a_known_name_is_no_full_name() -> None:
    names = Names()
    for full in ("Jane Mary Doe", "Jane Doe"):
        names.add(read_name(full))
    assert names.whole_of(read_name("Jane")) == ("jane mary doe", "first")


def test_single_words_and_very_long_names_cost_little() -> None:
    names = Names()
    names.add(read_name("Jane"))
    names.add(read_name("word " * 5000))
    assert names.whole_of(read_name("Jane")) is None
