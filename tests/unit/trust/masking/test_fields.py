"""Paths to sensitive fields: what they cover, and what is no path."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.trust.masking.fields import FieldRules, Path

CASES: list[tuple[str, Path, bool]] = [
    ("$.customer.name", ("customer", "name"), True),
    ("$.customer.name", ("Customer", "NAME"), True),
    ("$.customer.name", ("customer",), False),
    ("$.customer.name", ("x", "customer", "name"), False),
    ("$.customer", ("customer", "name", "first"), True),
    ("$.rows[*].email", ("rows", 3, "email"), True),
    ("$.rows[0].email", ("rows", 1, "email"), False),
    ("$['odd name'][\"b.c\"]", ("odd name", "b.c"), True),
    ("$..phone", ("a", 0, "b", "phone"), True),
    ("$..phone", ("phone",), True),
    ("$..a..b", ("a", "x", "a", "y", "b"), True),
    ("$.*.ssn", ("anybody", "ssn"), True),
    ("$.*.ssn", ("ssn",), False),
]


@pytest.mark.parametrize(("rule", "path", "covered"), CASES)
def test_paths(rule: str, path: Path, covered: bool) -> None:
    assert FieldRules({rule: "PERSON"}).type_of(path) == ("PERSON" if covered else None)


@pytest.mark.parametrize("rule", ["customer.name", "$", "$.", "$.a[", "$.a[x]", "$..", "$.a b"])
def test_what_is_no_path_is_refused(rule: str) -> None:
    with pytest.raises(ConfigError, match=r"write \$\.customer\.name"):
        FieldRules({rule: "PERSON"})


def test_the_first_rule_that_fits_counts() -> None:
    rules = FieldRules({"$.a.b": "PERSON", "$..b": "ADDRESS"})
    assert (rules.type_of(("a", "b")), rules.type_of(("c", "b")), rules.type_of(("c",))) == ("PERSON", "ADDRESS", None)
    assert not FieldRules({})


def test_a_deep_path_costs_little() -> None:
    rules = FieldRules({"$" + "..a" * 12 + "..b": "PERSON"})
    assert rules.type_of(("a",) * 200) is None
