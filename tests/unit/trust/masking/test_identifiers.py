"""Identifiers: values whose ids are equal get longer ones."""

from itertools import permutations

from shoal.trust.masking.identifiers import Identifiers
from shoal.trust.masking.placeholders import Scope


class FewIds(Scope):
    """A scope whose short ids depend on the first letter alone, and whose next longer ones on the first two."""

    def identifier(self, type: str, value: str, length: int = 8) -> str:
        told = value[:1] if length == 8 else value[:2] if length == 13 else value
        return super().identifier(type, told, length)


VALUES = ("aa1", "aa2", "ab", "b")


def ids(values: tuple[str, ...]) -> dict[str, str]:
    known = Identifiers(FewIds(b"k" * 16))
    for value in values:
        known.learn("PERSON", value)
    return {value: known.of("PERSON", value) for value in values}


def test_equal_ids_get_longer_whatever_the_order() -> None:
    found = [ids(order) for order in permutations(VALUES)]
    assert all(each == found[0] for each in found)
    assert {value: len(each) for value, each in found[0].items()} == {"aa1": 18, "aa2": 18, "ab": 18, "b": 8}
    assert len(set(found[0].values())) == 4


def test_two_that_a_longer_id_tells_apart() -> None:
    assert {value: len(each) for value, each in ids(("ab", "ac")).items()} == {"ab": 13, "ac": 13}


def test_types_do_not_share() -> None:
    known = Identifiers(FewIds(b"k" * 16))
    assert len(known.of("PERSON", "aa1")) == len(known.of("LOCATION", "aa2")) == 8
    assert repr(known) == "Identifiers(2)"
