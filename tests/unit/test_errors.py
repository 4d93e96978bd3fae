"""The error tree: its docstring is true, and every class can be told apart on the wire."""

import re

from shoal import errors
from shoal.errors import ShoalError


def classes() -> list[type[ShoalError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, ShoalError)]
    return [each for each in found if each is not ShoalError]


def test_the_docstring_lists_exactly_the_tree() -> None:
    assert errors.__doc__ is not None
    listed = re.findall(r"[├└]── (\w+)", errors.__doc__)
    assert sorted(listed) == sorted(each.__name__ for each in classes())


def test_the_docstring_gives_each_status() -> None:
    assert errors.__doc__ is not None
    for name, status in re.findall(r"[├└]── (\w+) +(\d{3})", errors.__doc__):
        assert getattr(errors, name).status == int(status)


def test_codes_are_unique() -> None:
    codes = [each.code for each in classes()]
    assert len(set(codes)) == len(codes)


def test_what_cannot_succeed_later_is_not_retryable() -> None:
    assert not [each for each in classes() if each.retryable and each.status < 429]
